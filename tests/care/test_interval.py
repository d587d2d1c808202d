import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.interval import Span, Spans, between, bridge, gaps, intersect, share, subtract, total, union

ZERO_HOUR = datetime(2027, 3, 2, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    return Span(ZERO_HOUR + timedelta(minutes=start), ZERO_HOUR + timedelta(minutes=end))


def minutes(length: int) -> timedelta:
    return timedelta(minutes=length)


some_spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda pair: span(pair[0], pair[0] + pair[1])),
    max_size=8,
)
some_minutes = st.integers(0, 100).map(lambda n: ZERO_HOUR + timedelta(minutes=n))


def holds(spans: Spans | list[Span], instant: datetime) -> bool:
    return any(one.start <= instant < one.end for one in spans)


def test_an_empty_or_backward_span_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        span(5, 5)
    with pytest.raises(ValueError, match="ends after it starts"):
        span(6, 5)


def test_a_span_without_a_zone_is_refused() -> None:
    naive = ZERO_HOUR.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        Span(naive, naive + minutes(1))


def test_spans_that_meet_join_and_share_no_instant() -> None:
    assert union([span(0, 5), span(5, 9)]) == (span(0, 9),)
    assert intersect([span(0, 5)], [span(5, 9)]) == ()


def test_a_hole_in_the_middle_leaves_two_pieces() -> None:
    assert subtract([span(0, 10)], [span(3, 4)]) == (span(0, 3), span(4, 10))


def test_gaps_lie_only_between_spans() -> None:
    assert gaps([span(2, 3), span(5, 7), span(9, 10)]) == (span(3, 5), span(7, 9))


def test_a_gap_of_exactly_the_longest_is_bridged_and_one_minute_more_is_not() -> None:
    assert bridge([span(0, 1), span(3, 4)], minutes(2)) == (span(0, 4),)
    assert bridge([span(0, 1), span(4, 5)], minutes(2)) == (span(0, 1), span(4, 5))


def test_a_bridge_never_crosses_a_barrier() -> None:
    barrier = ZERO_HOUR + minutes(1)
    assert bridge([span(0, 1), span(2, 3)], minutes(5), never_over=[barrier]) == (span(0, 1), span(2, 3))


def test_forgiven_time_does_not_count_towards_a_gap() -> None:
    there = [span(0, 10), span(15, 20)]
    assert bridge(there, minutes(1)) == tuple(there)
    assert bridge(there, minutes(1), forgiven=[span(10, 14)]) == (span(0, 20),)


def test_a_share_of_nothing_is_zero() -> None:
    assert share(minutes(0), minutes(0)) == 0


def test_between_gives_no_span_where_nothing_lies() -> None:
    assert between(ZERO_HOUR, ZERO_HOUR) == ()


@given(some_spans, some_spans, some_minutes)
def test_the_algebra_agrees_with_asking_about_each_instant(
    left: list[Span], right: list[Span], instant: datetime
) -> None:
    in_left, in_right = holds(left, instant), holds(right, instant)
    assert holds(union([*left, *right]), instant) == (in_left or in_right)
    assert holds(intersect(left, right), instant) == (in_left and in_right)
    assert holds(subtract(left, right), instant) == (in_left and not in_right)


@given(some_spans, some_spans)
def test_every_result_is_tidy(left: list[Span], right: list[Span]) -> None:
    for result in (union(left), intersect(left, right), subtract(left, right), bridge(left, minutes(3))):
        assert all(a.end < b.start for a, b in itertools.pairwise(result))


@given(some_spans, some_spans)
def test_parts_add_up(left: list[Span], right: list[Span]) -> None:
    assert total(intersect(left, right)) + total(subtract(left, right)) == total(left)


@given(some_spans, st.integers(0, 20), some_spans)
def test_bridging_twice_changes_nothing_more(spans: list[Span], longest: int, service: list[Span]) -> None:
    once = bridge(spans, minutes(longest), forgiven=service)
    assert bridge(once, minutes(longest), forgiven=service) == once


@given(some_spans, st.integers(0, 20))
def test_a_bridge_only_adds_and_only_within_the_gaps(spans: list[Span], longest: int) -> None:
    bridged = bridge(spans, minutes(longest))
    assert subtract(spans, bridged) == ()
    assert subtract(bridged, [*spans, *gaps(spans)]) == ()
