"""Which answers ask for a person, how soon, and what is marked as new."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import safety
from care.safety import Level, Screen, Trigger, assess

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("question", "value", "trigger", "level", "screen"),
    [
        ("phq9_9", "", Trigger.SKIPPED, Level.ASK, Screen.NONE),
        ("phq9_9", "1", Trigger.SOME_DAYS, Level.CONTACT, Screen.SUPPORT),
        ("phq9_9", "2", Trigger.MANY_DAYS, Level.URGENT, Screen.CALL_NOW),
        ("phq9_9", "3", Trigger.MANY_DAYS, Level.URGENT, Screen.CALL_NOW),
        ("safe_now", "unsure", Trigger.UNSURE, Level.URGENT, Screen.CALL_NOW),
        ("safe_now", "no", Trigger.NOT_SAFE, Level.IMMEDIATE, Screen.CRISIS),
        ("safe_now", "", Trigger.SKIPPED, Level.ASK, Screen.NONE),
    ],
)
def test_each_answer_has_its_trigger_level_and_screen(question, value, trigger, level, screen):
    found = assess(question, value)
    assert (found.trigger, found.level, found.screen, found.new) == (trigger, level, screen, False)


@pytest.mark.parametrize(("question", "value"), [("phq9_9", "0"), ("safe_now", "yes"), ("phq9_1", "3")])
def test_nothing_follows_from_nought_from_yes_or_from_another_question(question, value):
    assert assess(question, value) is None


@pytest.mark.parametrize(("question", "value"), [("phq9_9", "4"), ("phq9_9", "-1"), ("safe_now", "maybe")])
def test_an_impossible_answer_is_refused_and_not_passed_over(question, value):
    with pytest.raises(safety.Unreadable):
        assess(question, value)


@pytest.mark.parametrize(
    ("value", "before", "new"),
    [
        ("1", (), False),
        ("1", (0,), False),
        ("1", (0, 0), True),
        ("1", (1, 0, 0), False),
        ("2", (0,), True),
        ("2", (1,), False),
        ("3", (1,), True),
        ("3", (2, 0, 0), False),
        ("3", (3,), False),
        ("2", (0, 0), True),
    ],
)
def test_a_rise_of_two_or_the_first_after_two_noughts_is_marked_new(value, before, new):
    assert assess("phq9_9", value, before).new is new


def test_newness_never_changes_how_soon_somebody_answers():
    for value in "123":
        plain, marked = assess("phq9_9", value), assess("phq9_9", value, (0, 0))
        assert (plain.level, plain.screen) == (marked.level, marked.screen)


@given(st.sampled_from(list(Trigger)), st.sampled_from(list(Trigger)))
def test_a_second_answer_can_raise_a_finding_and_never_lower_it(one, other):
    old, fresh = safety.finding(one), safety.finding(other)
    after = safety.stronger(old, fresh)
    assert after.level == safety.higher(old.level, fresh.level)


@given(
    st.sampled_from(list(Level)),
    st.one_of(st.none(), st.integers(-3000, 30000).map(lambda m: NOW + timedelta(minutes=m))),
)
def test_both_clocks_lie_ahead_and_the_call_comes_before_the_next_session(level, session):
    due = safety.due(level, NOW, session)
    assert NOW <= due.acknowledge_by <= due.contact_by <= NOW + safety.PACES[level].contact
    if session is not None and session > NOW:
        assert due.contact_by <= session


def test_the_clocks_are_those_that_are_promised():
    due = {level: safety.due(level, NOW, None) for level in Level}
    assert due[Level.CONTACT].contact_by == NOW + 24 * HOUR
    assert due[Level.URGENT].acknowledge_by == NOW + HOUR / 2
    assert due[Level.URGENT].contact_by == NOW + 4 * HOUR
    assert due[Level.IMMEDIATE].acknowledge_by == NOW + HOUR / 12
    assert due[Level.ASK].contact_by == NOW + timedelta(days=7)


def test_a_session_in_an_hour_shortens_the_clock_of_a_call_within_a_day():
    due = safety.due(Level.CONTACT, NOW, NOW + HOUR)
    assert (due.acknowledge_by, due.contact_by) == (NOW + HOUR / 2, NOW + HOUR)
