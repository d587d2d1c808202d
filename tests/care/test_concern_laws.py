"""Laws of a concern's clock: it never pauses, and only a person's words end it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import concern, safety
from care.concern import NotPossible, State
from care.safety import Level

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
LONGEST = max(pace.acknowledge for pace in safety.PACES.values())

levels = st.sampled_from(list(Level))
sessions = st.one_of(st.none(), st.integers(1, 20000).map(lambda m: NOW + timedelta(minutes=m)))
acts = st.lists(
    st.tuples(
        st.sampled_from(["hopped", "acknowledged", "handed_on", "contacted", "raised"]),
        st.integers(0, 3000),
        levels,
    ),
    max_size=20,
)


def play(level, session, steps):
    """Every clock on the way, with the moment it was reached."""
    moment, clock = NOW, concern.opened(level, NOW, session)
    yield moment, clock, clock
    for act, minutes, higher in steps:
        moment += timedelta(minutes=minutes)
        before = clock
        if act == "raised":
            clock = concern.raised(clock, higher, moment, session)
        else:
            clock = getattr(concern, act)(clock, moment)
        yield moment, before, clock


@given(levels, sessions, acts)
def test_whatever_happens_an_open_concern_has_a_next_moment_that_comes(level, session, steps):
    for moment, _, clock in play(level, session, steps):
        assert clock.next_at is not None
        assert clock.state is not State.CLOSED
        assert clock.next_at <= moment + max(LONGEST, clock.contact_by - moment)


@given(levels, sessions, acts)
def test_nobody_but_a_person_with_words_ends_it(level, session, steps):
    *_, (_, _, clock) = play(level, session, steps)
    for words in ("", " ", "ok", "x" * (concern.SHORTEST_OUTCOME - 1), " " * 40):
        with pytest.raises(NotPossible):
            concern.closed(clock, words)
    ended = concern.closed(clock, "Spoken with, safe, sister is there tonight.")
    assert (ended.state, ended.next_at) == (State.CLOSED, None)


@given(levels, sessions, acts)
def test_the_level_never_falls_and_the_call_is_never_put_off(level, session, steps):
    for moment, before, after in play(level, session, steps):
        assert safety.higher(before.level, after.level) == after.level
        if before.state is not State.CONTACTED:  # a call that was made is not put off by the next one
            assert after.contact_by <= max(before.contact_by, moment)


@given(levels, sessions)
def test_unacknowledged_each_hop_is_followed_by_another_after_the_pace(level, session):
    clock = concern.opened(level, NOW, session)
    for _ in range(50):
        moment = clock.next_at
        clock = concern.hopped(clock, moment)
        assert clock.state is State.OPEN
        assert clock.next_at == moment + safety.PACES[level].hop


@given(levels, sessions)
def test_a_promise_to_call_that_is_not_kept_leaves_nobody_with_it(level, session):
    clock = concern.acknowledged(concern.opened(level, NOW, session), NOW)
    assert clock.state is State.ACKNOWLEDGED
    assert clock.next_at >= clock.contact_by
    assert concern.hopped(clock, clock.next_at).state is State.OPEN


@pytest.mark.parametrize("act", ["hopped", "acknowledged", "handed_on", "contacted"])
def test_what_is_closed_stays_closed(act):
    ended = concern.closed(concern.opened(Level.URGENT, NOW, None), "Spoken with, safe at home.")
    with pytest.raises(NotPossible):
        getattr(concern, act)(ended, NOW)


def test_contact_without_an_outcome_is_asked_for_again_after_a_day():
    clock = concern.contacted(concern.opened(Level.URGENT, NOW, None), NOW)
    assert clock.next_at == NOW + timedelta(hours=24)
    assert concern.hopped(clock, clock.next_at).state is State.CONTACTED
