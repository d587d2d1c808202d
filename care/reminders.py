"""Which messages a plan wants: invitations and reminders of check-ins, of sessions, of individual meetings.

Each has the key of its purpose, which holds no time. It is due at a moment that disturbs nobody's evening,
and dies when it would be late: a reminder when the next one follows or the form closes, the rest when it
begins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from care import delivery, timetable
from care.checkin_states import State
from care.delivery import MessageKind, QuietHours
from care.planned import Booking, Item, Meeting, Place
from care.waves import Moment, Rhythm, at

QUIET = QuietHours()
SESSION_AHEAD = ((timedelta(hours=1), "1h"),)
"""The day before, the personal link comes by itself."""
MEETING_AHEAD = ((timedelta(hours=24), "24h"), (timedelta(hours=1), "1h"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message that is still to go. `about` names what it speaks of, besides the member: a check-in by its
    wave and number, a session, a booking."""

    key: str
    kind: MessageKind
    member: str
    person: str
    due_at: datetime
    expires_at: datetime
    about: tuple[tuple[str, str | int | None], ...]


def about_item(item: Item, rhythm: Rhythm, place: Place, now: datetime) -> list[Message]:
    """The invitation, unless it went out or nobody needs it any more, and the reminders to come."""
    about = (("wave", item.wave.value), ("number", item.number))
    chain = _chain(item, rhythm, place)
    found = []
    if item.state in (State.PLANNED, State.DUE):
        key = delivery.key(rhythm.invitation, place.id, item.wave, str(item.number))
        found.append(_message(key, rhythm.invitation, place, item.opens_at, item.closes_at, about))
    for step, (due_at, expires_at) in enumerate(pairwise([*chain, item.closes_at]), start=1):
        kind = MessageKind.CHECKIN_REMINDER
        key = delivery.key(kind, place.id, item.wave, f"{item.number}|{step}")
        if due_at > item.opens_at:
            found.append(_message(key, kind, place, due_at, expires_at, about))
    told_at = _told_at(item, place)
    return [one for one in _possible(found, place, now) if one.kind in INVITATIONS or one.due_at > told_at]


def _told_at(item: Item, place: Place) -> datetime:
    """When the member hears of a check-in at the earliest. A reminder that a pause held back until then is
    one too many."""
    after = _after_pauses(item.opens_at, item.closes_at, place)
    return QUIET.over_at(after, place.zone) or after


def _chain(item: Item, rhythm: Rhythm, place: Place) -> list[datetime]:
    moments = {Moment.OPENS: item.opens_at, Moment.CLOSES: item.closes_at}
    found = [at(point, moments, place.zone) for point in rhythm.reminders]
    return [min(one, item.closes_at) for one in found if one is not None]


def about_sessions(meetings: Iterable[Meeting], place: Place, now: datetime) -> list[Message]:
    """What is said shortly before each session. A session that moved has a purpose of its own, since somebody
    may have been reminded of its former date."""
    kind = MessageKind.SESSION_REMINDER
    found = [
        _message(
            delivery.key(kind, place.id, one.id, step, revision=one.sequence),
            kind,
            place,
            one.starts_at - ahead,
            one.starts_at,
            (("session", one.id), ("sequence", one.sequence)),
        )
        for one in meetings
        for ahead, step in SESSION_AHEAD
        if one.id and one.state == "planned" and one.starts_at > place.joined_at
        if not place.paused(one.starts_at)
    ]
    return _possible(found, place, now)


def about_meetings(bookings: Sequence[Booking], place: Place, now: datetime) -> list[Message]:
    """What is said before each individual meeting that is booked."""
    kind = MessageKind.MEETING_REMINDER
    found = [
        _message(
            delivery.key(kind, place.id, one.id, step, revision=one.sequence),
            kind,
            place,
            one.starts_at - ahead,
            one.starts_at,
            (("booking", one.id), ("session", one.session), ("sequence", one.sequence)),
        )
        for one in bookings
        for ahead, step in MEETING_AHEAD
        if one.session
    ]
    return _possible(found, place, now)


def _message(
    key: str,
    kind: MessageKind,
    place: Place,
    due_at: datetime,
    expires_at: datetime,
    about: tuple[tuple[str, str | int | None], ...],
) -> Message:
    return Message(
        key=key,
        kind=kind,
        member=place.id,
        person=place.person,
        due_at=due_at,
        expires_at=expires_at,
        about=about,
    )


def _possible(messages: Iterable[Message], place: Place, now: datetime) -> list[Message]:
    """Those that still have time, each at a moment when the member may be written to."""
    placed = [replace(one, due_at=_placed(one, place)) for one in messages]
    return [one for one in placed if one.due_at < one.expires_at and one.expires_at > now]


def _placed(one: Message, place: Place) -> datetime:
    """When it may go: after a pause, not in the evening or at night. What would come too late in the morning
    comes before the evening. An invitation is due when the form opens; the sender lets it wait."""
    due_at = _after_pauses(one.due_at, one.expires_at, place)
    ends = None if one.kind in INVITATIONS else QUIET.over_at(due_at, place.zone)
    if ends is None or due_at >= one.expires_at:
        return due_at
    if ends + LEFT <= one.expires_at:
        return ends
    return _evening_before(due_at, place.zone) - LEFT


def _after_pauses(moment: datetime, never: datetime, place: Place) -> datetime:
    """The moment, or the end of the pause that holds it; `never` where that pause has no end."""
    for pause in place.pauses:
        if pause.covers(moment):
            moment = never if pause.ends_at is None else pause.ends_at
    return moment


def _evening_before(moment: datetime, zone: str) -> datetime:
    """When the quiet hours that hold this moment began."""
    there = ZoneInfo(zone)
    local = moment.astimezone(there)
    day = local.date() - timedelta(days=1 if local.time() < QUIET.ends else 0)
    return timetable.instant(datetime.combine(day, QUIET.starts), there)


LEFT = timedelta(hours=1)
INVITATIONS = frozenset({MessageKind.CHECKIN_INVITATION, MessageKind.WEEKLY_CHECKIN})
