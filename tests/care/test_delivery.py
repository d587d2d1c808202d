from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.delivery import (
    BREAKER_TRIPS_AT,
    RULES,
    Breaker,
    MessageKind,
    QuietHours,
    Reading,
    key,
    leapt,
    repeat_at,
    retry_at,
)

NOW = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEVER = NOW + timedelta(days=365)


def test_every_kind_of_message_has_a_rule() -> None:
    assert set(RULES) == set(MessageKind)


def test_a_key_names_its_purpose_and_holds_no_time() -> None:
    assert key(MessageKind.JOIN_LINK, "m", "s") == "join_link|m|s||0"
    assert key(MessageKind.CHECKIN_INVITATION, "m", "s", "mid") == "checkin_invitation|m|s|mid|0"
    assert key(MessageKind.JOIN_LINK, "m", "s", revision=1) != key(MessageKind.JOIN_LINK, "m", "s")


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 30), (4, 120), (5, 120), (50, 120)])
def test_retries_wait_one_five_thirty_minutes_then_two_hours(attempts: int, minutes: int) -> None:
    assert retry_at(attempts, NOW, NEVER, 0.5) == NOW + timedelta(minutes=minutes)


@given(st.integers(1, 20), st.floats(0, 1, exclude_max=True))
def test_jitter_is_a_tenth_either_way(attempts: int, chance: float) -> None:
    plain, due = retry_at(attempts, NOW, NEVER, 0.5), retry_at(attempts, NOW, NEVER, chance)
    assert plain is not None
    assert due is not None
    assert 0.9 <= (due - NOW) / (plain - NOW) <= 1.1


def test_a_retry_that_would_come_too_late_is_none() -> None:
    assert retry_at(1, NOW, NOW + timedelta(seconds=30), 0.5) is None


@pytest.mark.parametrize(("left", "waits"), [(60, 5), (10, 5), (4, 2)])
def test_a_repeat_waits_five_minutes_or_half_of_what_is_left(left: int, waits: int) -> None:
    assert repeat_at(NOW, NOW + timedelta(minutes=left)) == NOW + timedelta(minutes=waits)


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"),
    [(19, 59, False), (20, 0, True), (23, 0, True), (3, 0, True), (7, 59, True), (8, 0, False)],
)
def test_quiet_hours_go_from_eight_in_the_evening_to_eight_in_the_morning(
    hour: int, minute: int, quiet: bool
) -> None:
    local = datetime(2027, 6, 1, hour, minute, tzinfo=ZoneInfo("America/New_York"))
    over_at = QuietHours().over_at(local.astimezone(UTC), "America/New_York")
    assert (over_at is not None) is quiet
    if over_at is not None:
        assert over_at.astimezone(local.tzinfo).time() == time(8)
        assert timedelta(0) < over_at - local <= 12 * HOUR


def test_quiet_hours_end_at_the_wall_clocks_eight_across_a_change_to_summer_time() -> None:
    evening = datetime(2027, 3, 27, 22, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    over_at = QuietHours().over_at(evening.astimezone(UTC), "Europe/Berlin")
    assert over_at == datetime(2027, 3, 28, 6, 0, tzinfo=UTC)


def test_equal_ends_mean_no_quiet_hours() -> None:
    assert QuietHours(starts=time(0), ends=time(0)).over_at(NOW, "UTC") is None


def test_quiet_hours_may_lie_within_one_day() -> None:
    noon = QuietHours(starts=time(12), ends=time(14))
    assert noon.over_at(NOW, "UTC") == NOW + 2 * HOUR
    assert noon.over_at(NOW + 2 * HOUR, "UTC") is None


def test_the_breaker_closes_the_way_after_three_outages_running_and_opens_with_an_answer() -> None:
    breaker = Breaker()
    for _ in range(BREAKER_TRIPS_AT):
        assert breaker.lets(NOW)
        breaker = breaker.after_outage(NOW)
    assert not breaker.lets(NOW)
    assert breaker.lets(NOW + timedelta(minutes=1))
    worse = breaker.after_outage(NOW + timedelta(minutes=1))
    assert not worse.lets(NOW + timedelta(minutes=5))
    assert worse.lets(NOW + timedelta(minutes=6))
    assert worse.after_answer() == Breaker()


def test_the_breaker_never_waits_longer_than_half_an_hour() -> None:
    breaker = Breaker()
    for _ in range(50):
        breaker = breaker.after_outage(NOW)
    assert breaker.lets(NOW + timedelta(minutes=30))


def test_an_outage_between_answers_closes_nothing() -> None:
    assert Breaker().after_outage(NOW).after_outage(NOW).after_answer().after_outage(NOW).lets(NOW)


@pytest.mark.parametrize(
    ("wall", "passed_s", "leap"),
    [
        (timedelta(seconds=10), 10, None),
        (timedelta(minutes=59), 0, None),
        (timedelta(days=1), 10, timedelta(days=1, seconds=-10)),
        (timedelta(days=-1), 10, timedelta(days=-1, seconds=-10)),
        (timedelta(days=2), 2 * 86400, None),
    ],
)
def test_a_leap_is_wall_against_monotonic_time_by_more_than_an_hour(
    wall: timedelta, passed_s: float, leap: timedelta | None
) -> None:
    before = Reading(wall=NOW, monotonic_s=1000.0)
    assert leapt(before, Reading(wall=NOW + wall, monotonic_s=1000.0 + passed_s)) == leap
