"""N numbered sessions at one local hour, through clock changes, closures and a day that never was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from care import series, timetable, zones
from care.series import Caution, Closure, Plan, generate
from tests.care.dates import berlin, plans, stored


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("zone", "first", "instants"),
    [
        # Summer time ends on 25 October 2026.
        ("Europe/Berlin", datetime(2026, 10, 19, 18, 0), [at(2026, 10, 19, 16), at(2026, 10, 26, 17)]),
        # New York goes ahead on 14 March 2027, two weeks before Europe.
        ("America/New_York", datetime(2027, 3, 8, 18, 0), [at(2027, 3, 8, 23), at(2027, 3, 15, 22)]),
        # Lord Howe's summer time is half an hour: UTC+11 until 4 April 2027, then UTC+10:30.
        ("Australia/Lord_Howe", datetime(2027, 3, 30, 18, 0), [at(2027, 3, 30, 7), at(2027, 4, 6, 7, 30)]),
        # India has none, and a quarter of a day and a half to begin with.
        ("Asia/Kolkata", datetime(2027, 3, 8, 18, 0), [at(2027, 3, 8, 12, 30), at(2027, 3, 15, 12, 30)]),
        # Samoa left out 30 December 2011 altogether and went from UTC-10 to UTC+14.
        ("Pacific/Apia", datetime(2011, 12, 26, 18, 0), [at(2011, 12, 27, 4), at(2012, 1, 2, 4)]),
        # Morocco goes back an hour for Ramadan: from 15 February to 22 March 2026.
        ("Africa/Casablanca", datetime(2026, 2, 9, 18, 0), [at(2026, 2, 9, 17), at(2026, 2, 16, 18)]),
        ("Africa/Casablanca", datetime(2026, 3, 16, 18, 0), [at(2026, 3, 16, 18), at(2026, 3, 23, 17)]),
    ],
)
def test_the_local_hour_stays_through_every_zones_changes(
    zone: str, first: datetime, instants: list[datetime]
) -> None:
    dated = generate(Plan(zone=zone, first_local=first, count=2)).sessions

    assert [each.starts_at for each in dated] == instants
    assert all(each.starts_at.astimezone(ZoneInfo(zone)).hour == 18 for each in dated)


def test_a_session_says_what_it_was_dated_with() -> None:
    first = generate(berlin()).sessions[0]

    assert (first.id, first.uid, first.sequence, first.state) == (None, "", 0, "planned")
    assert (first.ordinal, first.local, first.zone) == (1, datetime(2026, 9, 7, 18, 0), "Europe/Berlin")
    assert (first.starts_at, first.ends_at) == (at(2026, 9, 7, 16), at(2026, 9, 7, 17, 30))
    assert first.minutes == 90
    assert first.tzdata == zones.version()


def test_a_skipped_time_becomes_the_first_valid_minute_and_is_warned_of() -> None:
    found = generate(Plan(zone="Europe/Berlin", first_local=datetime(2027, 3, 21, 2, 30), count=2))

    assert found.sessions[1].starts_at == at(2027, 3, 28, 1, 0)  # 03:00 summer time
    assert found.sessions[1].local == datetime(2027, 3, 28, 2, 30)
    assert found.warnings == (Caution(code=timetable.SKIPPED, ordinal=2, local=datetime(2027, 3, 28, 2, 30)),)


def test_a_repeated_time_is_the_first_and_is_warned_of() -> None:
    found = generate(Plan(zone="Europe/Berlin", first_local=datetime(2026, 10, 18, 2, 30), count=2))

    assert found.sessions[1].starts_at == at(2026, 10, 25, 0, 30)
    assert [each.code for each in found.warnings] == [timetable.REPEATED]


def test_a_day_that_never_was_becomes_the_next() -> None:
    resolved = timetable.resolve(datetime(2011, 12, 30, 18, 0), ZoneInfo("Pacific/Apia"))

    assert resolved.local == datetime(2011, 12, 31, 0, 0)
    assert resolved.at == at(2011, 12, 30, 10, 0)
    assert resolved.caution == timetable.SKIPPED


def test_closures_keep_the_number_of_sessions_and_are_named() -> None:
    break_ = Closure(from_date=date(2026, 10, 5), to_date=date(2026, 10, 18), why="autumn break")

    found = generate(berlin(closures=(break_,)))

    assert len(found.sessions) == 12
    assert [each.local.date() for each in found.sessions[3:5]] == [date(2026, 9, 28), date(2026, 10, 19)]
    assert found.sessions[-1].local == datetime(2026, 12, 7, 18, 0)
    assert [(each.code, each.ordinal, each.local.date(), each.why) for each in found.warnings] == [
        (series.CLOSURE_SKIPPED, 5, date(2026, 10, 5), "autumn break"),
        (series.CLOSURE_SKIPPED, 5, date(2026, 10, 12), "autumn break"),
    ]


def test_both_ends_of_a_closure_are_closed() -> None:
    closure = Closure(from_date=date(2026, 9, 14), to_date=date(2026, 9, 14))

    assert closure.covers(date(2026, 9, 14))
    assert not closure.covers(date(2026, 9, 13))
    assert not closure.covers(date(2026, 9, 15))


@pytest.mark.parametrize(
    "change", [{"count": 0}, {"count": 53}, {"minutes": 59}, {"minutes": 121}, {"every_days": 0}]
)
def test_numbers_no_group_can_have_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="60 to 120 minutes"):
        generate(berlin(**change))


def test_sessions_of_sixty_and_of_a_hundred_and_twenty_minutes_are_possible() -> None:
    assert generate(berlin(minutes=60)).sessions[0].minutes == 60
    assert generate(berlin(minutes=120)).sessions[0].minutes == 120


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(KeyError):
        generate(Plan(zone="Europe/Atlantis", first_local=datetime(2026, 9, 7, 18, 0)))


def test_cancelled_sessions_without_a_number_do_not_count() -> None:
    dated = stored(berlin())
    gone = replace(dated[3], ordinal=None, state="cancelled")

    assert gone not in series.live((*dated[:3], gone, *dated[4:]))
    assert series.last(dated).ordinal == 12


@given(plans)
def test_every_plan_has_all_its_sessions_numbered_without_holes(plan: Plan) -> None:
    dated = generate(plan).sessions

    assert [each.ordinal for each in dated] == list(range(1, plan.count + 1))


@given(plans)
def test_no_session_lies_in_a_closure(plan: Plan) -> None:
    days = [each.local.date() for each in generate(plan).sessions]

    assert not any(closure.covers(day) for closure in plan.closures for day in days)


@given(plans)
def test_sessions_follow_each_other_and_never_overlap(plan: Plan) -> None:
    dated = generate(plan).sessions

    assert all(one.ends_at < other.starts_at for one, other in pairwise(dated))
    assert all(one.local < other.local for one, other in pairwise(dated))


@given(plans)
def test_the_clock_on_the_wall_shows_the_agreed_time_or_a_caution_says_why(plan: Plan) -> None:
    found = generate(plan)
    clocks = {each.ordinal for each in found.warnings if each.code == timetable.SKIPPED}

    for each in found.sessions:
        shown = each.starts_at.astimezone(ZoneInfo(plan.zone)).replace(tzinfo=None, fold=0)
        assert (shown == each.local) == (each.ordinal not in clocks)
        assert each.starts_at.astimezone(ZoneInfo(plan.zone)).astimezone(UTC) == each.starts_at
        assert each.local.time() == plan.first_local.time()
        assert each.minutes == plan.minutes


@given(plans)
def test_a_closure_only_moves_sessions_back_in_whole_steps(plan: Plan) -> None:
    open_ = generate(replace(plan, closures=())).sessions

    for held, free in zip(generate(plan).sessions, open_, strict=True):
        later = held.local - free.local
        assert later >= timedelta(0)
        assert later % timedelta(days=plan.every_days) == timedelta(0)
