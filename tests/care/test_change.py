"""Change between two totals: literal vectors, the table in the documentation, and laws."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.change import Change, Reliable, change, recovery, reliable_improvement, reliable_recovery
from care.measures import GAD7, MEASURES, PHQ9, Measure
from tests.care.test_scoring import DOCUMENT, WELLBEING


def test_sixteen_to_ten_is_reliably_better_and_neither_response_nor_recovery() -> None:
    found = change(PHQ9, 16, 10)
    assert (found.gain, found.reliable, found.share) == (6, Reliable.BETTER, Fraction(3, 8))
    assert (found.response, found.remission, found.matters) == (False, False, True)
    assert reliable_improvement([found])
    assert recovery([found]) is False
    assert reliable_recovery([found]) is False


def test_below_both_cuts_by_five_and_one_is_recovery_and_no_reliable_one() -> None:
    both = [change(PHQ9, 14, 9), change(GAD7, 8, 7)]
    assert recovery(both) is True
    assert not reliable_improvement(both)
    assert reliable_recovery(both) is False


def test_one_better_and_the_other_worse_is_no_reliable_improvement() -> None:
    phq, gad = change(PHQ9, 12, 6), change(GAD7, 9, 13)
    assert (phq.reliable, gad.reliable) == (Reliable.BETTER, Reliable.WORSE)
    assert not reliable_improvement([phq, gad])


def test_twelve_to_eighteen_is_reliably_worse() -> None:
    assert change(PHQ9, 12, 18).reliable is Reliable.WORSE


@pytest.mark.parametrize(("last", "said"), [(15, Reliable.BETTER), (16, Reliable.SAME), (26, Reliable.SAME)])
def test_six_is_reliable_on_the_phq9_and_five_is_not(last: int, said: Reliable) -> None:
    assert change(PHQ9, 21, last).reliable is said


def test_half_is_response_and_below_five_remission() -> None:
    assert (change(PHQ9, 10, 5).response, change(PHQ9, 10, 6).response) == (True, False)
    assert (change(PHQ9, 10, 5).remission, change(PHQ9, 10, 4).remission) == (False, True)


def test_who_did_not_begin_at_caseness_has_nothing_to_recover_from() -> None:
    low = [change(PHQ9, 9, 3), change(GAD7, 7, 3)]
    assert recovery(low) is None
    assert reliable_recovery(low) is None
    assert reliable_improvement(low)


def test_caseness_on_either_measure_is_enough_to_begin_with_and_both_are_needed_to_recover() -> None:
    assert recovery([change(PHQ9, 9, 9), change(GAD7, 8, 7)]) is True
    assert recovery([change(PHQ9, 14, 9), change(GAD7, 7, 8)]) is False


def test_from_zero_there_is_no_share() -> None:
    found = change(PHQ9, 0, 6)
    assert (found.share, found.response, found.reliable) == (None, None, Reliable.WORSE)


def test_a_measure_that_runs_the_other_way_gains_by_rising() -> None:
    found = change(WELLBEING, 48, 60)
    assert (found.gain, found.matters) == (12, True)
    assert (found.reliable, found.response, found.remission, found.share) == (None, None, None, None)


@pytest.mark.parametrize(("first", "last"), [(28, 3), (3, 28), (-1, 3)])
def test_an_impossible_total_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="has no total of"):
        change(PHQ9, first, last)


def documented() -> list[list[str]]:
    """The rows of the table of changes in the documentation."""
    text = (
        DOCUMENT.read_text(encoding="utf-8").split("### Changes", 1)[1].split("###", 1)[0].split("\n## ")[0]
    )
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def said(changes: list[Change]) -> dict[str, str]:
    """What the table's columns hold for these changes."""
    yes = {True: "yes", False: "no", None: "not said"}
    return {
        "reliable": ", ".join(one.reliable.value for one in changes if one.reliable),
        "improvement": yes[reliable_improvement(changes)],
        "recovery": yes[recovery(changes)],
        "reliable recovery": yes[reliable_recovery(changes)],
        "response": yes[changes[0].response],
        "remission": yes[changes[0].remission],
    }


@pytest.mark.parametrize("row", documented(), ids=" ".join)
def test_the_documented_changes_are_what_comes_out(row: list[str]) -> None:
    changes = []
    for measure, cell in ((PHQ9, row[0]), (GAD7, row[1])):
        if cell:
            first, last = (int(one) for one in cell.split("→"))
            changes.append(change(measure, first, last))
    assert list(said(changes).values()) == row[2:]


measures = st.sampled_from([*MEASURES.values(), WELLBEING])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Measure, int, int]:
    """A measure and two totals it has."""
    measure = draw(measures)
    totals = st.integers(measure.lowest, measure.highest)
    return measure, draw(totals), draw(totals)


@given(pairs())
def test_turned_round_better_is_worse(case: tuple[Measure, int, int]) -> None:
    measure, first, last = case
    there, back = change(measure, first, last), change(measure, last, first)
    turned = {Reliable.BETTER: Reliable.WORSE, Reliable.WORSE: Reliable.BETTER}
    assert there.gain == -back.gain
    assert there.reliable == (turned.get(back.reliable, back.reliable) if back.reliable else None)
    assert there.matters == back.matters


@given(pairs())
def test_reliable_recovery_is_both_and_never_more(case: tuple[Measure, int, int]) -> None:
    found = [change(*case)]
    both = reliable_recovery(found)
    if both:
        assert recovery(found)
        assert reliable_improvement(found)
    assert (both is None) == (recovery(found) is None)


@given(st.integers(0, 27), st.integers(0, 21), st.integers(0, 27), st.integers(0, 21))
def test_the_order_of_the_measures_does_not_matter(p: int, g: int, p2: int, g2: int) -> None:
    found = [change(PHQ9, p, p2), change(GAD7, g, g2)]
    assert said(found)["recovery"] == said(found[::-1])["recovery"]
    assert reliable_improvement(found) == reliable_improvement(found[::-1])
