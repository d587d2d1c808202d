"""Which session stands in front, and where a session's list stands."""

from datetime import UTC, datetime, timedelta

from server.pages.attendance import phase
from server.pages.course import arrange
from store.groups import Session

NOW = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)


def session(ordinal: int, hours: float, state: str = "planned") -> Session:
    """A session that starts so many hours from now and lasts 90 minutes."""
    starts = NOW + timedelta(hours=hours)
    return Session(
        id=f"s{ordinal}",
        group="g",
        ordinal=ordinal,
        count=12,
        title="t",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=90),
        zone="Europe/Berlin",
        state=state,
    )


def test_the_running_session_stands_in_front() -> None:
    found = arrange([session(1, -168, "closed"), session(2, -1), session(3, 168)], 12, NOW)
    assert found.next is not None
    assert found.next.ordinal == 2
    assert [one.ordinal for one in found.past] == [1]


def test_a_session_that_overruns_stays_for_an_hour() -> None:
    assert arrange([session(1, -2)], 12, NOW).next is not None
    assert arrange([session(1, -3)], 12, NOW).next is None


def test_a_session_whose_room_was_ended_is_past_at_once() -> None:
    found = arrange([session(1, -1), session(2, 167)], 12, NOW, {"s1"})
    assert found.next is not None
    assert found.next.ordinal == 2


def test_a_list_is_told_by_where_the_session_stands() -> None:
    assert phase(session(1, 1), NOW) == "ahead"
    assert phase(session(1, -1), NOW) == "ahead"
    assert phase(session(1, -1, "closed"), NOW) == "ended"
    assert phase(session(1, -1.75), NOW) == "ended"
    assert phase(session(1, -168, "closed"), NOW) == "past"
