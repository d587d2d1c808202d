"""Sockets and media come and go; the seat stays."""

from datetime import timedelta

from care.facts import Kind
from server.media import messages
from server.rooms import told
from tests.server.scene import START, Scene


def test_a_reload_finds_the_room_again_without_the_lobby() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.down("p0", "closed")
    scene.close(person)
    assert [m.connection for m in scene.state(leader).members] == ["up", "reconnecting"]
    again = scene.open("p0")
    assert scene.state(again).stage == "room"
    scene.offer(again)
    scene.up("p0")
    scene.sending(again)
    assert scene.hears("f0") == {"p0"}


def test_a_connection_outlives_its_socket() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader, tab="the-same-tab")
    scene.close(person)
    assert scene.hears("f0") == {"p0"}
    again = scene.open("p0", tab="the-same-tab")
    assert scene.hears("f0") == {"p0"}
    assert scene.state(again).you.mic


def test_the_same_tab_takes_its_seat_back_silently() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader, tab="the-same-tab")
    again = scene.open("p0", tab="the-same-tab")
    assert scene.codes(person, told.Bye) == ["taken"]
    assert scene.state(again).stage == "room"


def test_a_second_device_waits_elsewhere_until_it_takes_over() -> None:
    scene = Scene()
    leader = scene.leading()
    phone = scene.inside("p0", leader, device="phone")
    laptop = scene.open("p0", device="laptop")
    assert scene.state(laptop).stage == "elsewhere"
    assert scene.state(laptop).members == ()
    assert scene.state(phone).stage == "room"
    scene.say(laptop, "take_over")
    assert scene.codes(phone, told.Bye) == ["taken"]
    assert scene.state(laptop).stage == "lobby"
    assert scene.state(laptop).you.first_use
    assert scene.hears("f0") == set()
    assert [k for k in scene.kinds("p0") if k in (Kind.MOVED_DEVICE, Kind.SENT_BACK)] == [
        Kind.MOVED_DEVICE,
        Kind.SENT_BACK,
    ]


def test_a_second_tab_on_the_same_device_keeps_the_stage_when_it_takes_over() -> None:
    scene = Scene()
    leader = scene.leading()
    first = scene.inside("p0", leader, tab="first-tab")
    second = scene.open("p0", tab="second-tab")
    assert scene.state(second).stage == "elsewhere"
    scene.say(second, "take_over")
    assert scene.codes(first, told.Bye) == ["taken"]
    assert scene.state(second).stage == "room"
    assert scene.data.seats["p0"].leg is None


def test_a_device_that_lost_its_media_gives_the_seat_up_by_itself() -> None:
    scene = Scene()
    leader = scene.leading()
    dead = scene.inside("p0", leader, tab="first-tab")
    scene.down("p0", "silent", silent_ms=9000)
    fresh = scene.open("p0", tab="second-tab")
    assert scene.state(fresh).stage == "room"
    assert scene.codes(dead, told.Bye) == ["taken"]


def test_who_waits_elsewhere_can_only_take_over_or_leave() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.inside("p0", leader)
    other = scene.open("p0", device="other")
    scene.say(other, "mic", on=True)
    scene.say(other, "offer", request=0, connection="connection-9", sdp="v=0")
    assert scene.codes(other, told.Error) == ["not_allowed", "not_allowed"]
    scene.say(other, "leave")
    assert scene.codes(other, told.Bye) == ["left"]
    assert scene.data.seats["p0"].stage == "room"


def test_sockets_that_wait_elsewhere_stay_few() -> None:
    scene = Scene()
    scene.knocking("p0")
    others = [scene.open("p0", device=f"device-{n}") for n in range(6)]
    assert [s in scene.closed for s in others] == [True, True, True, False, False, False]


def test_media_lost_without_a_goodbye_shows_at_once_and_asks_for_a_call_after_two_minutes() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.down("p0", "silent", silent_ms=9000)
    assert scene.state(leader).members[1].connection == "reconnecting"
    scene.close(person)
    scene.pass_ms(110_000)
    assert scene.state(leader).calls == ()
    scene.pass_ms(2000)
    view = scene.state(leader)
    assert [c.member for c in view.calls] == ["p0"]
    assert view.members[1].connection == "away"
    scene.open("p0")
    scene.offer([s for s in scene.heard][-1])
    scene.up("p0")
    assert scene.state(leader).calls == ()


def test_nobody_calls_a_person_who_left_by_the_button() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.say(person, "leave")
    scene.pass_ms(200_000)
    assert scene.state(leader).calls == ()
    assert [m.member for m in scene.state(leader).members] == ["f0"]
    assert scene.codes(person, told.Bye) == ["left"]


def test_who_left_knocks_again_but_is_not_greeted_again_on_the_same_device() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.say(person, "leave")
    again = scene.connected("p0")
    assert scene.state(again).stage == "door"
    scene.say(again, "arrive")
    assert scene.state(again).stage == "lobby"
    assert not scene.state(again).you.first_use


