"""Weekly sessions keep their time of day through both changes of summer time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import timetable

BERLIN = ZoneInfo("Europe/Berlin")


def test_sessions_keep_their_local_hour_when_summer_time_begins_and_ends():
    spring = timetable.weekly(datetime(2025, 3, 24, 18, 0), BERLIN, 3)
    autumn = timetable.weekly(datetime(2025, 10, 20, 18, 0), BERLIN, 3)

    assert [each.hour for each in spring] == [17, 16, 16]
    assert [each.hour for each in autumn] == [16, 17, 17]
    assert all(each.tzinfo is UTC for each in spring + autumn)


def test_a_time_that_the_clocks_skip_becomes_the_first_minute_that_exists():
    assert timetable.instant(datetime(2025, 3, 30, 2, 30), BERLIN) == datetime(2025, 3, 30, 1, 0, tzinfo=UTC)


def test_a_time_that_comes_twice_means_the_first():
    assert timetable.instant(datetime(2025, 10, 26, 2, 30), BERLIN) == datetime(
        2025, 10, 26, 0, 30, tzinfo=UTC
    )


def test_a_time_with_an_offset_is_refused():
    with pytest.raises(ValueError, match="without an offset"):
        timetable.instant(datetime(2025, 3, 24, 18, 0, tzinfo=UTC), BERLIN)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)).map(
        lambda each: each.replace(second=0, microsecond=0)
    ),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)
def test_the_local_time_shown_is_the_one_agreed_or_the_next_that_exists(local, name):
    zone = ZoneInfo(name)

    shown = timetable.instant(local, zone).astimezone(zone).replace(tzinfo=None)

    assert timedelta(0) <= shown - local <= timedelta(hours=1)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)), st.integers(1, 20))
def test_sessions_follow_each_other_a_week_apart_give_or_take_the_change_of_clocks(first, count):
    instants = timetable.weekly(first, BERLIN, count)

    gaps = [later - earlier for earlier, later in pairwise(instants)]
    assert len(instants) == count
    assert all(abs(gap - timedelta(weeks=1)) <= timedelta(hours=1) for gap in gaps)
