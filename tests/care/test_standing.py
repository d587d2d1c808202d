"""The standing: published vectors first, then laws."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.contract import Terms
from care.standing import ATTENDED, NEUTRAL, Count, Numbers, Row, Standing, numbers, standing
from care.verdict import Status

FIRST = datetime(2027, 1, 5, 18, tzinfo=UTC)
S = Status


def rows(*statuses: Status, late: tuple[int, ...] = ()) -> list[Row]:
    return [
        Row(
            ordinal=n,
            status=status,
            decided=True,
            starts_at=FIRST + timedelta(weeks=n - 1),
            late=n in late,
        )
        for n, status in enumerate(statuses, 1)
    ]


def of(*statuses: Status, n: int = 12, late: tuple[int, ...] = (), on_roster: bool = True) -> Standing:
    return standing(rows(*statuses, late=late), Numbers(sessions=n), on_roster)


def test_five_of_eight_with_one_failure_is_71_percent_and_75_percent_can_be_reached() -> None:
    found = of(*[S.ATTENDED] * 5, S.TECHNICAL_FAILURE, S.EXCUSED, S.NO_SHOW)
    assert (found.held, found.rate, found.reachable) == (8, Count(5, 7), Count(9, 12))
    assert found.rate is not None
    assert (found.rate.percent, found.reachable.percent) == (71, 75)
    assert (found.attended, found.technical, found.excused, found.missed) == (5, 1, 1, 1)


def test_a_technical_failure_is_neutral_in_a_run_of_misses() -> None:
    assert of(S.EXCUSED, S.TECHNICAL_FAILURE, S.NO_SHOW).run == 2


@pytest.mark.parametrize("between", sorted(NEUTRAL - {S.EXPECTED}))
def test_what_is_nobodys_doing_neither_adds_to_a_run_nor_ends_it(between: Status) -> None:
    assert of(S.NO_SHOW, between, S.NO_SHOW, between).run == 2


@pytest.mark.parametrize("came", [*sorted(ATTENDED), S.PARTIAL, S.SAFETY_EXIT])
def test_coming_ends_a_run(came: Status) -> None:
    assert of(S.NO_SHOW, S.NO_SHOW, came).run == 0


@pytest.mark.parametrize(("n", "minimum"), [(8, 6), (10, 7), (12, 9), (16, 12), (20, 14)])
def test_the_minimum_is_seventy_percent_rounded_up(n: int, minimum: int) -> None:
    agreed = Numbers(sessions=n)
    assert (agreed.minimum, agreed.allowance) == (minimum, n - minimum)


def test_misses_use_up_the_allowance_and_partial_ones_do_not() -> None:
    found = of(S.EXCUSED, S.LATE_CANCEL, S.PARTIAL, S.NO_SHOW)
    assert (found.allowance, found.allowance_left, found.misses) == (3, 0, 3)


def test_a_partial_session_is_half_in_charts_and_none_in_the_rate() -> None:
    found = of(S.ATTENDED, S.PARTIAL)
    assert (found.charted, found.rate) == (Fraction(3, 2), Count(1, 2))


def test_before_anything_was_held_there_is_no_rate() -> None:
    found = of()
    assert (found.rate, found.reachable, found.can_reach) == (None, Count(12, 12), True)


def test_what_our_side_cancelled_counts_in_no_rate_and_is_treatment_not_received() -> None:
    found = of(S.ATTENDED, S.PROVIDER_CANCELLED, S.CUT_SHORT)
    assert (found.rate, found.reachable) == (Count(1, 1), Count(10, 12))


def test_sessions_outside_the_members_dates_are_not_held_for_them_and_cannot_be_attended_any_more() -> None:
    found = of(S.NOT_ON_ROSTER, S.NOT_ON_ROSTER, S.ATTENDED, S.AGREED_PAUSE)
    assert (found.held, found.rate, found.remaining, found.reachable) == (1, Count(1, 1), 8, Count(9, 12))


def test_for_somebody_who_left_nothing_lies_ahead() -> None:
    found = of(S.ATTENDED, S.ATTENDED, on_roster=False)
    assert (found.remaining, found.reachable) == (0, Count(2, 12))


def test_a_session_nobody_recorded_may_have_been_attended() -> None:
    told = [*rows(*[S.NO_SHOW] * 2), *rows(*[S.NOT_ON_ROSTER] * 6)[2:]]
    unknown = [replace(row, known=row.status is not S.NOT_ON_ROSTER) for row in told]
    assert (standing(told, Numbers()).reachable, standing(told, Numbers()).can_reach) == (Count(6, 12), False)
    assert standing(unknown, Numbers()).reachable == Count(10, 12)
    assert standing(unknown, Numbers()).can_reach


def test_the_minimum_is_out_of_reach_once_too_few_sessions_are_left() -> None:
    assert of(*[S.NO_SHOW] * 3).can_reach
    assert not of(*[S.NO_SHOW] * 4).can_reach


@pytest.mark.parametrize(("ordinal", "early"), [(1, True), (2, True), (3, False)])
def test_an_early_no_show_lies_in_the_first_two_sessions(ordinal: int, early: bool) -> None:
    statuses = [S.ATTENDED] * 3
    statuses[ordinal - 1] = S.NO_SHOW
    assert of(*statuses).early_no_show is early


def test_punctuality_looks_at_the_last_four_attended() -> None:
    found = of(
        S.ATTENDED_LATE, S.ATTENDED_LATE, S.NO_SHOW, S.ATTENDED, S.LEFT_EARLY, S.ATTENDED_LATE, late=(5,)
    )
    assert found.punctuality == Count(3, 4)


def test_two_failures_running_are_seen_across_a_pause_and_not_across_an_evening() -> None:
    failed = S.TECHNICAL_FAILURE
    assert of(failed, S.AGREED_PAUSE, failed).technical_run == 2
    assert of(failed, S.ATTENDED, failed).technical_run == 1


def test_the_numbers_come_from_the_contract() -> None:
    terms = Terms(zone="Europe/Berlin", first_local=datetime(2027, 1, 5, 19), sessions=10, review_total=4)
    assert numbers(terms) == Numbers(sessions=10, review_total=4)


some_statuses = st.lists(st.sampled_from(sorted(Status)), max_size=12)


@given(some_statuses)
def test_what_can_be_reached_is_never_less_than_what_was_attended(statuses: list[Status]) -> None:
    found = of(*statuses)
    assert found.reachable.of >= found.attended
    assert 0 <= found.reachable.share <= 1


@given(some_statuses)
def test_the_rate_lies_between_none_and_all(statuses: list[Status]) -> None:
    found = of(*statuses)
    assert found.rate is None or 0 <= found.rate.share <= 1
    assert found.rate is None or found.rate.of == found.attended


@given(some_statuses)
def test_every_session_is_counted_once(statuses: list[Status]) -> None:
    found = of(*statuses)
    parts = [found.attended, found.partial, found.brief, found.excused, found.missed]
    parts += [found.technical, found.provider, found.safety]
    assert sum(parts) == found.held
    assert found.held + found.paused + statuses.count(S.NOT_ON_ROSTER) + statuses.count(S.EXPECTED) == len(
        statuses
    )


@given(some_statuses, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(statuses: list[Status], chance: object) -> None:
    told = rows(*statuses)
    before = standing(told, Numbers())
    chance.shuffle(told)  # type: ignore[attr-defined]
    assert standing(told, Numbers()) == before


@given(some_statuses, st.integers(0, 11))
def test_a_technical_failure_in_place_of_a_miss_never_makes_the_rate_worse(
    statuses: list[Status], number: int
) -> None:
    if number < len(statuses) and statuses[number] is S.NO_SHOW:
        before = of(*statuses).rate
        statuses[number] = S.TECHNICAL_FAILURE
        after = of(*statuses).rate
        assert before is not None
        assert after is None or after.share >= before.share


@given(some_statuses)
def test_the_allowance_left_goes_down_by_the_misses(statuses: list[Status]) -> None:
    found = of(*statuses)
    assert found.allowance - found.allowance_left == found.misses
