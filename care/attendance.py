"""What the facts of one session propose about each member of it. A person decides; see docs/attendance.md.

A proposal is a function of the session's times, the member's place on the roster, the facts and the
policy: the same input gives the same proposal byte for byte, and `evidence` is a hash of that input.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from care import presence, verdict
from care.facts import OF_THE_ROOM, Fact
from care.interval import ZERO, Span, Spans, bridge, gaps, intersect, share, subtract, total, union
from care.policy import Place, Policy, SessionTimes
from care.presence import Held, Track
from care.verdict import Measures, Verdict, Window

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the facts propose about one member in one session.

    Durations are rounded down to the millisecond. `reasons` are short codes, sorted. `decide` asks for
    a person's decision rather than a confirmation. `devices` is the most connections up at one instant.
    """

    session: str
    member: str
    status: verdict.Status
    present: timedelta
    window: timedelta
    share: Fraction
    late: timedelta
    early: timedelta
    arrived_at: datetime | None
    gaps: Spans
    devices: int
    reasons: tuple[str, ...]
    decide: bool
    policy: str
    evidence: str

    def document(self) -> dict[str, object]:
        """The proposal as plain JSON values: `_ms` durations, ISO 8601 times, `share` as "n/d"."""
        return {
            "session": self.session,
            "member": self.member,
            "status": self.status.value,
            "present_ms": self.present // MILLISECOND,
            "window_ms": self.window // MILLISECOND,
            "share": str(self.share),
            "late_ms": self.late // MILLISECOND,
            "early_ms": self.early // MILLISECOND,
            "arrived_at": self.arrived_at.isoformat() if self.arrived_at else None,
            "gaps": [[gap.start.isoformat(), gap.end.isoformat()] for gap in self.gaps],
            "devices": self.devices,
            "reasons": list(self.reasons),
            "decide": self.decide,
            "policy": self.policy,
            "evidence": self.evidence,
        }


def from_document(document: Mapping[str, object]) -> Proposal:
    """The proposal `Proposal.document` gave. Raises KeyError, TypeError or ValueError for anything else."""
    fields = json.loads(json.dumps(dict(document)))
    arrived_at = fields["arrived_at"]
    return Proposal(
        session=fields["session"],
        member=fields["member"],
        status=verdict.Status(fields["status"]),
        present=fields["present_ms"] * MILLISECOND,
        window=fields["window_ms"] * MILLISECOND,
        share=Fraction(fields["share"]),
        late=fields["late_ms"] * MILLISECOND,
        early=fields["early_ms"] * MILLISECOND,
        arrived_at=datetime.fromisoformat(arrived_at) if arrived_at else None,
        gaps=tuple(Span(*map(datetime.fromisoformat, gap)) for gap in fields["gaps"]),
        devices=fields["devices"],
        reasons=tuple(fields["reasons"]),
        decide=fields["decide"],
        policy=fields["policy"],
        evidence=fields["evidence"],
    )


def propose(
    session: SessionTimes,
    roster: Sequence[Place],
    facts: Iterable[Fact],
    policy: Policy,
    now: datetime,
    alive: Mapping[str, datetime] | None = None,
) -> tuple[Proposal, ...]:
    """One proposal for each place of the roster, in the roster's order.

    `alive` holds the last heartbeat of each server run (boot), for connections whose end nobody wrote.
    After the session's end `now` changes nothing. Facts of other sessions and people are not looked at.
    """
    steady = presence.on_one_clock(fact for fact in facts if fact.session == session.id)
    until = max(session.starts_at, min(now, session.ends_at))
    beats = {boot: min(at, until) for boot, at in (alive or {}).items()}
    of_room = tuple(fact for fact in steady if fact.kind in OF_THE_ROOM)
    room = window(session, presence.held(of_room, _of(of_room, beats), until), policy)
    of_member = defaultdict(list)
    for fact in steady:
        if fact.kind not in OF_THE_ROOM:
            of_member[fact.member].append(fact)
    drafts = []
    for place in roster:
        own = of_member[place.member]
        seen = presence.track(own, beats, until)
        numbers = _measure(session, place, own, seen, room, policy)
        said = verdict.judge(session, place, seen, room, numbers, policy, now)
        evidence = _evidence(session, place, (*of_room, *own), policy, beats, until)
        drafts.append(_proposal(session, place, seen, room, numbers, said, policy, evidence))
    return _together(drafts)


