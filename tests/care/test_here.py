from care.facts import Kind
from care.here import Here, here
from tests.care.evening import Evening, at


def test_who_is_in_who_waits_and_who_was_here() -> None:
    told = Evening().held(closed=None).there(0, 20, "ada", "a")
    told.say(5, Kind.ADMITTED, "ben").say(5, Kind.TRANSPORT_UP, "ben", "b")
    told.say(6, Kind.ARRIVED, "cleo").say(6, Kind.TRANSPORT_UP, "cleo", "c")
    found = here(told.facts, {"boot-1": at(30)}, at(30))
    assert found == {"ada": Here.WAS_HERE, "ben": Here.IN, "cleo": Here.WAITING}


def test_what_lies_ahead_is_not_seen_yet() -> None:
    told = Evening().held(closed=None).there(10, 20)
    assert here(told.facts, {"boot-1": at(5)}, at(5)) == {}


def test_a_server_that_fell_silent_is_not_believed_for_long() -> None:
    told = Evening().held(closed=None).say(0, Kind.ADMITTED, "ada").say(0, Kind.TRANSPORT_UP, "ada", "a")
    assert here(told.facts, {"boot-1": at(10)}, at(10.4)) == {"ada": Here.IN}
    assert here(told.facts, {"boot-1": at(10)}, at(11)) == {"ada": Here.WAS_HERE}
