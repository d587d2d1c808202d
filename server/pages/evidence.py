"""What the room saw of each member in one session, as stretches on one line of time: the picture beside a
proposal, and the same in words. Facts in, plain values out; the template draws them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from care import presence
from care.facts import OF_THE_ROOM, Fact, Kind
from care.interval import Span, Spans, between, gaps, intersect, union
from care.policy import SessionTimes

MARGIN = timedelta(minutes=10)
"Shown before the planned start and after the planned end."
QUARTER = timedelta(minutes=15)
MOST_LABELS = 5


class What(StrEnum):
    """What a stretch of time was. The order is the order of drawing."""

    SERVICE = "service"  # trouble on our side
    ALONE = "alone"  # the room had no facilitator
    WAITING = "waiting"
    PRESENT = "present"
    GAP = "gap"
    BY_HAND = "by_hand"  # entered by a facilitator: by phone, beside another member


class Event(StrEnum):
    """What happened at one instant."""

    OPENED = "opened"
    FAILED = "failed"
    REFUSED = "refused"
    PUT_OUT = "put_out"
    LEFT = "left"


EVENTS = {
    Kind.LINK_OPENED: Event.OPENED,
    Kind.ATTEMPT_FAILED: Event.FAILED,
    Kind.DECLINED: Event.REFUSED,
    Kind.REMOVED: Event.PUT_OUT,
    Kind.SENT_BACK: Event.PUT_OUT,
    Kind.LEFT: Event.LEFT,
}
WAITS = frozenset({Kind.ARRIVED, Kind.SENT_BACK})
ENDS_A_WAIT = frozenset({Kind.ADMITTED, Kind.LEFT, Kind.DECLINED, Kind.REMOVED, Kind.SOCKET_CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of time and where it lies in the picture, in percent of its width."""

    what: What
    start: datetime
    end: datetime
    left: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One instant and where it lies, in percent."""

    what: Event
    at: datetime
    left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A time below the picture; `anchor` is SVG's text-anchor."""

    at: datetime
    left: float
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One member's line. `planned` is the session's own time."""

    planned: Stretch
    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]

    @property
    def told(self) -> list[Stretch]:
        """The stretches in order of time, for the table."""
        return sorted(self.stretches, key=lambda one: (one.start, one.what))


@dataclass(frozen=True, slots=True)
class Line:
    """The time from left to right."""

    start: datetime
    end: datetime

    def at(self, moment: datetime) -> float:
        """Percent from the left; what lies outside is put at the edge."""
        inside = min(max(moment, self.start), self.end)
        return round(100 * ((inside - self.start) / (self.end - self.start)), 3)

    def stretch(self, what: What, span: Span) -> Stretch:
        """The span in the picture."""
        left, right = self.at(span.start), self.at(span.end)
        return Stretch(
            what=what, start=span.start, end=span.end, left=left, width=round(max(right - left, 0.4), 3)
        )


def pictures(
    session: SessionTimes,
    members: Iterable[str],
    facts: Sequence[Fact],
    alive: Mapping[str, datetime],
    now: datetime,
    by_hand: Mapping[str, Sequence[Span]] | None = None,
) -> dict[str, Picture]:
    """A picture for each of the members, of this session's facts up to `now`."""
    steady = presence.on_one_clock(fact for fact in facts if fact.session == session.id)
    line = Line(session.starts_at - MARGIN, session.ends_at + MARGIN)
    until = max(session.starts_at, min(now, line.end))
    of_room = [fact for fact in steady if fact.kind in OF_THE_ROOM]
    boots = {fact.boot for fact in of_room}
    room = presence.held(of_room, {boot: at for boot, at in alive.items() if boot in boots}, until)
    found = {}
    for member in members:
        own = [fact for fact in steady if fact.member == member and fact.kind not in OF_THE_ROOM]
        spans = _spans(own, room, alive, until) | {What.BY_HAND: tuple((by_hand or {}).get(member, ()))}
        found[member] = _picture(session, line, spans, own)
    return found


def _spans(
    own: Sequence[Fact], room: presence.Held, alive: Mapping[str, datetime], until: datetime
) -> dict[What, Spans]:
    seen = presence.track(own, alive, until)
    there = intersect(seen.connected, seen.admitted)
    return {
        What.SERVICE: room.service_down,
        What.ALONE: room.without_facilitator,
        What.WAITING: waiting(own, until),
        What.PRESENT: there,
        What.GAP: intersect(gaps(there), room.open),
    }


def waiting(own: Sequence[Fact], until: datetime) -> Spans:
    """When the member stood at the door: from knocking to being let in, refused, or gone."""
    spans: list[Span] = []
    began: datetime | None = None
    for fact in own:
        if began is not None and fact.kind in ENDS_A_WAIT:
            spans.extend(between(began, fact.at))
            began = None
        elif began is None and fact.kind in WAITS:
            began = fact.at
    if began is not None:
        spans.extend(between(began, until))
    return union(spans)


def _picture(session: SessionTimes, line: Line, spans: Mapping[What, Spans], own: Sequence[Fact]) -> Picture:
    shown = Span(line.start, line.end)
    return Picture(
        planned=line.stretch(What.PRESENT, session.planned),
        stretches=tuple(
            line.stretch(what, span) for what in What for span in intersect(spans[what], (shown,))
        ),
        marks=tuple(
            Mark(what=EVENTS[fact.kind], at=fact.at, left=line.at(fact.at))
            for fact in own
            if fact.kind in EVENTS
        ),
        labels=labels(session, line),
    )


def labels(session: SessionTimes, line: Line) -> tuple[Label, ...]:
    """Times below the picture: start and end, and between them as many quarters of an hour as have room."""
    length = session.ends_at - session.starts_at
    step = QUARTER
    while length / step > MOST_LABELS - 1:
        step += QUARTER
    moments = [session.starts_at + step * number for number in range(int(length / step) + 1)]
    return tuple(Label(at=at, left=line.at(at), anchor="middle") for at in moments)
