import pytest

from care.facts import Kind
from server.rooms import told
from server.rooms.effects import KeepDoorstep
from tests.server.scene import Scene


def test_the_first_facilitator_opens_the_room() -> None:
    scene = Scene()
    leader = scene.connected("f0")
    assert scene.state(leader).stage == "door"
    assert scene.state(leader).room.state == "waiting"
    scene.say(leader, "arrive")
    assert scene.state(leader).stage == "room"
    assert scene.state(leader).room.state == "open"
    assert Kind.ROOM_OPENED in scene.kinds()
    assert Kind.ADMITTED in scene.kinds("f0")


def test_a_participant_knocks_and_waits() -> None:
    scene = Scene()
    person = scene.knocking("p0")
    view = scene.state(person)
    assert (view.stage, view.members, view.waiting) == ("lobby", (), ())
    assert view.lobby == told.LobbyView(ahead=0, facilitator_here=False)
    assert scene.asides == [KeepDoorstep("p0", "at home", "1", True, False)]


def test_a_waiting_person_sends_and_gets_no_media() -> None:
    scene = Scene()
    scene.leading()
    person = scene.knocking("p0")
    scene.sending(person)
    assert scene.hears("f0") == scene.sees("f0") == set()
    assert scene.hears("p0") == scene.sees("p0") == set()


def test_waiting_people_do_not_see_each_other() -> None:
    scene = Scene()
    leader = scene.leading()
    first, second = scene.knocking("p0"), scene.knocking("p1")
    for person in (first, second):
        assert scene.state(person).members == ()
        assert scene.state(person).waiting == ()
    assert [w.member for w in scene.state(leader).waiting] == ["p0", "p1"]


def test_who_waits_learns_how_many_wait_before() -> None:
    scene = Scene()
    scene.knocking("p0")
    scene.pass_ms(10)
    second = scene.knocking("p1")
    lobby = scene.state(second).lobby
    assert lobby is not None
    assert lobby.ahead == 1


def test_admission_needs_a_greet_on_first_use() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.knocking("p0")
    assert scene.state(person).you.first_use
    scene.say(leader, "admit", members=["p0"])
    assert scene.codes(leader) == ["greet_first"]
    assert scene.state(person).stage == "lobby"


def test_admission_needs_no_greet_on_a_known_device() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.knocking("p0", known=True)
    scene.say(leader, "admit", members=["p0"])
    assert scene.state(person).stage == "room"


def test_a_greet_is_told_first_and_opens_a_moment_later() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.knocking("p0")
    scene.sending(person)
    scene.say(leader, "greet", member="p0")
    assert scene.codes(person) == ["greeting"]
    assert scene.state(person).stage == scene.state(leader).stage == "greet"
    assert scene.sees("f0") == scene.sees("p0") == set()
    scene.pass_ms(1499)
    assert scene.sees("f0") == set()
    scene.pass_ms(1)
    assert scene.sees("f0") == {"p0"}
    assert scene.hears("p0") == {"f0"}


def test_a_greet_is_private_from_the_group() -> None:
    scene = Scene(facilitators=2)
    leader, other = scene.leading("f0"), scene.leading("f1")
    scene.inside("p1", other)
    person = scene.knocking("p0")
    scene.sending(person)
    scene.say(leader, "greet", member="p0")
    scene.pass_ms(2000)
    assert scene.hears("f0") == {"p0"}
    assert scene.hears("p0") == {"f0"}
    assert scene.hears("p1") == {"f1"}
    assert scene.hears("f1") == {"p1"}
    assert [m.member for m in scene.state(person).members] == ["f0", "p0"]
    assert [m.stage for m in scene.state(other).members] == ["greet", "room", "room"]


def test_an_ended_greet_counts_as_met() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.knocking("p0")
    scene.say(leader, "greet", member="p0")
    scene.pass_ms(2000)
    scene.say(leader, "end_greet", member="p0")
    assert scene.state(person).stage == "lobby"
    assert scene.state(leader).stage == "room"
    scene.say(leader, "admit", members=["p0"])
    assert scene.state(person).stage == "room"
    assert scene.kinds("p0")[-2:] == [Kind.GREETED, Kind.ADMITTED]


def test_a_greet_that_never_opened_does_not_count() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.knocking("p0")
    scene.say(leader, "greet", member="p0")
    scene.say(leader, "admit", members=["p0"])
    assert scene.codes(leader) == ["greet_first"]
    scene.say(leader, "end_greet", member="p0")
    scene.say(leader, "admit", members=["p0"])
    assert scene.codes(leader) == ["greet_first", "greet_first"]


@pytest.mark.parametrize("gone", ["f0", "p0"])
def test_a_greet_ends_when_either_side_loses_its_media(gone: str) -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.knocking("p0")
    scene.say(leader, "greet", member="p0")
    scene.pass_ms(2000)
    scene.down(gone)
    assert scene.state(person).stage == "lobby"
    assert scene.state(leader).stage == "room"
    assert scene.sees("p0") == set()


def test_a_greet_needs_both_connections() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.open("p0")
    scene.say(person, "arrive")
    scene.say(leader, "greet", member="p0")
    assert scene.codes(leader) == ["not_connected"]


