"""A member's dates by their own clock: the next, the last, and the hour that is another one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from care.contract import Terms
from care.series import Dated, generate
from server.pages.own_dates import OwnDates, arrange
from store.groups import Session

TERMS = Terms(zone="America/New_York", first_local=datetime(2027, 3, 2, 12, 0))
SERIES = generate(TERMS.plan()).sessions


def stored(one: Dated, state: str = "planned") -> Session:
    """The session of a date as the store gives it."""
    return Session(
        id=f"s{one.ordinal}",
        group="g",
        ordinal=one.ordinal or 0,
        count=12,
        title="t",
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        zone=one.zone,
        state=state,
    )


def seen(zone: str, now: datetime, *states: str, away: tuple[str, ...] = ()) -> OwnDates:
    """The dates at `now`; `states` are those of the first sessions."""
    every = [*states, *["planned"] * (len(SERIES) - len(states))]
    sessions = [stored(one, state) for one, state in zip(SERIES, every, strict=True)]
    return arrange(sessions, SERIES, zone, now, away)


NOW = SERIES[3].starts_at - timedelta(days=1)


def test_each_date_stands_where_it_is_in_time() -> None:
    found = seen("America/New_York", NOW, "closed", "closed", "cancelled")
    assert [row.state for row in found.rows] == ["past", "past", "gone", "next", *["later"] * 8]
    assert found.left == 9


def test_the_last_date_is_named_once() -> None:
    found = seen("America/New_York", NOW)
    assert [row.last for row in found.rows] == [*[False] * 11, True]
    assert found.last is not None
    assert found.last.ordinal == 12


def test_somebody_elsewhere_is_told_where_the_hour_differs() -> None:
    found = seen("Europe/London", SERIES[1].starts_at - timedelta(days=1), "closed")
    assert [(run.from_ordinal, run.to_ordinal, run.at.hour) for run in found.hours] == [
        (1, 2, 17),
        (3, 4, 16),
        (5, 12, 17),
    ]
    assert [row.session.ordinal for row in found.rows if row.unusual == "clock"] == [3, 4]


def test_what_is_past_is_not_pointed_out_any_more() -> None:
    found = seen("Europe/London", SERIES[5].starts_at - timedelta(days=1), *["closed"] * 5)
    assert found.hours == ()
    assert not any(row.unusual for row in found.rows)


def test_at_the_groups_own_place_nothing_differs() -> None:
    found = seen("America/New_York", NOW)
    assert found.hours == ()
    assert not any(row.unusual for row in found.rows)


def test_a_moved_session_is_no_change_of_clocks() -> None:
    later = SERIES[5].starts_at + timedelta(hours=2)
    moved = replace(SERIES[5], starts_at=later, ends_at=later + timedelta(minutes=90))
    series = (*SERIES[:5], moved, *SERIES[6:])
    found = arrange([stored(one) for one in series], series, "America/New_York", NOW)
    assert found.hours == ()
    assert {row.session.ordinal: row.unusual for row in found.rows if row.unusual} == {6: "moved"}


def test_a_notice_stands_at_its_date() -> None:
    found = seen("America/New_York", NOW, away=("s5",))
    assert [row.session.ordinal for row in found.rows if row.away] == [5]


def test_after_the_last_session_nothing_is_next() -> None:
    found = seen("America/New_York", datetime(2028, 1, 1, tzinfo=UTC), *["closed"] * 12)
    assert {row.state for row in found.rows} == {"past"}
    assert found.left == 0


def test_a_group_without_dates_has_none() -> None:
    found = arrange([], (), "Europe/Berlin", NOW)
    assert found.rows == ()
    assert found.last is None
