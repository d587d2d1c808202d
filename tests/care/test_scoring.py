"""Totals: literal vectors, the table in the documentation, and laws."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.instrument import Band, Item, Measure, Option
from care.measures import GAD7, MEASURES, PHQ8, PHQ9
from care.scoring import asks_unscored, at_caseness, level, score

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "measures.md"
# An index that runs the other way, as a service may bring one by file: five items, 0 to 100.
WELLBEING = Measure(
    id="own",
    version="1",
    title="Own index",
    stem="In the last two weeks",
    options=tuple(Option(value, str(value)) for value in (5, 4, 3, 2, 1, 0)),
    items=tuple(Item(f"own_{number}", "", f"Item {number}") for number in range(1, 6)),
    bands=(Band(0, 28, "very low"), Band(29, 50, "low"), Band(51, 100, "not low")),
    higher_is_better=True,
    factor=4,
    mcid=10,
    licence="made up here",
)


def answers(measure: Measure, values: Sequence[int | None]) -> dict[str, object]:
    """Values in the order of the items; None where nothing was answered."""
    return {item.id: value for item, value in zip(measure.items, values, strict=True) if value is not None}


def test_nine_ones_are_nine_and_mild_and_no_case() -> None:
    found = score(PHQ9, answers(PHQ9, [1] * 9))
    assert (found.total, found.word, found.case, found.prorated) == (9, "mild", False, False)
    assert not found.safety_unknown


def test_two_two_and_six_ones_are_ten_moderate_and_a_case() -> None:
    found = score(PHQ9, answers(PHQ9, [2, 2, 1, 1, 1, 1, 1, 1, 0]))
    assert (found.total, found.word, found.case) == (10, "moderate", True)
    assert not found.safety_unknown


def test_nine_threes_are_twenty_seven_and_severe() -> None:
    found = score(PHQ9, answers(PHQ9, [3] * 9))
    assert (found.total, found.word, found.case) == (27, "severe", True)


def test_two_missing_of_a_sum_of_seven_are_nine_and_marked() -> None:
    found = score(PHQ9, answers(PHQ9, [1, 1, 1, None, 1, 1, None, 1, 1]))
    assert (found.total, found.prorated, found.missing) == (9, True, ("phq9_4", "phq9_7"))


def test_three_missing_leave_no_total() -> None:
    found = score(PHQ9, answers(PHQ9, [1, 1, 1, None, 1, 1, None, None, 1]))
    assert (found.total, found.word, found.case, found.prorated) == (None, "", None, False)


def test_the_last_item_missing_gives_a_total_by_rule_and_says_that_safety_is_unknown() -> None:
    found = score(PHQ9, answers(PHQ9, [1] * 8 + [None]))
    assert (found.total, found.prorated, found.safety_unknown) == (9, True, True)


def test_the_phq8_knows_nothing_about_safety_and_says_nothing() -> None:
    found = score(PHQ8, answers(PHQ9, [1] * 9))
    assert (found.total, found.word, found.safety_unknown, found.prorated) == (8, "mild", False, False)


@pytest.mark.parametrize(("missing", "total"), [(1, 7), (2, None)])
def test_the_gad7_bears_one_missing(missing: int, total: int | None) -> None:
    found = score(GAD7, answers(GAD7, [1] * (7 - missing) + [None] * missing))
    assert (found.total, found.prorated) == (total, total is not None)


@pytest.mark.parametrize("value", [4, -1, True, 1.0, "1", "3", float("nan"), [1], 10**30])
def test_an_impossible_value_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="gad7_4"):
        score(GAD7, {**answers(GAD7, [1] * 7), "gad7_4": value})


def test_an_index_is_its_sum_times_four_and_runs_the_other_way() -> None:
    twelve = score(WELLBEING, answers(WELLBEING, [3, 3, 2, 2, 2]))
    thirteen = score(WELLBEING, answers(WELLBEING, [3, 3, 3, 2, 2]))
    assert (twelve.total, twelve.word) == (48, "low")
    assert (thirteen.total, thirteen.word) == (52, "not low")
    assert twelve.case is None


def test_caseness_of_a_measure_that_runs_the_other_way_is_below() -> None:
    from dataclasses import replace

    low = replace(WELLBEING, caseness=28)
    assert (at_caseness(low, 28), at_caseness(low, 32)) == (True, False)


def test_a_total_outside_the_range_has_no_level() -> None:
    with pytest.raises(ValueError, match="no total of 28"):
        level(PHQ9, 28)


def test_the_question_about_difficulty_is_asked_after_any_problem_only() -> None:
    assert not asks_unscored(PHQ9, answers(PHQ9, [0] * 9))
    assert asks_unscored(PHQ9, answers(PHQ9, [0] * 8 + [1]))
    assert not asks_unscored(GAD7, answers(GAD7, [3] * 7))


def documented() -> list[list[str]]:
    """The rows of the table of totals in the documentation."""
    text = DOCUMENT.read_text(encoding="utf-8").split("### Totals", 1)[1].split("###", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("row", documented(), ids=" ".join)
def test_the_documented_totals_are_what_comes_out(row: list[str]) -> None:
    name, given_, total, word, case, marks = row
    measure = MEASURES[name.lower().replace("-", "")]
    found = score(measure, answers(measure, [None if one == "·" else int(one) for one in given_.split()]))
    assert (str(found.total) if found.total is not None else "none") == total
    assert found.word == word
    assert {True: "yes", False: "no", None: ""}[found.case] == case
    said = ["prorated"] * found.prorated + ["safety unknown"] * found.safety_unknown
    assert ", ".join(said) == marks


measures = st.sampled_from([*MEASURES.values(), WELLBEING])


@st.composite
def filled(draw: st.DrawFn) -> tuple[Measure, list[int | None]]:
    """A measure with any answers, some missing."""
    measure = draw(measures)
    values = st.none() | st.sampled_from(sorted(measure.values))
    count = len(measure.items)
    return measure, draw(st.lists(values, min_size=count, max_size=count))


@given(filled(), st.randoms())
def test_the_total_does_not_depend_on_which_item_was_answered_how(
    case: tuple[Measure, list[int | None]], random: object
) -> None:
    measure, values = case
    mixed = list(values)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert score(measure, answers(measure, mixed)).total == score(measure, answers(measure, values)).total


@given(filled())
def test_a_total_lies_between_what_the_missing_could_have_been(
    case: tuple[Measure, list[int | None]],
) -> None:
    measure, values = case
    found = score(measure, answers(measure, values))
    missing = values.count(None)
    assert len(found.missing) == missing
    assert (found.total is None) == (missing > measure.prorate_up_to or missing == len(values))
    if found.total is not None:
        given_ = sum(one for one in values if one is not None)
        low = (given_ + missing * min(measure.values)) * measure.factor
        high = (given_ + missing * max(measure.values)) * measure.factor
        assert low <= found.total <= high
        assert found.prorated == (missing > 0)
        assert found.word == level(measure, found.total)


@given(filled(), st.integers() | st.text() | st.floats() | st.booleans())
def test_what_the_measure_does_not_have_is_refused_wherever_it_stands(
    case: tuple[Measure, list[int | None]], value: object
) -> None:
    measure, values = case
    if type(value) is int and value in measure.values:
        return
    for item in measure.items:
        with pytest.raises(ValueError, match=item.id):
            score(measure, {**answers(measure, values), item.id: value})


@given(filled(), st.data())
def test_a_worse_answer_never_gives_a_lower_total(
    case: tuple[Measure, list[int | None]], data: st.DataObject
) -> None:
    measure, values = case
    place = data.draw(st.integers(0, len(values) - 1))
    if values[place] is None:
        return
    more = [*values]
    more[place] = max(measure.values)
    before, after = score(measure, answers(measure, values)), score(measure, answers(measure, more))
    if before.total is not None and after.total is not None:
        assert after.total >= before.total
