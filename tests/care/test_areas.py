"""Problem areas: two people agree, at most two areas hold, and nothing that was agreed is rewritten."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.areas import (
    FACILITATOR,
    MAIN,
    MEMBER,
    SECOND,
    Area,
    Period,
    Refused,
    Stage,
    Why,
    agreed,
    ended,
    history,
    holding,
    proposed,
    staged,
    withdrawn,
)
from care.phases import Phase

WORKING = Phase.INTERMEDIATE
GRIEF = Period(area=Area.GRIEF, rank=MAIN, from_session=1)
LONELY = Period(area=Area.ISOLATION, rank=SECOND, from_session=1)
NEWS = Period(area=Area.TRANSITION, rank=MAIN, from_session=6, why=Why.NEW_EVENT, words="lost the job")


def both(periods, key):
    return agreed(agreed(periods, key, FACILITATOR), key, MEMBER)


def started():
    periods = both(proposed({}, "a", GRIEF, Phase.INITIAL), "a")
    return both(proposed(periods, "b", LONELY, Phase.INITIAL), "b")


def test_an_area_holds_only_when_both_have_agreed():
    periods = proposed({}, "a", GRIEF, Phase.INITIAL)
    assert holding(periods, 1) == ()
    periods = agreed(periods, "a", FACILITATOR)
    assert holding(periods, 1) == ()
    assert holding(agreed(periods, "a", MEMBER), 1) == ("a",)


def test_nobody_agrees_in_advance_by_proposing():
    given_away = replace(GRIEF, by_member=True, by_facilitator=True)
    assert not proposed({}, "a", given_away, Phase.INITIAL)["a"].agreed


def test_the_main_area_stands_first():
    assert holding(started(), 3) == ("a", "b")


def test_a_change_swaps_from_its_session_on_and_leaves_the_past():
    periods = proposed(started(), "c", replace(NEWS, replaces="a"), WORKING)
    assert holding(periods, 6) == ("a", "b")
    periods = both(periods, "c")
    assert holding(periods, 5) == ("a", "b")
    assert holding(periods, 6) == ("c", "b")
    assert periods["a"].to_session == 5
    assert [key for key, _ in history(periods)] == ["a", "b", "c"]


def test_a_change_in_the_very_first_session_leaves_nothing_of_the_old_area():
    periods = both(proposed(started(), "c", replace(NEWS, from_session=1, replaces="a"), WORKING), "c")
    assert holding(periods, 1) == ("c", "b")
    assert holding(periods, 4) == ("c", "b")


@pytest.mark.parametrize(
    ("period", "phase", "code"),
    [
        (NEWS, WORKING, "taken"),
        (replace(NEWS, area=Area.ISOLATION, replaces="a"), WORKING, "same"),
        (replace(NEWS, replaces="z"), WORKING, "unknown"),
        (replace(NEWS, words=" ", replaces="a"), WORKING, "reason"),
        (replace(NEWS, why=Why.WRONG_FIT, replaces="a"), Phase.ENDING, "ending"),
        (replace(NEWS, why=Why.START, words="", replaces="a"), Phase.MAINTENANCE, "ending"),
    ],
)
def test_what_cannot_hold_is_refused_with_its_reason(period, phase, code):
    with pytest.raises(Refused) as refused:
        proposed(started(), "c", period, phase)
    assert refused.value.code == code


def test_in_the_ending_an_event_may_force_another_area():
    assert proposed(started(), "c", replace(NEWS, replaces="a"), Phase.ENDING)["c"].waiting


def test_a_replacement_cannot_begin_before_what_it_replaces():
    periods = both(proposed({}, "a", replace(GRIEF, from_session=5), WORKING), "a")
    with pytest.raises(Refused, match="early"):
        proposed(periods, "c", replace(NEWS, from_session=4, replaces="a"), WORKING)


def test_of_two_proposals_for_one_place_only_the_first_to_be_agreed_holds():
    periods = proposed(started(), "c", replace(NEWS, replaces="a"), WORKING)
    periods = proposed(periods, "d", replace(NEWS, area=Area.DISPUTE, replaces="a"), WORKING)
    periods = agreed(both(periods, "c"), "d", MEMBER)
    with pytest.raises(Refused, match="unknown"):
        agreed(periods, "d", FACILITATOR)


def test_a_proposal_taken_back_stays_on_paper_and_never_holds():
    periods = withdrawn(proposed({}, "a", GRIEF, Phase.INITIAL), "a")
    assert holding(both(periods, "a"), 1) == ()
    assert "a" in periods
    assert withdrawn(started(), "a") == started()


def test_an_area_ends_without_another():
    periods = ended(started(), "b", 4)
    assert holding(periods, 4) == ("a", "b")
    assert holding(periods, 5) == ("a",)
    assert ended(periods, "b", 9) == periods
    late = both(proposed({}, "a", replace(GRIEF, from_session=5), WORKING), "a")
    with pytest.raises(Refused, match="early"):
        ended(late, "a", 3)


def test_only_a_dispute_has_a_stage():
    dispute = replace(GRIEF, area=Area.DISPUTE)
    assert staged({"a": dispute}, "a", Stage.IMPASSE)["a"].stage == Stage.IMPASSE
    with pytest.raises(ValueError, match="dispute"):
        staged({"a": GRIEF}, "a", Stage.IMPASSE)


@pytest.mark.parametrize(
    "change", [{"rank": 3}, {"from_session": 0}, {"to_session": -1}, {"words": "x" * 1001}]
)
def test_an_impossible_period_is_no_period(change):
    with pytest.raises(ValueError, match=r"main|ends|too long"):
        replace(GRIEF, **change)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["propose", "member", "facilitator", "end", "withdraw"]),
        st.integers(0, 5),
        st.sampled_from(Area),
        st.sampled_from([MAIN, SECOND]),
        st.integers(1, 12),
        st.one_of(st.none(), st.integers(0, 5)),
        st.sampled_from(Phase),
    ),
    max_size=25,
)


@given(STEPS)
def test_whatever_is_said_at_most_two_areas_hold_and_each_but_once(steps):
    periods = {}
    for act, key, area, rank, session, replaces, phase in steps:
        name = f"p{key}"
        before = dict(periods)
        try:
            if act == "propose" and name not in periods:
                period = Period(
                    area=area,
                    rank=rank,
                    from_session=session,
                    why=Why.NEW_EVENT,
                    words="so it is",
                    replaces=None if replaces is None else f"p{replaces}",
                )
                periods = proposed(periods, name, period, phase)
            elif name in periods and act in (MEMBER, FACILITATOR):
                periods = agreed(periods, name, act)
            elif name in periods:
                periods = ended(periods, name, session) if act == "end" else withdrawn(periods, name)
        except Refused:
            assert periods == before
        assert before.keys() <= periods.keys(), "nothing is deleted"
        for at in range(1, 14):
            held = [periods[one] for one in holding(periods, at)]
            assert len(held) <= 2
            assert len({one.area for one in held}) == len(held)
            assert len({one.rank for one in held}) == len(held)
