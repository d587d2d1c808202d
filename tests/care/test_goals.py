"""Goals: at most three at a time, rated again at each wave, closed with a word and never gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.goals import (
    MOST,
    Closed,
    Goal,
    Rating,
    Refused,
    added,
    carried,
    closed,
    current,
    rated,
    reworded,
    unsettled,
)

CALL = Goal(words="Call my sister once a week", area="p")


def one():
    return added({}, "a", CALL)


def test_the_first_rating_is_the_baseline_and_the_change_is_counted_from_it():
    goals = one()
    assert (goals["a"].baseline, goals["a"].change) == (None, None)
    goals = rated(goals, "a", "pre", 2)
    assert (goals["a"].baseline, goals["a"].change) == (2, None)
    goals = rated(rated(goals, "a", "mid", 5), "a", "post", 1)
    assert (goals["a"].baseline, goals["a"].latest, goals["a"].change) == (2, 1, -1)


def test_a_second_rating_at_one_wave_replaces_the_first_where_it_stood():
    goals = rated(rated(rated(one(), "a", "pre", 2), "a", "mid", 5), "a", "pre", 3)
    assert goals["a"].ratings == (Rating(wave="pre", value=3), Rating(wave="mid", value=5))


def test_a_fourth_goal_waits_until_one_is_closed():
    goals = {}
    for key in "abc":
        goals = added(goals, key, CALL)
    with pytest.raises(Refused, match="full"):
        added(goals, "d", CALL)
    goals = closed(goals, "a", Closed.MET, "", 6)
    assert list(current(added(goals, "d", CALL))) == ["b", "c", "d"]


def test_a_goal_is_dropped_for_a_reason():
    with pytest.raises(Refused, match="reason"):
        closed(one(), "a", Closed.DROPPED, " ", 6)
    assert closed(one(), "a", Closed.DROPPED, "It was never mine", 6)["a"].closed_in == 6
    with pytest.raises(ValueError, match="for a reason"):
        Goal(words="x", closed=Closed.DROPPED)


def test_what_is_closed_stays_as_it_was():
    goals = closed(one(), "a", Closed.PARTLY, "", 6)
    for change in (
        lambda: rated(goals, "a", "post", 9),
        lambda: reworded(goals, "a", "Other words"),
        lambda: closed(goals, "a", Closed.MET, "", 7),
        lambda: carried(goals, "a", "b", None, 7),
    ):
        with pytest.raises(Refused, match="closed"):
            change()


def test_a_carried_goal_goes_on_with_its_words_and_its_newest_rating():
    goals = carried(rated(rated(one(), "a", "pre", 2), "a", "mid", 5), "a", "b", "q", 6)
    assert goals["a"].closed == Closed.CARRIED
    assert (goals["b"].words, goals["b"].area, goals["b"].baseline) == (CALL.words, "q", 5)
    assert goals["b"].carried_from == "a"
    assert unsettled(goals, "p") == ()
    assert unsettled(goals, "q") == ("b",)


@pytest.mark.parametrize("value", [-1, 11])
def test_a_rating_is_between_nothing_and_everything(value):
    with pytest.raises(ValueError, match="0 to 10"):
        rated(one(), "a", "pre", value)


@pytest.mark.parametrize("words", ["", " ", "x" * 301])
def test_a_goal_has_words(words):
    with pytest.raises(ValueError, match="characters"):
        reworded(one(), "a", words)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "close", "carry", "rate", "word"]),
            st.integers(0, 8),
            st.integers(0, 8),
            st.sampled_from(Closed),
        ),
        max_size=30,
    )
)
def test_whatever_is_done_no_goal_is_lost_and_three_are_the_most(steps):
    goals = {}
    for act, first, second, how in steps:
        key, new = f"g{first}", f"g{second}"
        before = dict(goals)
        try:
            if act == "add" and key not in goals:
                goals = added(goals, key, CALL)
            elif act == "carry" and key in goals and new not in goals:
                goals = carried(goals, key, new, "q", 4)
            elif key in goals and act == "close":
                goals = closed(goals, key, how, "because", 4)
            elif key in goals and act == "rate":
                goals = rated(goals, key, "mid", second)
            elif key in goals and act == "word":
                goals = reworded(goals, key, "other words")
        except Refused:
            assert goals == before
        assert before.keys() <= goals.keys()
        assert len(current(goals)) <= MOST
        for name, one_before in before.items():
            if one_before.closed is not None:
                assert goals[name] == one_before
