from datetime import UTC, datetime, timedelta

import pytest

from care.checkin_states import MOVES, OPEN, UNOPENED, State, answerable, into, may, taken_back

NOW = datetime(2027, 1, 5, 18, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_every_state_says_where_it_may_go():
    assert set(MOVES) == set(State)


@pytest.mark.parametrize("over", [State.SUBMITTED, State.EXPIRED])
def test_what_is_submitted_or_expired_stays_so(over):
    assert MOVES[over] == frozenset()
    assert not any(may(over, state) for state in State)


def test_a_waiver_is_taken_back_to_where_the_form_was_and_never_to_done():
    assert MOVES[State.WAIVED] == {taken_back(opened=False), taken_back(opened=True)}
    assert taken_back(opened=True) == State.OPENED
    assert MOVES[State.WAIVED] <= OPEN


def test_nothing_is_submitted_that_nobody_opened():
    assert into(State.SUBMITTED) == {State.OPENED}


def test_an_opened_form_is_never_taken_for_unopened():
    assert State.OPENED not in UNOPENED
    assert not MOVES[State.OPENED] & UNOPENED


def test_everything_open_may_still_be_waived_superseded_or_expire():
    for state in OPEN:
        assert MOVES[state] >= {State.WAIVED, State.SUPERSEDED, State.EXPIRED}


@pytest.mark.parametrize("state", list(State))
def test_answers_are_taken_in_an_open_window_until_it_is_done(state):
    window = (NOW, NOW + DAY)
    assert answerable(state, *window, NOW) == (state in OPEN)
    assert not answerable(state, *window, NOW + DAY)
    assert not answerable(state, *window, NOW - DAY)
