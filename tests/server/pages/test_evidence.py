"""The picture of what the room saw: every stretch lies where its time is, nothing lies outside."""

from datetime import UTC, datetime, timedelta

import pytest

from care.facts import Fact, Kind
from care.interval import Span
from care.policy import SessionTimes
from server.pages.evidence import Event, Picture, What, pictures

START = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
SESSION = SessionTimes(id="s", starts_at=START, ends_at=START + timedelta(minutes=90))
LATER = START + timedelta(hours=5)


def fact(minute: float, kind: Kind, member: str | None = "m", detail: str = "") -> Fact:
    """A fact so many minutes after the start; transports belong to one connection."""
    of_connection = kind in (Kind.TRANSPORT_UP, Kind.TRANSPORT_DOWN)
    return Fact(
        id=f"{minute}-{kind}-{member}",
        session="s",
        member=member,
        connection="c" if of_connection else None,
        kind=kind,
        at=START + timedelta(minutes=minute),
        mono_ms=int(minute * 60_000),
        boot="b",
        detail=detail,
    )


ROOM = [fact(-2, Kind.ROOM_OPENED, None), fact(90, Kind.ROOM_CLOSED, None)]


def picture(*facts: Fact, now: datetime = LATER) -> Picture:
    """The picture of the one member."""
    return pictures(SESSION, ["m"], [*ROOM, *facts], {}, now)["m"]


def spans(seen: Picture, what: What) -> list[tuple[float, float]]:
    """Minutes from the start of each stretch of this kind."""
    minute = timedelta(minutes=1)
    return [((s.start - START) / minute, (s.end - START) / minute) for s in seen.stretches if s.what is what]


def test_waiting_being_there_and_a_gap_lie_side_by_side() -> None:
    seen = picture(
        fact(-5, Kind.TRANSPORT_UP),
        fact(-4, Kind.ARRIVED),
        fact(1, Kind.ADMITTED),
        fact(30, Kind.TRANSPORT_DOWN),
        fact(33, Kind.TRANSPORT_UP),
        fact(90, Kind.TRANSPORT_DOWN),
    )
    assert spans(seen, What.WAITING) == [(-4, 1)]
    assert spans(seen, What.PRESENT) == [(1, 30), (33, 90)]
    assert spans(seen, What.GAP) == [(30, 33)]


def test_trouble_of_ours_is_shown_to_everybody() -> None:
    seen = picture(fact(40, Kind.SERVICE_STOPPED, None), fact(46, Kind.SERVICE_STARTED, None))
    assert spans(seen, What.SERVICE) == [(40, 46)]


def test_who_was_sent_back_waits_again() -> None:
    seen = picture(
        fact(0, Kind.ARRIVED), fact(1, Kind.ADMITTED), fact(20, Kind.SENT_BACK), fact(25, Kind.ADMITTED)
    )
    assert spans(seen, What.WAITING) == [(0, 1), (20, 25)]
    assert [mark.what for mark in seen.marks] == [Event.PUT_OUT]


def test_an_attempt_that_failed_is_a_mark_and_no_stretch() -> None:
    seen = picture(fact(2, Kind.ATTEMPT_FAILED, detail="ice_never_connected"))
    assert seen.stretches == ()
    assert [mark.what for mark in seen.marks] == [Event.FAILED]


def test_presence_by_hand_is_in_the_picture() -> None:
    by_hand = Span(START + timedelta(minutes=10), START + timedelta(minutes=70))
    seen = pictures(SESSION, ["m"], ROOM, {}, LATER, {"m": [by_hand]})["m"]
    assert spans(seen, What.BY_HAND) == [(10, 70)]


def test_nothing_lies_outside_the_picture() -> None:
    seen = picture(fact(-50, Kind.TRANSPORT_UP), fact(-50, Kind.ADMITTED), fact(150, Kind.TRANSPORT_DOWN))
    for one in (*seen.stretches, seen.planned):
        assert 0 <= one.left <= 100
        assert one.left + one.width <= 100.5


def test_a_session_that_still_runs_is_drawn_up_to_now() -> None:
    seen = picture(fact(0, Kind.ARRIVED), now=START + timedelta(minutes=7))
    assert spans(seen, What.WAITING) == [(0, 7)]


@pytest.mark.parametrize("minutes", [60, 75, 90, 120])
def test_start_and_times_between_are_written_below(minutes: int) -> None:
    session = SessionTimes(id="s", starts_at=START, ends_at=START + timedelta(minutes=minutes))
    found = pictures(session, ["m"], [], {}, LATER)["m"].labels
    assert found[0].at == START
    assert 3 <= len(found) <= 5


def test_facts_of_another_session_or_member_are_not_drawn() -> None:
    other = fact(0, Kind.ARRIVED, "other")
    assert picture(other).stretches == ()
