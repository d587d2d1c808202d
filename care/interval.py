"""Half-open spans of time and the algebra on them.

A span holds its start and not its end, so two spans that meet share no instant and join into one. A
sequence of spans is *tidy* when it is sorted and no two overlap or meet; every function here accepts
any order and returns tidy tuples, so results compare equal whenever they cover the same instants.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

ZERO = timedelta(0)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """All instants from `start` up to, not including, `end`; both aware. Raises ValueError if empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs aware times")
        if self.start >= self.end:
            raise ValueError(f"a span ends after it starts, not {self.start} .. {self.end}")

    @property
    def length(self) -> timedelta:
        """The time from start to end."""
        return self.end - self.start


Spans = tuple[Span, ...]


def between(start: datetime, end: datetime) -> Spans:
    """The span from start to end, or no span where nothing lies between them."""
    return (Span(start, end),) if start < end else ()


def union(spans: Iterable[Span]) -> Spans:
    """The instants in any of the spans."""
    tidy: list[Span] = []
    for span in sorted(spans):
        if tidy and span.start <= tidy[-1].end:
            tidy[-1] = Span(tidy[-1].start, max(tidy[-1].end, span.end))
        else:
            tidy.append(span)
    return tuple(tidy)


def intersect(left: Iterable[Span], right: Iterable[Span]) -> Spans:
    """The instants in both."""
    others = union(right)
    return union(
        Span(max(a.start, b.start), min(a.end, b.end))
        for a in union(left)
        for b in others
        if a.start < b.end and b.start < a.end
    )


def subtract(spans: Iterable[Span], removed: Iterable[Span]) -> Spans:
    """The instants in `spans` and not in `removed`."""
    kept: list[Span] = []
    holes = union(removed)
    for span in union(spans):
        start = span.start
        for hole in holes:
            kept.extend(between(start, min(hole.start, span.end)))
            start = max(start, hole.end)
        kept.extend(between(start, span.end))
    return union(kept)


def total(spans: Iterable[Span]) -> timedelta:
    """The time covered, each instant counted once."""
    return sum((span.length for span in union(spans)), ZERO)


def share(part: timedelta, whole: timedelta) -> Fraction:
    """`part` as an exact fraction of `whole`; zero where there is no whole."""
    tick = timedelta(microseconds=1)
    return Fraction(part // tick, whole // tick) if whole else Fraction(0)


def gaps(spans: Iterable[Span]) -> Spans:
    """The spans that lie between the first start and the last end and are not covered."""
    tidy = union(spans)
    return tuple(Span(a.end, b.start) for a, b in itertools.pairwise(tidy))


def bridge(
    spans: Iterable[Span],
    longest: timedelta,
    *,
    never_over: Iterable[datetime] = (),
    forgiven: Iterable[Span] = (),
) -> Spans:
    """The spans with every gap of at most `longest` filled.

    Instants in `forgiven` do not count towards the length of a gap. A gap that holds, or ends with, an
    instant of `never_over` stays open however short it is.
    """
    tidy = union(spans)
    barriers, excused = tuple(never_over), union(forgiven)
    filled = [
        gap
        for gap in gaps(tidy)
        if total(subtract((gap,), excused)) <= longest
        and not any(gap.start <= instant <= gap.end for instant in barriers)
    ]
    return union((*tidy, *filled))
