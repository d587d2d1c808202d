"""What counts as an on-call chain, hour by hour, and who is called when."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import chain
from care.chain import MAIL, TEXT, Chain, OnCall, Proved, Rung
from care.safety import Level
from care.series import Closure
from care.staffed import Calendar, Hours

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # a Monday, 18:00 in Berlin
DAY = timedelta(days=1)
WEEK = tuple(Hours(weekday=day, starts=time(9), ends=time(17)) for day in range(5))
CALENDAR = Calendar(zone="Europe/Berlin", hours=WEEK)
PAIR = Chain(people=(OnCall(staff="a"), OnCall(staff="b")), lead="c")
TESTS = (
    Proved(staff="a", channel=TEXT, at=NOW - DAY),
    Proved(staff="a", channel=MAIL, at=NOW - DAY),
    Proved(staff="b", channel=MAIL, at=NOW - DAY),
)
ABLE = frozenset({"a", "b", "c"})


def codes(calendar=CALENDAR, people=PAIR, tests=TESTS, able=ABLE, now=NOW):
    return {gap.code for gap in chain.missing(calendar, people, tests, able, now)}


def test_two_tested_people_on_duty_in_all_staffed_hours_are_a_chain():
    assert codes() == set()
    assert chain.holds(CALENDAR, PAIR, TESTS, ABLE, NOW)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"calendar": Calendar(zone="Europe/Berlin")}, {"no_hours"}),
        ({"people": Chain(people=(OnCall(staff="a"),))}, {"too_few"}),
        ({"people": Chain(people=(OnCall(staff="a"), OnCall(staff="a")))}, {"too_few"}),
        ({"tests": TESTS[1:]}, {"only_mail"}),
        ({"tests": TESTS[:2]}, {"untested", "too_few"}),
        ({"able": frozenset({"a"})}, {"no_account", "too_few"}),
        ({"now": NOW + 29 * DAY}, {"untested", "too_few", "not_covered", "only_mail"}),
        ({"now": NOW + 29 * DAY - timedelta(seconds=1)}, set()),
        ({"now": NOW - 2 * DAY}, {"untested", "too_few", "not_covered", "only_mail"}),
    ],
)
def test_each_thing_that_is_missing_is_told(change, missing):
    assert codes(**change) == missing


def test_hours_that_nobody_covers_are_named():
    mornings = tuple(Hours(weekday=day, starts=time(9), ends=time(12)) for day in range(5))
    late = tuple(Hours(weekday=day, starts=time(12), ends=time(17)) for day in range(4))
    people = Chain(people=(OnCall(staff="a", hours=mornings), OnCall(staff="b", hours=late)))
    (gap,) = chain.missing(CALENDAR, people, TESTS, ABLE, NOW)
    assert (gap.code, gap.local) == ("not_covered", "4 12:00")


def test_an_untested_third_person_breaks_no_chain_and_is_told():
    people = Chain(people=(*PAIR.people, OnCall(staff="c")))
    assert codes(people=people) == {"untested"}
    assert chain.holds(CALENDAR, people, TESTS, ABLE, NOW)


def test_who_is_on_duty_is_called_before_who_is_not():
    evening = (Hours(weekday=0, starts=time(17), ends=time(20)),)
    people = Chain(people=(OnCall(staff="a"), OnCall(staff="b", hours=evening)))
    assert chain.order(people, CALENDAR, NOW) == ("b", "a")
    assert chain.order(people, CALENDAR, NOW + 15 * timedelta(hours=1)) == ("a", "b")


def rungs(level, called=("a", "b"), lead="c"):
    return [(one.rung, one.staff) for one in chain.ladder(level, called, lead)]


def test_the_steps_of_an_urgent_concern():
    assert rungs(Level.URGENT) == [
        (Rung.FACILITATORS_AND_FIRST, ("a",)),
        (Rung.NEXT, ("b",)),
        (Rung.COORDINATOR, ()),
        (Rung.LEAD, ("c",)),
    ]
    assert rungs(Level.IMMEDIATE) == rungs(Level.URGENT)


def test_one_begins_with_the_facilitators_alone():
    assert [rung for rung, _ in rungs(Level.CONTACT)] == [
        Rung.FACILITATORS,
        Rung.NEXT,
        Rung.NEXT,
        Rung.COORDINATOR,
        Rung.LEAD,
    ]


def test_a_question_for_the_next_contact_stays_with_the_facilitators():
    assert rungs(Level.ASK) == [(Rung.FACILITATORS, ())]


def test_where_nobody_leads_a_question_for_the_next_contact_goes_through_the_chain():
    steps = chain.ladder(Level.ASK, ("a", "b"), "c", led=False)
    assert [(one.rung, one.staff) for one in steps] == [
        (Rung.FACILITATORS, ()),
        (Rung.NEXT, ("a",)),
        (Rung.NEXT, ("b",)),
        (Rung.COORDINATOR, ()),
        (Rung.LEAD, ("c",)),
    ]


def test_without_a_lead_everybody_is_called_again():
    assert rungs(Level.URGENT, lead="")[-1] == (Rung.LEAD, ("a", "b"))


def test_without_a_chain_the_group_and_its_coordinator_are_left():
    assert [rung for rung, _ in rungs(Level.URGENT, (), "")] == [
        Rung.FACILITATORS,
        Rung.COORDINATOR,
        Rung.LEAD,
    ]


@given(st.sampled_from(list(Level)), st.lists(st.text("abc", min_size=1), unique=True), st.integers(0, 500))
def test_there_is_a_step_for_every_hop_and_everybody_comes_round(level, called, hop):
    steps = chain.ladder(level, called, "")
    assert chain.step(steps, hop) == chain.step(steps, hop + len(steps))
    if level is not Level.ASK:
        told = {staff for one in steps for staff in one.staff}
        assert told == set(called)


# --- staffed hours


@pytest.mark.parametrize(
    ("local", "open_"),
    [("08:59", False), ("09:00", True), ("16:59", True), ("17:00", False)],
)
def test_staffed_hours_are_half_open(local, open_):
    moment = datetime.fromisoformat(f"2026-03-03T{local}:00+01:00")
    assert CALENDAR.is_open(moment) is open_


def test_a_closure_closes_the_whole_local_day():
    closed = Calendar(
        zone="Europe/Berlin",
        hours=WEEK,
        closures=(Closure(from_date=NOW.date(), to_date=NOW.date() + DAY),),
    )
    assert closed.opens_at(NOW) == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
    assert not closed.is_open(datetime(2026, 3, 3, 10, 0, tzinfo=UTC))


def test_hours_follow_the_local_clock_through_both_changes():
    sundays = Calendar(zone="Europe/Berlin", hours=(Hours(weekday=6, starts=time(9), ends=time(10)),))
    assert sundays.is_open(datetime(2026, 3, 22, 8, 30, tzinfo=UTC))
    assert sundays.is_open(datetime(2026, 3, 29, 7, 30, tzinfo=UTC))
    assert not sundays.is_open(datetime(2026, 3, 29, 8, 30, tzinfo=UTC))
    assert sundays.is_open(datetime(2026, 10, 25, 8, 30, tzinfo=UTC))


def test_night_hours_join_at_midnight():
    always = tuple(Hours(weekday=day, starts=time(0), ends=time(0)) for day in range(7))
    calendar = Calendar(zone="Europe/Berlin", hours=always)
    midnight = datetime(2026, 3, 2, 22, 59, tzinfo=UTC)
    assert calendar.is_open(midnight, timedelta(hours=12))


def test_hours_that_end_before_they_begin_are_refused():
    with pytest.raises(ValueError, match="end before"):
        Hours(weekday=0, starts=time(10), ends=time(9))
    with pytest.raises(ValueError, match="weekday"):
        Hours(weekday=7, starts=time(9), ends=time(10))


@given(st.integers(0, 60 * 24 * 400))
def test_an_open_moment_ends_later_and_a_closed_one_opens_later(minutes):
    moment = NOW + timedelta(minutes=minutes)
    end = CALENDAR.open_until(moment)
    opens = CALENDAR.opens_at(moment)
    assert opens is not None
    if end is None:
        assert opens > moment
    else:
        assert opens == moment < end
