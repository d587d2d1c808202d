"""Facts into spans: who was connected, admitted, waiting, and when the session was truly held.

Times inside one run of a server are trusted from its monotonic clock: where the wall clock stepped, the
facts written before the step are moved onto the clock as it stood at the last fact of that run, because
a step is nearly always a correction.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from care.facts import Fact, Kind
from care.interval import Span, Spans, between, union

WALL_CLOCK_STEP = timedelta(seconds=2)  # scheduling jitter between reading two clocks stays far below

SILENT = timedelta(seconds=30)  # three heartbeats of ten seconds

# What a failed leg says in `detail` when the network, not the person, ended it.
DROPPED = frozenset({"silent", "ice_failed", "dtls_failed", "worker_lost", "service_stopped"})

# Who left by the button, was put out, or moved to another device stands before the lobby again.
ENDS_AN_ADMISSION = frozenset({Kind.SENT_BACK, Kind.REMOVED, Kind.DECLINED, Kind.LEFT})
BREAKS_A_WAIT = frozenset({Kind.LEFT, Kind.DECLINED, Kind.REMOVED, Kind.ADMITTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What the facts say about one member in one session. All spans are tidy."""

    connected: Spans  # transport up, union over connections
    admitted: Spans
    let_in: tuple[datetime, ...]  # every admission
    knocked: tuple[datetime, ...]  # every arrival in the lobby
    tried: tuple[datetime, ...]  # every sign that the person was trying to come
    put_out: tuple[datetime, ...]  # removed or sent back by a facilitator
    refused: tuple[datetime, ...]
    left: tuple[datetime, ...]  # by the button
    drops: int  # connections that ended without anyone wanting it
    failed: tuple[str, ...]  # causes of attempts that never connected, sorted
    media: bool  # something was ever received from the member
    devices: int  # the most connections up at one instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the facts say about the room. All spans are tidy."""

    open: Spans
    without_facilitator: Spans
    service_down: Spans
    locked: Spans


