"""When a clinician should look, and when not."""

from datetime import date

import pytest

from care.course import Point
from care.measures import GAD7, PHQ8, PHQ9, Measure
from care.review import Kind, Review, deterioration, early_looks, no_data, review_by, reviews, sudden_rise
from tests.care.test_course import made, sheet
from tests.care.test_scoring import WELLBEING


def course(*totals: int | None, by: Measure = PHQ9) -> tuple[Point, ...]:
    """The totals of the pre form and then of each session; None where there is none."""
    pre = [sheet(-9, totals[0], "pre", by=by)] if totals[0] is not None else []
    weekly = [
        sheet(7 * n - 8, one, session=n, by=by) for n, one in enumerate(totals[1:], 1) if one is not None
    ]
    return made(*pre, *weekly)


def looks(*totals: int | None, by: Measure = PHQ9) -> list[tuple[int | None, int | None, int | None]]:
    found = course(*totals, by=by)
    return [(one.session, one.total, one.since) for one in early_looks(by, found[0], found)]


def test_eighteen_to_seventeen_by_week_four_asks_for_a_look() -> None:
    assert looks(18, 18, 18, 18, 17) == [(4, 17, 18)]


def test_a_fall_of_a_fifth_by_week_four_is_enough_below_seventeen() -> None:
    assert looks(20, 20, 20, 20, 16) == []
    assert looks(15, 15, 15, 15, 13) == [(4, 13, 15)]
    assert looks(15, 15, 15, 15, 12) == []


def test_seventeen_is_looked_at_however_far_it_fell() -> None:
    assert looks(27, 27, 27, 27, 17) == [(4, 17, 27)]


def test_the_first_score_of_sessions_four_to_six_counts() -> None:
    assert looks(18, 18, 18, 18, None, None, 17, 9) == [(4, 17, 18)]
    assert looks(18, 18, 18, 18, None, None, None, 9) == []


def test_by_week_eight_two_fifths() -> None:
    assert looks(20, 20, 20, 20, 14, 14, 14, 14, 12) == []
    assert looks(20, 20, 20, 20, 14, 14, 14, 14, 13) == [(8, 13, 20)]


@pytest.mark.parametrize(("session", "total"), [(9, 13), (14, 9)])
def test_high_totals_at_weeks_nine_and_fourteen_are_looked_at(session: int, total: int) -> None:
    low: list[int | None] = [27, 27, 27, 27, 10, 10, 10, 10, *[5] * 8][:session]
    assert looks(*low, total) == [(session, total, 27)]
    assert looks(*low, total - 1) == []


def test_below_ten_there_is_too_little_to_fall_by() -> None:
    assert looks(9, 9, 9, 9, 9) == []


def test_the_totals_of_the_phq9_are_not_held_against_other_measures() -> None:
    assert looks(24, 24, 24, 24, 19, by=PHQ8) == []
    assert looks(21, 21, 21, 21, 21, by=GAD7) == []


def test_without_a_baseline_there_is_no_early_look() -> None:
    assert early_looks(PHQ9, None, course(None, 20, 20, 20, 20)) == ()


def test_six_above_the_baseline_is_deterioration_and_five_is_not() -> None:
    found = course(12, 12, 18)
    assert deterioration(PHQ9, found[0], found) == Review(
        kind=Kind.DETERIORATION, measure="phq9", checkin="c6", total=18, since=12
    )
    found = course(12, 12, 17)
    assert deterioration(PHQ9, found[0], found) is None


def test_four_above_is_deterioration_on_the_gad7() -> None:
    found = course(9, 13, by=GAD7)
    worse = deterioration(GAD7, found[0], found)
    assert worse is not None
    assert (worse.total, worse.since) == (13, 9)


def test_two_forms_running_six_above_the_best_are_deterioration_and_one_is_not() -> None:
    found = course(16, 8, 14, 14)
    worse = deterioration(PHQ9, found[0], found)
    assert worse is not None
    assert (worse.total, worse.since) == (14, 8)
    once = course(16, 8, 14)
    assert deterioration(PHQ9, once[0], once) is None
    broken = course(16, 8, 14, 13)
    assert deterioration(PHQ9, broken[0], broken) is None


def test_five_up_since_the_previous_form_is_a_sudden_rise() -> None:
    rise = sudden_rise(PHQ9, course(16, 8, None, 13))
    assert rise is not None
    assert (rise.total, rise.since) == (13, 8)
    assert sudden_rise(PHQ9, course(16, 8, 12)) is None
    assert sudden_rise(PHQ9, course(16)) is None


def test_where_higher_is_better_a_fall_is_the_rise_that_is_meant() -> None:
    found = made(*(sheet(day, total, by=WELLBEING) for day, total in ((1, 20), (8, 17))))
    assert [one.total for one in found] == [80, 68]
    assert sudden_rise(WELLBEING, found) is not None
    assert sudden_rise(WELLBEING, found[::-1]) is None


def test_three_sessions_without_a_score_are_no_data_and_two_are_not() -> None:
    found = course(16, 12)
    assert no_data("phq9", found, [1, 2, 3]) is None
    missing = no_data("phq9", found, [1, 2, 3, 4])
    assert missing == Review(kind=Kind.NO_DATA, measure="phq9", checkin="", session=4)
    assert no_data("phq9", (), [1, 2]) is None


def test_everything_that_asks_for_a_look_comes_together() -> None:
    found = course(18, 18, 18, 18, 24)
    kinds = [one.kind for one in reviews(PHQ9, found[0], found)]
    assert kinds == [Kind.DETERIORATION, Kind.SUDDEN_RISE, Kind.EARLY_LOOK]
    calm = course(18, 16, 15, 14, 12)
    assert reviews(PHQ9, calm[0], calm) == ()


@pytest.mark.parametrize(
    ("seen", "by"),
    [
        ("2027-01-11", "2027-01-14"),  # Monday to Thursday
        ("2027-01-13", "2027-01-18"),  # Wednesday to Monday
        ("2027-01-15", "2027-01-20"),  # Friday to Wednesday
        ("2027-01-16", "2027-01-20"),  # Saturday counts from Monday
        ("2027-01-17", "2027-01-20"),
    ],
)
def test_three_working_days_leave_out_weekends(seen: str, by: str) -> None:
    assert review_by(date.fromisoformat(seen)) == date.fromisoformat(by)