def test_the_room_is_held_when_every_facilitator_has_dropped_and_nobody_is_promoted() -> None:
    scene = Scene(facilitators=2)
    leader, other = scene.leading("f0"), scene.leading("f1")
    person = scene.inside("p0", leader)
    scene.inside("p1", leader)
    scene.down("f0", "silent", silent_ms=8000)
    scene.pass_ms(30_000)
    assert scene.state(person).stage == "room"
    lost_ms = scene.mono_ms - 8000
    scene.down("f1", "silent", silent_ms=8000)
    scene.pass_ms(11_000)
    assert scene.state(person).stage == "room"
    scene.pass_ms(2000)
    assert scene.state(person).stage == "held"
    assert scene.hears("p1") == set()
    held = next(n for n in scene.facts if n.kind is Kind.ROOM_HELD)
    assert held.mono_ms == lost_ms
    assert {m.role for m in scene.state(person).members if m.member.startswith("p")} == {"participant"}
    scene.close(leader)
    back = scene.open("f0")
    assert scene.state(person).stage == "held"
    scene.offer(back)
    scene.up("f0")
    assert scene.state(person).stage == "room"
    assert scene.hears("p1") == {"p0"}
    assert Kind.ROOM_RESUMED in scene.kinds()
    assert scene.state(other).room.state == "open"


def test_the_room_is_held_at_once_when_the_last_facilitator_leaves() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.say(leader, "leave")
    assert scene.state(person).stage == "held"
    again = scene.leading("f0")
    assert scene.state(again).stage == "room"
    assert scene.state(person).stage == "room"


def test_a_room_closes_at_its_own_deadline() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.pass_ms(int(timedelta(minutes=115) / timedelta(milliseconds=1)))
    assert scene.codes(person)[-1] == "ending_soon"
    scene.pass_ms(6 * 60_000)
    assert scene.codes(person, told.Bye) == ["ended"]
    assert scene.codes(leader, told.Bye) == ["ended"]
    assert scene.state(person).stage == "ended"
    closed = next(n for n in scene.facts if n.kind is Kind.ROOM_CLOSED)
    assert closed.at - START < timedelta(minutes=120, seconds=1)
    assert scene.room.next_ms(scene.now) is None


def test_a_facilitator_ends_the_room_for_everybody() -> None:
    scene = Scene()
    leader = scene.leading()
    person, waiting = scene.inside("p0", leader), scene.knocking("p1")
    scene.say(leader, "end")
    for socket in (leader, person, waiting):
        assert scene.codes(socket, told.Bye) == ["ended"]
        assert scene.state(socket).stage == "ended"
    assert isinstance(scene.orders[-1], messages.CloseRoom)
    assert scene.codes(scene.open("p0"), told.Bye) == ["ended"]


def test_media_without_a_socket_ends_after_two_minutes() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    scene.close(person)
    scene.pass_ms(119_000)
    assert scene.hears("f0") == {"p0"}
    scene.pass_ms(2000)
    assert scene.hears("f0") == set()


def test_a_dead_media_process_keeps_seats_and_asks_for_fresh_connections() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    legs = (scene.leg("f0"), scene.leg("p0"))
    scene.take(scene.room.worker_lost(legs, {legs[0]: scene.mono_ms - 700}, scene.now))
    for socket in (leader, person):
        assert any(isinstance(m, told.Renew) for m in scene.heard[socket])
        assert scene.state(socket).stage == "room"
    downs = [n for n in scene.facts if n.kind is Kind.TRANSPORT_DOWN]
    assert [(n.detail, n.mono_ms) for n in downs] == [
        ("worker_lost", scene.mono_ms - 700),
        ("worker_lost", scene.mono_ms),
    ]
    scene.offer(person)
    scene.offer(leader)
    scene.up("p0")
    scene.up("f0")
    assert scene.hears("f0") == {"p0"}


def test_a_withdrawn_link_closes_its_socket_and_its_media() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader, link="old-link")
    scene.take(scene.room.revoked("p0", "other-link", scene.now))
    assert person not in scene.closed
    scene.take(scene.room.revoked("p0", "old-link", scene.now))
    assert scene.codes(person, told.Bye) == ["revoked"]
    assert scene.closed[person] == 1008
    assert scene.hears("f0") == set()
    assert scene.kinds("p0")[-2:] == [Kind.SENT_BACK, Kind.SOCKET_CLOSED]
    scene.pass_ms(200_000)
    assert scene.state(leader).calls == ()
    assert scene.state(scene.open("p0", link="new-link")).stage == "door"


def test_a_withdrawn_link_ends_media_that_has_outlived_its_socket() -> None:
    scene = Scene()
    leader = scene.leading()
    scene.close(scene.inside("p0", leader, link="old-link"))
    assert scene.hears("f0") == {"p0"}
    scene.take(scene.room.revoked("p0", "old-link", scene.now))
    assert scene.hears("f0") == set()


def test_facilitators_learn_that_a_link_was_tried_on_another_device() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.knocking("p0")
    scene.take(scene.room.forwarded("p0", scene.now))
    assert scene.codes(leader) == ["other_device"]
    assert scene.codes(person) == []


def test_versions_rise_and_each_change_is_told_once() -> None:
    scene = Scene()
    leader = scene.leading()
    person = scene.inside("p0", leader)
    versions = [m.version for m in scene.heard[person] if isinstance(m, told.State)]
    assert versions == sorted(set(versions))
    before = len(scene.heard[person])
    scene.say(person, "mic", on=True)
    scene.pass_ms(5000)
    assert len(scene.heard[person]) == before
