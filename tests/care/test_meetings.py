"""The windows of the three individual meetings."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from care import meetings
from care.contract import Terms
from care.series import Plan
from tests.care.dates import berlin, plans, stored

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2026, 9, 7, 18, 0))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_twelve_weeks_have_their_three_windows() -> None:
    found = meetings.windows(stored(berlin()), TERMS)

    assert list(found) == ["pre", "mid", "post"]
    assert found["pre"] == meetings.Window(
        opens_at=utc(2026, 8, 24, 16),
        target_from=utc(2026, 8, 28, 16),
        target_to=utc(2026, 9, 4, 16),
        closes_at=utc(2026, 9, 7, 16),
    )
    # Between sessions 6 and 7; from after 5 to before 8.
    assert found["mid"] == meetings.Window(
        opens_at=utc(2026, 10, 5, 17, 30),
        target_from=utc(2026, 10, 12, 17, 30),
        target_to=utc(2026, 10, 19, 16),
        closes_at=utc(2026, 10, 26, 17),
    )
    # Within a week after session 12 (23 November, an hour later in UTC), at the latest two weeks.
    assert found["post"] == meetings.Window(
        opens_at=utc(2026, 11, 23, 18, 30),
        target_from=utc(2026, 11, 23, 18, 30),
        target_to=utc(2026, 11, 30, 18, 30),
        closes_at=utc(2026, 12, 7, 18, 30),
    )


def test_the_days_are_those_of_the_contract() -> None:
    terms = replace(TERMS, pre_opens_days=21, post_target_days=5, post_closes_days=10)

    found = meetings.windows(stored(berlin()), terms)

    assert found["pre"].opens_at == utc(2026, 8, 17, 16)
    assert found["post"].target_to == utc(2026, 11, 28, 18, 30)
    assert found["post"].closes_at == utc(2026, 12, 3, 18, 30)


def test_one_session_has_no_middle() -> None:
    with pytest.raises(ValueError, match="middle"):
        meetings.windows(stored(berlin(count=1)), TERMS)


def test_two_sessions_are_enough() -> None:
    dated = stored(berlin(count=2))

    found = meetings.windows(dated, TERMS)["mid"]

    assert (found.opens_at, found.closes_at) == (dated[0].ends_at, dated[1].ends_at)


@given(plans)
def test_every_window_holds_its_target_and_they_come_in_order(plan: Plan) -> None:
    found = meetings.windows(stored(plan), TERMS)

    for window in found.values():
        assert window.opens_at <= window.target_from <= window.target_to <= window.closes_at
    assert found["pre"].closes_at <= found["mid"].opens_at
    assert found["mid"].closes_at <= found["post"].opens_at
