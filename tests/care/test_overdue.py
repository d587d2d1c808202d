"""A person calls when a check-in waits too long; the reasons say that, and nothing of what is in it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from care.checkin_states import State
from care.overdue import calls, missed_run
from care.planner import plan
from care.waves import Wave, rhythms
from tests.care.test_planner import JOINED, TERMS, course

DAY = timedelta(days=1)
HERE = frozenset({"ada"})
RHYTHMS = rhythms(TERMS)
ITEMS = {(one.wave, one.number): one for one in plan(course(), JOINED).items}


def wanted(items, now, present=HERE):
    return [(one.key, one.reasons) for one in calls("g", present, items, RHYTHMS, now)]


@pytest.mark.parametrize(("wave", "days"), [(Wave.PRE, 3), (Wave.MID, 5), (Wave.POST, 7)])
def test_a_form_that_waits_for_some_days_is_called_about(wave, days):
    one = replace(ITEMS[wave, 1], state=State.INVITED)
    at = min(one.target_at + days * DAY, one.closes_at)
    told = [(f"checkin_call|ada|checkin|{wave}", (f"{wave}_waits",))]
    assert wanted([one], at - timedelta(minutes=1)) == []
    assert wanted([one], at) == told
    assert wanted([replace(one, state=State.OPENED)], at) == told
    assert wanted([replace(one, state=State.EXPIRED)], at + DAY) == told
    assert wanted([replace(one, state=State.EXPIRED)], one.closes_at + 14 * DAY) == []
    assert wanted([one], at, present=frozenset()) == []
    for done in (State.SUBMITTED, State.WAIVED, State.SUPERSEDED):
        assert wanted([replace(one, state=done)], at) == []


def weekly(*states):
    return [replace(ITEMS[Wave.WEEKLY, number], state=state) for number, state in enumerate(states, start=1)]


def test_two_weekly_looks_missed_in_a_row_are_called_about_once():
    missed, done = State.EXPIRED, State.SUBMITTED
    now = ITEMS[Wave.WEEKLY, 3].closes_at
    assert wanted(weekly(missed, done, missed), now) == []
    two = wanted(weekly(done, missed, missed), now)
    assert two == [("checkin_call|ada|checkin|weekly|2", ("weekly_missed:2",))]
    three = wanted(weekly(missed, missed, missed), now)
    assert three == [("checkin_call|ada|checkin|weekly|1", ("weekly_missed:3",))]
    assert wanted(weekly(missed, missed, done), now) == []


def test_what_was_not_asked_for_neither_adds_nor_ends_a_run():
    run = missed_run(weekly(State.EXPIRED, State.SUPERSEDED, State.EXPIRED, State.PLANNED))
    assert [one.number for one in run] == [1, 3]


def test_follow_ups_are_never_called_about():
    late = ITEMS[Wave.FOLLOWUP, 1]
    assert wanted([replace(late, state=State.EXPIRED)], late.closes_at + DAY) == []