def on_one_clock(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts in order of time, each once, with wall clock steps within one boot taken out."""
    by_boot: dict[str, list[Fact]] = defaultdict(list)
    for fact in {fact.id: fact for fact in facts}.values():
        by_boot[fact.boot].append(fact)
    steady: list[Fact] = []
    for run in by_boot.values():
        last = max(run, key=lambda fact: (fact.mono_ms, fact.at, fact.id))
        steady.extend(_stepped(fact, last) for fact in run)
    return tuple(sorted(steady, key=lambda fact: (fact.at, fact.mono_ms, fact.id)))


def _stepped(fact: Fact, last: Fact) -> Fact:
    """The fact at the time the clock of `last` gives it, where the two disagree by more than jitter."""
    expected = last.at - timedelta(milliseconds=last.mono_ms - fact.mono_ms)
    return replace(fact, at=expected) if abs(expected - fact.at) > WALL_CLOCK_STEP else fact


def held(facts: Sequence[Fact], alive: Mapping[str, datetime], until: datetime) -> Held:
    """The room's own spans; what has no end yet ends at `until`. The facts are on one clock.

    A server that fell silent with the room open, and has not come back to say so, was down since then.
    """
    silent = _silent(facts, alive, until)
    return Held(
        open=_toggled(facts, Kind.ROOM_OPENED, {Kind.ROOM_CLOSED}, until),
        without_facilitator=_toggled(facts, Kind.ROOM_HELD, {Kind.ROOM_RESUMED, Kind.ROOM_CLOSED}, until),
        service_down=union((*_toggled(facts, Kind.SERVICE_STOPPED, {Kind.SERVICE_STARTED}, until), *silent)),
        locked=_toggled(facts, Kind.LOCKED, {Kind.UNLOCKED, Kind.ROOM_CLOSED}, until),
    )


def _silent(facts: Sequence[Fact], alive: Mapping[str, datetime], until: datetime) -> Spans:
    last_said = max((fact.at for fact in facts), default=until)
    last_beat = max(alive.values(), default=until)
    opened = [fact.kind for fact in facts if fact.kind in (Kind.ROOM_OPENED, Kind.ROOM_CLOSED)]
    if not opened or opened[-1] is Kind.ROOM_CLOSED or until - max(last_said, last_beat) < SILENT:
        return ()
    return between(max(last_said, last_beat), until)


def track(facts: Sequence[Fact], alive: Mapping[str, datetime], until: datetime) -> Track:
    """One member's track from that member's facts, on one clock.

    `alive` gives the last heartbeat of each boot: a connection whose end was never written ends there.
    """
    connections = _connections(facts, alive, until)
    return Track(
        connected=union(connections),
        admitted=_toggled(facts, Kind.ADMITTED, ENDS_AN_ADMISSION, until),
        let_in=_times(facts, Kind.ADMITTED),
        knocked=_times(facts, Kind.ARRIVED),
        tried=_times(facts, Kind.LINK_OPENED, Kind.SOCKET_OPEN, Kind.ARRIVED, Kind.ATTEMPT_FAILED),
        put_out=_times(facts, Kind.REMOVED, Kind.SENT_BACK),
        refused=_times(facts, Kind.DECLINED),
        left=_times(facts, Kind.LEFT),
        drops=sum(fact.kind is Kind.TRANSPORT_DOWN and fact.detail in DROPPED for fact in facts),
        failed=tuple(sorted({fact.detail for fact in facts if fact.kind is Kind.ATTEMPT_FAILED})),
        media=any(fact.kind is Kind.FIRST_MEDIA for fact in facts),
        devices=_most_at_once(connections),
    )


def waited_since(facts: Sequence[Fact], admission: datetime) -> datetime | None:
    """When the wait that ended with this admission began; None if the member did not wait for it.

    A wait is broken by leaving, by a refusal, and by any earlier admission.
    """
    began: datetime | None = None
    for fact in facts:
        if fact.at > admission:
            break
        if fact.kind is Kind.ARRIVED and began is None:
            began = fact.at
        elif fact.kind in (Kind.LEFT, Kind.DECLINED, Kind.REMOVED) or (
            fact.kind is Kind.ADMITTED and fact.at < admission
        ):
            began = None
    return began


def _times(facts: Iterable[Fact], *kinds: Kind) -> tuple[datetime, ...]:
    return tuple(fact.at for fact in facts if fact.kind in kinds)


def _toggled(facts: Iterable[Fact], starts: Kind, ends: Set[Kind], until: datetime) -> Spans:
    """The spans from each `starts` to the next of `ends`; the last one open ends at `until`."""
    spans: list[Span] = []
    began: datetime | None = None
    for fact in facts:
        if fact.kind is starts and began is None:
            began = fact.at
        elif fact.kind in ends and began is not None:
            spans.extend(between(began, fact.at))
            began = None
    if began is not None:
        spans.extend(between(began, until))
    return union(spans)


def _connections(facts: Iterable[Fact], alive: Mapping[str, datetime], until: datetime) -> list[Span]:
    """One span for each time a connection was up, overlapping where devices did."""
    of: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.connection is not None:
            of[fact.connection].append(fact)
    return [span for own in of.values() for span in _ups(own, alive, until)]


def _ups(facts: Sequence[Fact], alive: Mapping[str, datetime], until: datetime) -> list[Span]:
    spans: list[Span] = []
    up: Fact | None = None
    seen: datetime | None = None
    for fact in facts:
        if fact.kind is Kind.TRANSPORT_UP and up is None:
            up, seen = fact, fact.at
        elif fact.kind is Kind.TRANSPORT_DOWN and up is not None:
            spans.extend(between(up.at, fact.at))
            up = None
        elif fact.kind in (Kind.ALIVE, Kind.FIRST_MEDIA):
            seen = fact.at
    if up is not None and seen is not None:
        last = max(seen, alive.get(up.boot, seen))
        spans.extend(between(up.at, min(last, until)))
    return spans


def _most_at_once(spans: Sequence[Span]) -> int:
    """The most spans that hold one instant. Where one ends as another starts, they share none."""
    steps = sorted([(span.start, 1) for span in spans] + [(span.end, -1) for span in spans])
    return max(itertools.accumulate(step for _, step in steps), default=0)
