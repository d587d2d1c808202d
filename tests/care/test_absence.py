from datetime import UTC, datetime, timedelta

import pytest

from care.absence import Category, Notice, in_time_until, may_give, notice

START = datetime(2027, 3, 2, 18, tzinfo=UTC)
DAY, SECOND = timedelta(hours=24), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (DAY, Notice.IN_TIME),
        (DAY - SECOND, Notice.LATE),
        (SECOND, Notice.LATE),
        (timedelta(0), Notice.AFTER),
        (-SECOND, Notice.AFTER),
    ],
)
def test_a_day_before_is_in_time_and_less_is_late(before: timedelta, said: Notice) -> None:
    assert notice(START, START - before, DAY) is said


def test_the_last_moment_in_time_is_the_contracts() -> None:
    until = in_time_until(START, timedelta(hours=48))
    assert notice(START, until, timedelta(hours=48)) is Notice.IN_TIME
    assert notice(START, until + SECOND, timedelta(hours=48)) is Notice.LATE


def test_notice_is_given_until_the_session_begins() -> None:
    assert may_give(START, START - SECOND)
    assert not may_give(START, START)


def test_over_a_change_of_clocks_a_day_is_twenty_four_hours() -> None:
    after_the_change = datetime(2027, 3, 28, 17, tzinfo=UTC)
    assert notice(after_the_change, after_the_change - DAY, DAY) is Notice.IN_TIME


def test_somebody_may_rather_not_say_why() -> None:
    assert Category("unsaid") is Category.UNSAID
