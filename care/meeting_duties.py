"""What somebody has to do about individual meetings: call who has not booked, move what no longer fits, say
whether one was held. From bookings and dates alone, never from what was talked about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from care.decision import confirm_by
from care.interval import Span
from care.meeting_states import TOPICS, Booking, State, standing
from care.meetings import Window
from care.slots import fits
from care.thresholds import CORRECT_WITHIN, Kind, Owner, Rules, Wanted

UNBOOKED_AFTER = timedelta(days=3)
"Into the window, before somebody asks."
ASKED_AFTER = timedelta(days=14)
"So long after its window a meeting that never was is still somebody's task."


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A present participant, and since when."""

    member: str
    joined_at: datetime


def due(
    group: str,
    windows: Mapping[str, Window],
    people: Sequence[Waiting],
    bookings: Sequence[Booking],
    closed: Mapping[str, datetime],
    leaders: Collection[str],
    rules: Rules,
    now: datetime,
) -> tuple[Wanted, ...]:
    """Every task about individual meetings that a group wants now. `closed` says since when a meeting that
    is over can be decided on, by session; `leaders` are the facilitators who are there."""
    present = {one.member for one in people}
    asked = [
        *_unbooked(group, windows, people, bookings, now),
        *_outside(group, windows, bookings, present),
        *_unled(group, unled(bookings, leaders, now)),
        *_unconfirmed(group, bookings, closed, rules, now),
    ]
    return tuple(sorted(asked, key=lambda one: (one.due_at, one.key)))


def _unbooked(
    group: str,
    windows: Mapping[str, Window],
    people: Iterable[Waiting],
    bookings: Sequence[Booking],
    now: datetime,
) -> Iterable[Wanted]:
    for topic in TOPICS:
        window = windows.get(topic)
        if window is None or now >= window.closes_at + ASKED_AFTER:
            continue
        for one in people:
            since = max(window.opens_at, one.joined_at) + UNBOOKED_AFTER
            # Who joined when the window had closed is asked by nobody: the first talk was their enrolment.
            if one.joined_at >= window.closes_at or now < since or standing(bookings, one.member, topic):
                continue
            yield Wanted(
                key=f"{Kind.MEETING_UNBOOKED}|{one.member}|{topic}",
                kind=Kind.MEETING_UNBOOKED,
                group=group,
                member=one.member,
                session=None,
                reasons=(f"meeting_{topic}",),
                due_at=min(since + UNBOOKED_AFTER, max(window.closes_at, since)),
                owner_role=Owner.COORDINATOR,
            )


def outside(windows: Mapping[str, Window], bookings: Iterable[Booking]) -> list[Booking]:
    """The booked meetings that do not lie inside their window."""
    found = []
    for one in bookings:
        window = windows.get(one.topic)
        if one.state is not State.BOOKED or window is None or one.starts_at is None or one.ends_at is None:
            continue
        if not fits(Span(one.starts_at, one.ends_at), window):
            found.append(one)
    return found


def _outside(
    group: str, windows: Mapping[str, Window], bookings: Sequence[Booking], present: set[str]
) -> Iterable[Wanted]:
    for one in outside(windows, bookings):
        if one.member in present and one.starts_at is not None:
            yield Wanted(
                key=f"{Kind.MEETING_OUTSIDE}|{one.id}|{one.starts_at.isoformat()}",
                kind=Kind.MEETING_OUTSIDE,
                group=group,
                member=one.member,
                session=one.session,
                reasons=(f"meeting_{one.topic}",),
                due_at=one.starts_at,
                owner_role=Owner.FACILITATOR,
            )


def unled(bookings: Iterable[Booking], leaders: Collection[str], now: datetime) -> list[Booking]:
    """The booked meetings to come whose facilitator is not there any more, soonest first."""
    waiting = [
        (one.starts_at, one)
        for one in bookings
        if one.state is State.BOOKED
        and one.starts_at
        and one.starts_at > now
        and one.facilitator not in leaders
    ]
    return [one for _, one in sorted(waiting, key=lambda pair: (pair[0], pair[1].id))]


def _unled(group: str, alone: Sequence[Booking]) -> Iterable[Wanted]:
    """One task for all of them, until the first begins."""
    first = min((one.starts_at for one in alone if one.starts_at), default=None)
    if first is not None:
        yield Wanted(
            key=f"{Kind.MEETINGS_UNLED}|{group}",
            kind=Kind.MEETINGS_UNLED,
            group=group,
            member=None,
            session=None,
            reasons=(f"unled:{len(alone)}",),
            due_at=first,
            owner_role=Owner.COORDINATOR,
        )


def _unconfirmed(
    group: str,
    bookings: Iterable[Booking],
    closed: Mapping[str, datetime],
    rules: Rules,
    now: datetime,
) -> Iterable[Wanted]:
    for one in bookings:
        if one.state is not State.BOOKED or one.session is None or one.session not in closed:
            continue
        until = confirm_by(closed[one.session], rules.confirm_within)
        asks = [(Kind.MEETING_CONFIRM, Owner.FACILITATOR, until)]
        if now >= until:
            asks.append((Kind.MEETING_CONFIRM_OVERDUE, Owner.COORDINATOR, until + CORRECT_WITHIN))
        for kind, owner, at in asks:
            yield Wanted(
                key=f"{kind}|{one.id}",
                kind=kind,
                group=group,
                member=one.member,
                session=one.session,
                reasons=(f"meeting_{one.topic}",),
                due_at=at,
                owner_role=owner,
            )