def test_one_facilitator_has_one_look_at_a_time() -> None:
    scene = Scene(facilitators=2)
    leader, other = scene.leading("f0"), scene.leading("f1")
    scene.knocking("p0")
    scene.knocking("p1")
    scene.say(leader, "greet", member="p0")
    scene.say(leader, "greet", member="p1")
    scene.say(other, "greet", member="p0")
    assert scene.codes(leader) == scene.codes(other) == ["busy"]


def test_admit_all_is_one_change_of_the_tables() -> None:
    scene = Scene()
    leader = scene.leading()
    people = [scene.knocking(f"p{n}", known=True) for n in range(3)]
    for person in people:
        scene.sending(person)
    before = len(scene.orders)
    scene.say(leader, "admit", all=True)
    assert len(scene.orders) == before + 1
    assert scene.hears("p0") == {"f0", "p1", "p2"}
    assert scene.hears("f0") == {"p0", "p1", "p2"}


def test_admit_all_leaves_out_who_must_be_greeted() -> None:
    scene = Scene()
    leader = scene.leading()
    known, new = scene.knocking("p0", known=True), scene.knocking("p1")
    scene.say(leader, "admit", all=True)
    assert scene.state(known).stage == "room"
    assert scene.state(new).stage == "lobby"
    assert scene.codes(leader) == ["greet_first"]


def test_send_back_returns_a_person_to_the_lobby_at_once() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    assert scene.hears("f0") == {"p0"}
    scene.say(leader, "send_back", member="p0")
    assert scene.state(person).stage == "lobby"
    assert scene.hears("f0") == scene.hears("p0") == set()
    assert scene.codes(person)[-1] == "sent_back"
    assert not scene.state(leader).waiting[0].new_device
    scene.say(leader, "admit", members=["p0"])
    assert scene.state(person).stage == "room"


def test_decline_tells_the_person_and_ends_the_connection() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.knocking("p0")
    scene.say(leader, "decline", member="p0", words="See you next week.")
    bye = scene.heard[person][-1]
    assert isinstance(bye, told.Bye)
    assert (bye.code, bye.words) == ("declined", "See you next week.")
    assert scene.state(person).stage == "declined"
    assert scene.closed[person] == 1000
    assert [t.member for t in scene.state(leader).turned_away] == ["p0"]


def test_a_declined_person_stays_out_until_a_facilitator_lifts_it() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.say(leader, "decline", member="p0")
    assert scene.codes(leader) == ["not_there"]
    scene.knocking("p0")
    scene.say(leader, "decline", member="p0")
    again = scene.open("p0")
    assert scene.codes(again, told.Bye) == ["declined"]
    scene.say(leader, "send_back", member="p0")
    once_more = scene.open("p0")
    assert scene.state(once_more).stage == "door"


def test_a_look_that_ends_in_a_refusal_does_not_count_as_met() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.knocking("p0")
    scene.say(leader, "greet", member="p0")
    scene.pass_ms(2000)
    scene.say(leader, "decline", member="p0")
    assert Kind.GREETED not in scene.kinds("p0")
    scene.say(leader, "send_back", member="p0")
    again = scene.knocking("p0")
    assert scene.state(again).you.first_use


def test_a_removed_person_must_be_greeted_again() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.inside("p0", leader)
    scene.say(leader, "remove", member="p0")
    scene.say(leader, "send_back", member="p0")
    assert scene.state(scene.knocking("p0")).you.first_use
    assert scene.data.seats["p0"].greeted_device is None


def test_admit_all_lets_nobody_in_who_is_not_there() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.close(scene.knocking("p0", known=True))
    scene.say(leader, "admit", all=True)
    assert [m.member for m in scene.state(leader).members] == ["f0"]


def test_a_removed_person_is_out_at_once_and_stays_out() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.say(leader, "remove", member="p0")
    assert scene.codes(person, told.Bye) == ["removed"]
    assert scene.hears("f0") == set()
    assert scene.kinds("p0")[-2:] == [Kind.REMOVED, Kind.SOCKET_CLOSED]
    assert scene.codes(scene.open("p0"), told.Bye) == ["removed"]


def test_a_locked_room_lets_nobody_new_in_but_everybody_back() -> None:
    scene = Scene()
    leader = scene.leading()
    inside = scene.inside("p0", leader)
    scene.say(leader, "lock", on=True)
    new = scene.knocking("p1", known=True)
    scene.say(leader, "admit", members=["p1"])
    assert scene.codes(leader) == ["locked"]
    assert scene.state(new).room.locked
    scene.close(inside)
    assert scene.state(scene.open("p0")).stage == "room"
    scene.say(leader, "lock", on=False)
    scene.say(leader, "admit", members=["p1"])
    assert scene.state(new).stage == "room"
    assert scene.kinds()[-1] is Kind.ADMITTED


def test_only_facilitators_in_the_room_have_their_powers() -> None:
    scene = Scene(facilitators=2)
    leader = scene.leading("f0")
    person = scene.inside("p0", leader)
    outside = scene.connected("f1")
    for socket in (person, outside):
        scene.say(socket, "end")
        scene.say(socket, "remove", member="p0")
        assert scene.codes(socket, told.Error) == ["not_allowed", "not_allowed"]
    assert scene.state(person).stage == "room"


def test_answers_can_be_corrected_inside() -> None:
    scene = Scene()
    person = scene.inside("p0", scene.leading())
    scene.say(person, "arrive", where="on a train")
    assert scene.state(person).stage == "room"
    assert scene.asides[-1] == KeepDoorstep("p0", "on a train", "", None, None)