def _of(facts: Sequence[Fact], beats: Mapping[str, datetime]) -> dict[str, datetime]:
    boots = {fact.boot for fact in facts}
    return {boot: at for boot, at in beats.items() if boot in boots}


def window(session: SessionTimes, room: Held, policy: Policy) -> Window:
    """The counted window: held and scheduled, minus what our side interrupted."""
    held = intersect(room.open, (session.planned,))
    alone = [span for span in room.without_facilitator if span.length > policy.facilitator_gap]
    service = intersect((*room.service_down, *alone), held)
    opened_at = min((span.start for span in room.open), default=None)
    return Window(
        held=held, service=service, counted=subtract(held, service), opened_at=opened_at, locked=room.locked
    )


def _measure(
    session: SessionTimes, place: Place, own: Sequence[Fact], seen: Track, room: Window, policy: Policy
) -> Measures:
    written = [one.span for one in place.by_hand]
    there = union((*intersect(seen.connected, seen.admitted), *written))
    plain = bridge(there, policy.bridged, never_over=seen.put_out)
    kind = bridge(there, policy.bridged, never_over=seen.put_out, forgiven=room.service)
    in_held, in_window = intersect(plain, room.held), intersect(kind, room.counted)
    arrived_at = _arrival(own, there, seen)
    return Measures(
        present=total(in_held),
        share=max(share(total(in_held), total(room.held)), share(total(in_window), room.length)),
        late=_late(session, room, arrived_at) if in_held else ZERO,
        early=room.counted[-1].end - in_window[-1].end if in_window else ZERO,
        arrived_at=arrived_at,
        gaps=intersect(gaps(there), room.held),
    )


def _arrival(own: Sequence[Fact], there: Spans, seen: Track) -> datetime | None:
    """When the member came: the start of presence, or of the wait that led to it."""
    if not there:
        return min(seen.knocked, default=None)
    first = there[0].start
    admission = max((at for at in seen.let_in if at <= first), default=first)
    waited = presence.waited_since(own, admission)
    return min(first, waited) if waited else first


def _late(session: SessionTimes, room: Window, arrived_at: datetime | None) -> timedelta:
    if arrived_at is None or room.opened_at is None:
        return ZERO
    return max(ZERO, arrived_at - max(session.starts_at, room.opened_at))


def _proposal(
    session: SessionTimes,
    place: Place,
    seen: Track,
    room: Window,
    numbers: Measures,
    said: Verdict,
    policy: Policy,
    evidence: str,
) -> Proposal:
    return Proposal(
        session=session.id,
        member=place.member,
        status=said.status,
        present=_whole(numbers.present),
        window=_whole(room.length),
        share=numbers.share,
        late=_whole(numbers.late),
        early=_whole(numbers.early),
        arrived_at=numbers.arrived_at,
        gaps=numbers.gaps,
        devices=seen.devices,
        reasons=tuple(sorted(said.reasons)),
        decide=said.decide,
        policy=policy.version,
        evidence=evidence,
    )


def _whole(duration: timedelta) -> timedelta:
    return duration // MILLISECOND * MILLISECOND


def _together(drafts: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """The proposals, where two or more technical failures in one session are one incident of ours.

    An incident does not use up anybody's allowance, so nobody has to decide because of the limit.
    """
    failed = [draft for draft in drafts if draft.status is verdict.Status.TECHNICAL_FAILURE]
    if len(failed) < 2:
        return tuple(drafts)
    return tuple(_incident(draft) if draft in failed else draft for draft in drafts)


def _incident(draft: Proposal) -> Proposal:
    reasons = {*draft.reasons, "several_members"} - {"limit_reached"}
    return replace(draft, reasons=tuple(sorted(reasons)), decide=False)


def _evidence(
    session: SessionTimes,
    place: Place,
    facts: Sequence[Fact],
    policy: Policy,
    beats: Mapping[str, datetime],
    until: datetime,
) -> str:
    """A SHA-256 over everything one proposal was computed from, in one canonical form."""
    rows = sorted(
        [
            f.id,
            f.at.isoformat(),
            f.mono_ms,
            f.boot,
            f.kind.value,
            f.member or "",
            f.connection or "",
            f.detail,
        ]
        for f in facts
    )
    seen = [[boot, beats[boot].isoformat()] for boot in sorted({f.boot for f in facts}) if boot in beats]
    record = [asdict(session), asdict(place), asdict(policy), rows, seen, until.isoformat()]
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
