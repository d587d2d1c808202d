"""Times for individual meetings: inside the window, free, ahead, and by the clock on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import meeting_states, slots
from care.interval import Span
from care.meeting_checklist import ITEMS, RISK, known
from care.meeting_outcome import FITTING, suggested
from care.meeting_states import LEGAL, TOPICS, Booking, IllegalMove, State, move, state_of
from care.meetings import Window
from care.verdict import Status

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WEEKS = Window(opens_at=NOW, target_from=NOW, target_to=NOW + 7 * DAY, closes_at=NOW + 14 * DAY)


def test_an_hour_that_the_clocks_skip_is_refused_and_not_moved():
    """In Berlin 29 March 2026 has no 02:30."""
    (one,) = slots.offers([date(2026, 3, 29)], [time(2, 30)], "Europe/Berlin", 45, WEEKS, [], NOW)
    assert one.refused == slots.SKIPPED


def test_the_same_wall_time_is_another_instant_after_the_clocks_changed():
    days = [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]
    found = slots.offers(days, [time(10)], "Europe/Berlin", 45, WEEKS, [], NOW)
    assert [one.starts_at.hour for one in found] == [9, 8, 8]
    assert {one.ends_at - one.starts_at for one in found} == {timedelta(minutes=45)}


def test_a_meeting_lies_inside_its_window_as_a_whole():
    last = WEEKS.closes_at - timedelta(minutes=45)
    assert slots.fits(Span(last, WEEKS.closes_at), WEEKS)
    assert not slots.fits(Span(last + timedelta(minutes=1), WEEKS.closes_at + timedelta(minutes=1)), WEEKS)
    assert not slots.fits(Span(NOW - timedelta(minutes=1), NOW + DAY), WEEKS)


@pytest.mark.parametrize("length", [0, 14, 121])
def test_a_length_no_meeting_has_is_refused(length):
    with pytest.raises(ValueError, match="minutes"):
        slots.offers([NOW.date()], [time(10)], "UTC", length, WEEKS, [], NOW)


@given(
    days=st.sets(st.integers(-3, 20), max_size=6),
    hours=st.sets(st.integers(0, 23 * 4 + 3), max_size=6),
    length=st.integers(slots.SHORTEST, slots.LONGEST),
    busy=st.lists(st.integers(0, 14 * 24), max_size=5),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]),
)
def test_what_is_offered_is_ahead_inside_free_and_never_overlaps(days, hours, length, busy, zone):
    taken = [Span(NOW + timedelta(hours=at), NOW + timedelta(hours=at + 1)) for at in busy]
    wall = [time(at // 4, at % 4 * 15) for at in hours]
    asked = [NOW.date() + one * DAY for one in days]
    found = slots.offers(asked, wall, zone, length, WEEKS, taken, NOW)
    assert len(found) == len(days) * len(hours)
    good = [one.span for one in found if not one.refused]
    for number, one in enumerate(good):
        assert one.start >= NOW + slots.NOT_BEFORE
        assert slots.fits(one, WEEKS)
        assert not any(slots.overlap(one, other) for other in (*taken, *good[number + 1 :]))
    for one in found:
        if not one.refused:
            assert one.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == one.local


@given(st.lists(st.sampled_from(list(State)), max_size=8))
def test_no_way_leads_on_from_what_was_called_off(moves):
    state = State.CANCELLED
    for new in moves:
        with pytest.raises(IllegalMove):
            move(state, new)


def test_every_state_is_in_the_table_and_held_can_only_be_corrected():
    assert set(LEGAL) == set(State)
    assert LEGAL[State.HELD] == {State.NOT_HELD}
    assert LEGAL[State.NOT_HELD] == {State.HELD}


@given(st.lists(st.tuples(st.sampled_from(TOPICS), st.sampled_from(list(State)[1:])), max_size=8))
def test_a_topic_is_needed_exactly_while_nothing_settles_it(tries):
    rows = [
        Booking(
            id=str(number),
            member="ada",
            topic=topic,
            state=state,
            session=None,
            facilitator=None,
            starts_at=None,
            ends_at=None,
            made_at=NOW,
        )
        for number, (topic, state) in enumerate(tries)
    ]
    for topic in TOPICS:
        own = [state for of, state in tries if of == topic]
        settled = any(state in meeting_states.SETTLED for state in own)
        assert (state_of(rows, "ada", topic) is State.NEEDED) is not settled
        assert state_of(rows, "bela", topic) is State.NEEDED


def test_risk_is_asked_in_each_of_the_three():
    assert set(ITEMS) == set(TOPICS)
    for topic, items in ITEMS.items():
        assert RISK in items
        assert len(items) == len(set(items))
        assert known(topic, ["no such", *reversed(items)]) == items


@pytest.mark.parametrize("status", list(Status))
def test_the_facts_suggest_only_what_goes_with_a_word(status):
    found = suggested(status)
    assert found in (None, *FITTING)
