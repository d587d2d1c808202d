"""Which scores belong together, and between which two change is counted."""

from datetime import UTC, datetime, timedelta

import pytest

from care.course import Point, Sheet, baseline, common, last, points
from care.measures import GAD7, PHQ8, PHQ9, Measure
from care.scoring import score

START = datetime(2027, 1, 12, 17, tzinfo=UTC)


def sheet(
    day: int, total: int, wave: str = "weekly", session: int | None = None, by: Measure = PHQ9
) -> Sheet:
    """A filled sheet with this total, `day` days from the first session."""
    each, rest = divmod(total, len(by.items))
    answers = {item.id: each + (place < rest) for place, item in enumerate(by.items)}
    at = START + timedelta(days=day)
    return Sheet(checkin=f"c{day}", wave=wave, session=session, at=at, measure=by, answers=answers)


def made(*sheets: Sheet) -> tuple[Point, ...]:
    return points(sheets)[1]


def test_scores_stand_in_the_order_of_time() -> None:
    found = made(sheet(6, 12, session=2), sheet(-9, 16, "pre"), sheet(-1, 14, session=1))
    assert [one.total for one in found] == [16, 14, 12]


def test_a_sheet_without_any_answer_is_no_point() -> None:
    empty = Sheet(checkin="e", wave="weekly", session=3, at=START, measure=PHQ9, answers={"other": 3})
    assert made(empty) == ()
    assert points([]) == (None, ())


def test_phq8_and_phq9_together_are_counted_by_the_eight_they_share() -> None:
    measure, found = points([sheet(-9, 27, "pre"), sheet(6, 8, session=2, by=PHQ8)])
    assert measure == PHQ8
    assert [one.total for one in found] == [24, 8]
    assert common([PHQ9, GAD7]) is None
    assert common([PHQ9, PHQ9]) == PHQ9


def test_the_baseline_is_the_last_score_before_the_first_session() -> None:
    found = made(sheet(-9, 16, "pre"), sheet(-1, 14, session=1), sheet(6, 12, session=2))
    first = baseline(found, START)
    assert first is not None
    assert first.total == 14


def test_without_one_the_first_session_is_the_baseline() -> None:
    found = made(sheet(1, 13, session=1), sheet(6, 12, session=2))
    first = baseline(found, START)
    assert first is not None
    assert first.total == 13
    assert baseline(made(sheet(6, 12, session=2)), START) is None


def test_a_sheet_without_a_total_is_no_baseline() -> None:
    thin = Sheet(checkin="t", wave="pre", session=None, at=START, measure=PHQ9, answers={"phq9_1": 3})
    assert thin.at == START
    found = made(sheet(-9, 16, "pre"), thin)
    first = baseline(found, START + timedelta(days=1))
    assert first is not None
    assert first.total == 16


WEEKS = [sheet(-9, 20, "pre"), *(sheet(7 * n - 8, 20 - n, session=n) for n in range(1, 9))]


def test_the_closing_form_is_the_last() -> None:
    found = made(*WEEKS, sheet(55, 7, "post"), sheet(90, 5, "followup"))
    end = last(found, found[1], 8, range(1, 9), over=True)
    assert end is not None
    assert (end.point.total, end.carried) == (7, False)


def test_without_it_the_last_session_is() -> None:
    found = made(*WEEKS)
    end = last(found, found[1], 8, range(1, 9), over=True)
    assert end is not None
    assert (end.point.session, end.carried) == (8, False)


def test_without_both_the_last_session_attended_is_carried_forward_and_marked() -> None:
    found = made(*WEEKS[:7])
    end = last(found, found[1], 8, {1, 2, 4}, over=True)
    assert end is not None
    assert (end.point.session, end.carried) == (4, True)


def test_while_the_course_goes_on_the_newest_score_counts_also_of_somebody_who_stays_away() -> None:
    found = made(*WEEKS[:7])
    end = last(found, found[1], 8, {1, 2, 4}, over=False)
    assert end is not None
    assert (end.point.session, end.carried, end.so_far) == (6, False, True)


def test_the_score_it_began_with_is_never_the_last() -> None:
    found = made(*WEEKS[:2])
    assert last(found, baseline(found, START), 8, {1}, over=True) is None
    assert last((), None, 8, {1}, over=False) is None


@pytest.mark.parametrize("measure", [PHQ9, PHQ8, GAD7])
def test_a_point_carries_its_score(measure: Measure) -> None:
    one = sheet(1, 9, by=measure)
    assert made(one)[0].score == score(measure, one.answers)
