from datetime import UTC, datetime, timedelta

import pytest

from care.checkins import Meeting, Wave, before, middle, opened_by

FIRST = datetime(2027, 1, 5, 18, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def meetings(count: int) -> list[Meeting]:
    return [
        Meeting(
            id=f"s{number}",
            ordinal=number,
            count=count,
            starts_at=FIRST + WEEK * (number - 1),
            ends_at=FIRST + WEEK * (number - 1) + timedelta(minutes=90),
        )
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [8, 11, 12, 20])
def test_only_the_middle_and_the_last_session_open_a_check_in(count: int) -> None:
    every = meetings(count)
    opening = {
        one.ordinal: [item.wave for item in opened_by(one, every, ["ada"])]
        for one in every
        if opened_by(one, every, ["ada"])
    }
    assert opening == {middle(count): [Wave.MID], count: [Wave.POST]}


def test_the_middle_check_in_is_open_until_the_session_after_the_next() -> None:
    every = meetings(12)
    (item,) = opened_by(every[5], every, ["ada"])
    assert (item.opens_at, item.closes_at) == (every[5].ends_at, every[7].starts_at)


def test_where_later_dates_are_unknown_the_middle_check_in_is_open_three_weeks() -> None:
    sixth = meetings(12)[5]
    (item,) = opened_by(sixth, [sixth], ["ada"])
    assert item.closes_at == sixth.ends_at + 3 * WEEK


def test_the_last_check_in_is_open_two_weeks() -> None:
    every = meetings(12)
    (item,) = opened_by(every[11], every, ["ada"])
    assert item.closes_at == every[11].ends_at + 2 * WEEK


def test_every_member_gets_an_item_of_their_own_and_planning_again_gives_the_same() -> None:
    every = meetings(12)
    items = opened_by(every[5], every, ["ada", "ben"])
    assert [item.member for item in items] == ["ada", "ben"]
    assert opened_by(every[5], every, ["ada", "ben"]) == items


def test_in_a_group_of_two_sessions_each_opens_one() -> None:
    every = meetings(2)
    assert [[item.wave for item in opened_by(one, every, ["ada"])] for one in every] == [
        [Wave.MID],
        [Wave.POST],
    ]


def test_the_check_in_before_opens_two_weeks_ahead_or_on_joining_and_closes_at_the_start() -> None:
    first = meetings(12)[0]
    early = before(first, "ada", FIRST - 5 * WEEK)
    late = before(first, "ada", FIRST - WEEK)
    assert early is not None
    assert late is not None
    assert (early.opens_at, early.closes_at) == (FIRST - 2 * WEEK, FIRST)
    assert late.opens_at == FIRST - WEEK
    assert before(first, "ada", FIRST) is None
