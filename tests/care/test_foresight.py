"""Who will see another local hour, and from which session."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import changes, foresight
from care.foresight import Run
from care.series import Plan, generate
from tests.care.dates import BEFORE, ZONES, berlin, plans, stored

NEW_YORK = stored(Plan(zone="America/New_York", first_local=datetime(2027, 3, 1, 18, 0)))


def run(first: int, last: int, *clock: int, weekday: int = 0) -> Run:
    return Run(from_ordinal=first, to_ordinal=last, at=time(*clock), weekday=weekday)


def test_london_sees_new_york_an_hour_earlier_for_two_weeks_in_march() -> None:
    assert foresight.local_hours(NEW_YORK, "Europe/London") == (
        run(1, 2, 23, 0),
        run(3, 4, 22, 0),
        run(5, 12, 23, 0),
    )


def test_the_groups_own_clock_shows_one_hour_throughout() -> None:
    assert foresight.local_hours(NEW_YORK, "America/New_York") == (run(1, 12, 18, 0),)


def test_a_zone_half_an_hour_off_and_past_midnight_is_seen() -> None:
    assert foresight.local_hours(NEW_YORK, "Asia/Kolkata") == (
        run(1, 2, 4, 30, weekday=1),
        run(3, 12, 3, 30, weekday=1),
    )


def test_lord_howe_moves_by_half_an_hour() -> None:
    group = stored(berlin(count=3, first=datetime(2027, 3, 29, 9, 0)))

    assert foresight.local_hours(group, "Australia/Lord_Howe") == (run(1, 1, 18, 0), run(2, 3, 17, 30))


def test_a_session_moved_to_another_day_at_the_same_hour_is_a_run_of_its_own() -> None:
    group = stored(berlin(count=8))
    moved = changes.move(group, 3, datetime(2026, 9, 23, 18, 0), now=BEFORE).after

    assert foresight.local_hours(moved, "Europe/Berlin") == (
        run(1, 2, 18, 0),
        run(3, 3, 18, 0, weekday=2),
        run(4, 8, 18, 0),
    )


def test_only_members_whose_clock_differs_are_listed() -> None:
    found = foresight.differences(
        NEW_YORK, {"a": "America/New_York", "b": "Europe/London", "c": "America/Toronto", "d": "Asia/Kolkata"}
    )

    assert [(each.member, each.zone, each.changes) for each in found] == [
        ("b", "Europe/London", True),
        ("d", "Asia/Kolkata", True),
    ]


def test_a_member_far_away_whose_hour_stays_is_listed_without_a_change() -> None:
    (found,) = foresight.differences(stored(berlin(count=8)), {"a": "Europe/London"})

    assert not found.changes


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(KeyError):
        foresight.local_hours(NEW_YORK, "Europe/Atlantis")


@given(plans, st.sampled_from(ZONES))
def test_runs_cover_every_session_once_and_tell_its_true_time(plan: Plan, zone: str) -> None:
    dated = generate(plan).sessions
    runs = foresight.local_hours(dated, zone)

    assert [number for each in runs for number in range(each.from_ordinal, each.to_ordinal + 1)] == list(
        range(1, plan.count + 1)
    )
    for each in runs:
        for number in range(each.from_ordinal, each.to_ordinal + 1):
            local = dated[number - 1].starts_at.astimezone(ZoneInfo(zone))
            assert (local.time(), local.weekday()) == (each.at, each.weekday)
            assert foresight.in_zone(dated[number - 1], zone) == local
