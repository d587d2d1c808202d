from server.rooms import told
from tests.server.scene import Scene


def texts(scene: Scene, socket: str) -> list[tuple[str, str | None, str]]:
    return [(m.sender, m.to, m.text) for m in scene.heard[socket] if isinstance(m, told.Text)]


def test_a_waiting_person_writes_to_the_facilitators_only() -> None:
    scene = Scene(facilitators=2)
    leader, other = scene.leading("f0"), scene.leading("f1")
    inside, waiting = scene.inside("p0", leader), scene.knocking("p1")
    scene.say(waiting, "text", text="My camera does not work")
    for reader in (leader, other):
        assert texts(scene, reader) == [("p1", None, "My camera does not work")]
    assert texts(scene, inside) == []
    assert [w.text_unread for w in scene.state(leader).waiting] == [1]


def test_a_facilitator_answers_one_person_and_the_other_facilitator_sees_it() -> None:
    scene = Scene(facilitators=2)
    leader, other = scene.leading("f0"), scene.leading("f1")
    waiting, third = scene.knocking("p0"), scene.knocking("p1")
    scene.say(waiting, "text", text="Hello?")
    scene.say(leader, "text", to="p0", text="One moment")
    assert texts(scene, waiting) == texts(scene, other)[1:] == [("f0", "p0", "One moment")]
    assert texts(scene, third) == []
    assert [w.text_unread for w in scene.state(leader).waiting] == [0, 0]


def test_people_in_the_room_do_not_write_to_each_other() -> None:
    scene = Scene()
    leader = scene.leading()
    first, second = scene.inside("p0", leader), scene.inside("p1", leader)
    scene.say(first, "text", to="p1", text="psst")
    assert scene.codes(first, told.Error) == ["not_allowed"]
    assert texts(scene, second) == []


def test_a_writer_learns_that_nobody_can_read() -> None:
    scene = Scene()
    waiting = scene.knocking("p0")
    scene.say(waiting, "text", text="Anybody there?")
    assert scene.codes(waiting) == ["not_there"]


def test_a_facilitator_must_say_to_whom() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.say(leader, "text", text="Hello all")
    assert scene.codes(leader) == ["not_there"]
