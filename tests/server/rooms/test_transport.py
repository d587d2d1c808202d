from care.facts import Kind
from server.media import messages
from server.rooms import told
from tests.server.scene import Scene


def refusals(scene: Scene, socket: str) -> list[str]:
    return [m.cause for m in scene.heard[socket] if isinstance(m, told.Refused)]


def test_an_offer_opens_a_leg_named_for_room_member_and_connection() -> None:
    scene = Scene()
    person = scene.open("p0")
    scene.offer(person, "connection-1")
    offer = scene.orders[-1]
    assert isinstance(offer, messages.Offer)
    assert (offer.room, offer.leg, offer.request) == ("session1", "session1.p0.connection-1", 0)
    scene.event(messages.Answered(leg=offer.leg, request=0, sdp="answer"))
    assert scene.heard[person][-1] == told.Answer(request=0, connection="connection-1", sdp="answer")


def test_an_ice_restart_uses_the_same_leg() -> None:
    scene = Scene()
    person = scene.connected("p0")
    name = scene.data.seats["p0"].leg
    assert name is not None
    scene.offer(person, name.connection, request=1)
    offer = scene.orders[-1]
    assert isinstance(offer, messages.Offer)
    assert (offer.leg, offer.request) == (name.id, 1)
    assert scene.data.seats["p0"].up


def test_a_new_connection_replaces_the_former() -> None:
    scene = Scene()
    person = scene.connected("p0")
    former = scene.leg("p0")
    scene.offer(person)
    assert scene.orders[-2] == messages.CloseLeg(leg=former)
    assert scene.leg("p0") != former


def test_a_dead_connection_cannot_be_offered_again() -> None:
    scene = Scene()
    person = scene.open("p0")
    scene.offer(person, "connection-1")
    scene.up("p0")
    scene.down("p0", "silent")
    scene.offer(person, "connection-1", request=1)
    scene.offer(person, "connection-1", request=0)
    assert refusals(scene, person) == ["gone", "gone"]


def test_a_restart_of_a_connection_this_server_never_knew_is_refused() -> None:
    scene = Scene()
    person = scene.open("p0")
    scene.offer(person, "before-the-restart", request=3)
    assert refusals(scene, person) == ["gone"]
    assert scene.orders == []


def test_a_refused_first_offer_leaves_no_leg_but_a_failed_attempt() -> None:
    scene = Scene()
    person = scene.open("p0")
    scene.offer(person)
    scene.event(messages.Refused(leg=scene.leg("p0"), request=0, cause="bad_offer"))
    assert refusals(scene, person) == ["bad_offer"]
    assert scene.data.seats["p0"].leg is None
    assert scene.facts[-1].kind is Kind.ATTEMPT_FAILED
    assert scene.facts[-1].detail == "bad_offer"


def test_a_connection_that_never_came_up_is_a_failed_attempt() -> None:
    scene = Scene()
    person = scene.open("p0")
    scene.offer(person)
    scene.down("p0", "ice_failed")
    assert (scene.facts[-1].kind, scene.facts[-1].detail) == (Kind.ATTEMPT_FAILED, "ice_failed")
    assert any(isinstance(m, told.Renew) for m in scene.heard[person])


def test_transport_facts_carry_the_last_proof_of_life() -> None:
    scene = Scene()
    scene.connected("p0")
    leg = scene.leg("p0")
    scene.event(messages.FirstMedia(leg=leg, kind="audio", at_ms=scene.mono_ms))
    scene.pass_ms(60_000)
    scene.down("p0", "silent", silent_ms=9000)
    kinds = [(n.kind, n.connection) for n in scene.facts[-3:]]
    assert kinds == [(Kind.TRANSPORT_UP, leg), (Kind.FIRST_MEDIA, leg), (Kind.TRANSPORT_DOWN, leg)]
    down = scene.facts[-1]
    assert down.mono_ms == scene.mono_ms - 9000
    assert down.at == scene.now.at(down.mono_ms)


def test_events_of_a_former_leg_do_not_touch_the_new_one() -> None:
    scene = Scene()
    person = scene.connected("p0")
    former = scene.leg("p0")
    scene.offer(person)
    scene.up("p0")
    scene.event(messages.Down(leg=former, reason="requested", last_alive_ms=scene.mono_ms))
    assert scene.data.seats["p0"].up
    assert scene.facts[-1].connection == former


def test_sizes_are_passed_on_and_said_again_to_a_new_leg() -> None:
    scene = Scene()
    person = scene.connected("p0")
    scene.say(person, "show", slots={"3": 360, "0": 0})
    assert scene.orders[-1] == messages.Prefer(leg=scene.leg("p0"), heights=((0, 0), (3, 360)))
    scene.offer(person)
    scene.up("p0")
    assert scene.orders[-1] == messages.Prefer(leg=scene.leg("p0"), heights=((0, 0), (3, 360)))


def test_sound_and_picture_are_forwarded_only_while_the_person_says_so() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.say(person, "mic", on=False)
    assert scene.hears("f0") == set()
    assert scene.sees("f0") == {"p0"}
    scene.say(person, "camera", on=False)
    assert scene.sees("f0") == set()
    scene.sending(person)
    assert scene.hears("f0") == scene.sees("f0") == {"p0"}


def test_a_facilitators_mute_holds_until_the_person_lifts_it() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.say(leader, "mute", member="p0")
    assert scene.hears("f0") == set()
    assert scene.codes(person)[-1] == "muted"
    assert scene.state(person).you.muted
    scene.say(leader, "ask", member="p0", what="mic")
    assert scene.heard[person][-1] == told.Asked(what="mic", words="")
    assert scene.hears("f0") == set()
    scene.say(person, "mic", on=True)
    assert scene.hears("f0") == {"p0"}
    assert not scene.state(person).you.muted


def test_who_speaks_is_told_in_the_room_only() -> None:
    scene = Scene()
    leader = scene.leading()
    person, waiting = scene.inside("p0", leader), scene.knocking("p1")
    speaking = (scene.leg("p0"), scene.leg("p1"))
    scene.event(messages.Levels(room="session1", speaking=speaking))
    for socket in (leader, person):
        assert scene.heard[socket][-1] == told.Levels(speaking=("p0",))
    assert not any(isinstance(m, told.Levels) for m in scene.heard[waiting])


def test_paused_pictures_are_named_by_member() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.inside("p0", leader)
    scene.inside("p1", leader)
    scene.event(messages.Held(leg=scene.leg("f0"), slots=(1,)))
    assert scene.heard[leader][-1] == told.Quality(paused=("p1",), words="")
    scene.event(messages.Held(leg=scene.leg("f0"), slots=()))
    assert scene.heard[leader][-1] == told.Quality(paused=(), words="")


def test_facilitators_are_paused_last() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.inside("p0", leader)
    scene.inside("p1", leader)
    row = scene.tables[scene.leg("p0")]
    assert {slot.source: slot.priority for slot in row} == {scene.leg("f0"): 1, scene.leg("p1"): 0}


def test_another_dtls_identity_under_the_same_id_is_closed_and_renewed() -> None:
    scene = Scene()
    person = scene.connected("p0")
    leg = scene.leg("p0")
    scene.down("p0", "replaced")
    assert messages.CloseLeg(leg=leg) in scene.orders
    assert any(isinstance(m, told.Renew) for m in scene.heard[person])
