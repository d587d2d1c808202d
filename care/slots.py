"""Times for individual meetings: offered by a facilitator at local hours, inside the window, free for both.

The functions take local wall times with their zone and give instants; nobody's own zone is assumed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care import timetable
from care.contract import Terms
from care.interval import Span
from care.meetings import MID, POST, PRE, Window

SHORTEST, LONGEST = 15, 120  # minutes
NOT_BEFORE = timedelta(minutes=15)
"A time that starts sooner than this is offered to nobody."
MOST = 60
"Times made by one form."

PAST, OUTSIDE, SKIPPED, TAKEN = "past", "outside_window", "skipped_hour", "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One time to offer: what was asked for on the wall, and the instants. `refused` is why it cannot be
    offered, "" where it can."""

    local: datetime
    starts_at: datetime
    ends_at: datetime
    refused: str = ""

    @property
    def span(self) -> Span:
        """From start to end."""
        return Span(self.starts_at, self.ends_at)


def minutes(terms: Terms, topic: str) -> int:
    """How long a meeting of this topic usually is, by the contract."""
    return {
        PRE: terms.pre_meeting_minutes,
        MID: terms.mid_meeting_minutes,
        POST: terms.post_meeting_minutes,
    }[topic]


def offers(
    days: Iterable[date],
    times: Iterable[time],
    zone: str,
    length: int,
    window: Window,
    busy: Sequence[Span],
    now: datetime,
) -> tuple[Offer, ...]:
    """Every day at every time, in order, each with why it cannot be offered. Of two that overlap the earlier
    one is kept. Raises ValueError for a length no meeting has or more times than anybody would read."""
    if not SHORTEST <= length <= LONGEST:
        raise ValueError(f"a meeting takes {SHORTEST} to {LONGEST} minutes")
    hours = sorted(set(times))
    walls = [datetime.combine(day, at) for day in sorted(set(days)) for at in hours]
    if len(walls) > MOST:
        raise ValueError(f"at most {MOST} times are offered at once")
    taken, found = list(busy), []
    for wall in walls:
        one = offer(wall, zone, length, window, taken, now)
        if not one.refused:
            taken.append(one.span)
        found.append(one)
    return tuple(found)


def offer(
    wall: datetime, zone: str, length: int, window: Window, busy: Sequence[Span], now: datetime
) -> Offer:
    """One time. A wall time that the clocks skip is refused rather than moved: nobody asked for another
    hour. One they repeat means its first occurrence."""
    resolved = timetable.resolve(wall, ZoneInfo(zone))
    span = Span(resolved.at, resolved.at + timedelta(minutes=length))
    return Offer(
        local=wall,
        starts_at=span.start,
        ends_at=span.end,
        refused=SKIPPED if resolved.caution == timetable.SKIPPED else refusal(span, window, busy, now),
    )


def refusal(span: Span, window: Window, busy: Iterable[Span], now: datetime) -> str:
    """Why there can be no meeting at this time, "" where there can."""
    if span.start < now + NOT_BEFORE:
        return PAST
    if not fits(span, window):
        return OUTSIDE
    return TAKEN if any(overlap(span, other) for other in busy) else ""


def fits(span: Span, window: Window) -> bool:
    """True for a meeting that lies inside the window as a whole."""
    return window.opens_at <= span.start and span.end <= window.closes_at


def overlap(one: Span, other: Span) -> bool:
    """True when both have a moment in common; one may begin as the other ends."""
    return one.start < other.end and other.start < one.end
