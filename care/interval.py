"""Half-open spans of time and the algebra on them.

A span holds its start and not its end, so two spans that meet share no instant and join into one. A
sequence of spans is *tidy* when it is sorted and no two overlap or meet; every function here accepts
any order and returns tidy tuples, so results compare equal whenever they cover the same instants.
"""

import bisect
import itertools
from collections.abc import Iterable, Sequence
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
    ours, theirs = union(left), union(right)
    shared: list[Span] = []
    here = there = 0
    while here < len(ours) and there < len(theirs):
        a, b = ours[here], theirs[there]
        shared.extend(between(max(a.start, b.start), min(a.end, b.end)))
        if a.end <= b.end:
            here += 1
        else:
            there += 1
    return tuple(shared)


def subtract(spans: Iterable[Span], removed: Iterable[Span]) -> Spans:
    """The instants in `spans` and not in `removed`."""
    kept: list[Span] = []
    holes = union(removed)
    first = 0
    for span in union(spans):
        while first < len(holes) and holes[first].end <= span.start:
            first += 1
        start = span.start
        for hole in itertools.islice(holes, first, None):
            if hole.start >= span.end:
                break
            kept.extend(between(start, hole.start))
            start = max(start, hole.end)
        kept.extend(between(start, span.end))
    return tuple(kept)


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
    between_them = gaps(tidy)
    barriers, left = sorted(never_over), _lengths(between_them, subtract(between_them, forgiven))
    filled = [
        gap
        for gap, length in zip(between_them, left, strict=True)
        if length <= longest and not _holds(gap, barriers)
    ]
    return union((*tidy, *filled))


def _lengths(spans: Spans, pieces: Spans) -> list[timedelta]:
    """How much of each tidy span its pieces cover; no piece lies outside a span."""
    lengths, rest = [], list(reversed(pieces))
    for span in spans:
        length = ZERO
        while rest and rest[-1].end <= span.end:
            length += rest.pop().length
        lengths.append(length)
    return lengths


def _holds(gap: Span, instants: Sequence[datetime]) -> bool:
    """Whether a sorted instant lies in the gap or at its end."""
    first = bisect.bisect_left(instants, gap.start)
    return first < len(instants) and instants[first] <= gap.end
