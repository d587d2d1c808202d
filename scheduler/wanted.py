"""Whether a message is still wanted, asked at the moment of sending, and what its text is about."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import store.absence
import store.checkins
import store.contracts
import store.digests
import store.groups
import store.occasions
import store.openable
import store.pauses
import store.people
import store.signatures
import store.summary_copies
import store.tasks
from care import delivery, signing
from care.checkin_states import OPEN, UNOPENED
from care.delivery import Channel, MessageKind
from care.thresholds import Kind
from store.calendar import Entry, Method
from store.groups import Member
from store.occasions import Occasion
from store.outbox import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a message speaks of. `dates` are the times it names, soonest first, and `was` the time a single
    moved one had; `entries` go along for the calendar, by `method`. `soonest` is what it must come before.
    `parts` are the messages a digest stands for; `desk` leads to the sign-in of the staff. `member` is "" for
    somebody on call."""

    member: str
    starts_at: datetime | None
    link_ends_at: datetime
    dates: tuple[datetime, ...] = ()
    was: datetime | None = None
    entries: tuple[Entry, ...] = ()
    method: Method | None = None
    soonest: datetime | None = None
    parts: "tuple[tuple[MessageKind, Subject], ...]" = ()
    desk: bool = False


async def subject(tx: AsyncConnection, message: Message, now: datetime) -> Subject | str:
    """What the message is about, or a short code for why nobody wants it any more.

    Payloads hold ids only: `member` always, `session` for links, `checkin` for check-ins, `sessions` with
    their SEQUENCE for changes of dates, `version` for contracts, `number` for summaries, `of` for a digest.
    An alert is wanted until whoever wrote it withdraws it.
    """
    if message.kind not in set(MessageKind):
        return "unknown_kind"
    if delivery.RULES[MessageKind(message.kind)].roles == delivery.ON_CALL:
        return Subject(member="", starts_at=None, link_ends_at=message.expires_at, desk=True)
    member = await store.groups.member_by_id(tx, str(message.payload.get("member", "")))
    if member is None or member.person != message.person:
        return "left_the_group"
    if member.role not in delivery.RULES[MessageKind(message.kind)].roles:
        return "not_for_this_role"
    by_mail = message.channel is Channel.MAIL
    if by_mail and member.id in await store.people.flagged(tx, [member.id]):
        return "address_refused"
    return await ABOUT[message.kind](tx, member, message, now)


async def _checkin(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    item = await store.checkins.find(tx, str(message.payload.get("checkin", "")))
    if item is None or item.member != member.id:
        return "no_such_checkin"
    asked = OPEN if message.kind == MessageKind.CHECKIN_REMINDER else UNOPENED
    if item.state not in asked:
        return f"checkin_{item.state}"
    if item.closes_at <= now:
        return "checkin_closed"
    if member.id in await store.pauses.paused_now(tx, member.group, now):
        return "paused"
    return Subject(member=member.id, starts_at=None, link_ends_at=item.closes_at)


async def _soon(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    """A session that is near, for whoever did not say that they cannot come."""
    about = await _join(tx, member, message, now)
    if isinstance(about, str):
        return about
    if member.id in await store.absence.of_session(tx, str(message.payload["session"])):
        return "will_be_away"
    return "paused" if member.id in await store.pauses.paused_now(tx, member.group, now) else about


async def _session(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    asked = message.payload.get("session")
    if asked is None:
        return Subject(member=member.id, starts_at=None, link_ends_at=message.expires_at)
    session = await store.groups.session(tx, str(asked))
    if session is None or session.state in ("closed", "cancelled") or session.ends_at <= now:
        return "session_over"
    return Subject(member=member.id, starts_at=session.starts_at, link_ends_at=session.ends_at)


async def _join(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    """A link for the session as it was dated then; a session with another date has its own message."""
    session = await store.groups.session(tx, str(message.payload.get("session")))
    if session is not None and session.sequence != message.payload.get("sequence", session.sequence):
        return "changed_again"
    return await _session(tx, member, message, now)


async def _alone(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    """A member's own meeting with a facilitator, as it was dated then."""
    meeting = await store.openable.find(tx, str(message.payload.get("session")))
    if meeting is None or meeting.member != member.id:
        return "no_such_session"
    if meeting.sequence != message.payload.get("sequence", meeting.sequence):
        return "changed_again"
    if meeting.state in ("closed", "cancelled") or meeting.ends_at <= now:
        return "session_over"
    return Subject(member=member.id, starts_at=meeting.starts_at, link_ends_at=meeting.ends_at)


async def _offered(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    """A meeting of two to be chosen. Whoever has chosen withdraws it."""
    return Subject(member=member.id, starts_at=None, link_ends_at=message.expires_at)


async def _dates(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    found = await store.occasions.to_come(tx, member.group, now)
    return _about(member, message, found, Method.REQUEST) if found else "nothing_to_come"


async def _changed(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    """New dates: those that still are as the change made them. What was changed again has its own message."""
    found = await _unchanged(tx, member, message, "planned")
    found = [each for each in found if each.starts_at > now]
    return _about(member, message, found, Method.REQUEST) if found else "changed_again"


async def _cancelled(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    found = await _unchanged(tx, member, message, "cancelled")
    found = [each for each in found if each.ends_at > now]  # also who already waits at the door
    return _about(member, message, found, Method.CANCEL) if found else "changed_again"


async def _led(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    found = [each for each in await _unchanged(tx, member, message, "planned") if each.starts_at > now]
    return _about(member, message, found, None) if found else "changed_again"


async def _contract(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    newest = await store.contracts.latest(tx, member.group)
    if newest is None or newest.number != message.payload.get("version"):
        return "another_version"
    signed = await store.signatures.of_group(tx, member.group)
    held = {(each.member, each.side) for each in signed if each.version == newest.number}
    if (member.id, signing.MEMBER) in held:
        return "signed"
    return Subject(member=member.id, starts_at=None, link_ends_at=message.expires_at)


async def _thanks(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    found = await store.occasions.of_ids(tx, [str(message.payload.get("session", ""))])
    if not found or found[0].group != member.group:
        return "no_such_session"
    session = found[0]
    if member.id not in await store.absence.of_session(tx, session.id):
        return "notice_withdrawn"
    following = [
        each.starts_at
        for each in await store.occasions.to_come(tx, member.group, now)
        if each.starts_at > session.starts_at
    ]
    return Subject(
        member=member.id,
        starts_at=session.starts_at,
        link_ends_at=message.expires_at,
        dates=tuple(following[:1]),
    )


async def _confirm(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    """Only while the task stands open: what was confirmed meanwhile asks nobody any more."""
    asked = str(message.payload.get("session", ""))
    found = await store.occasions.of_ids(tx, [asked])
    open_tasks = await store.tasks.of_groups(tx, [member.group], now)
    waiting = {each.session for each in open_tasks if each.kind in CONFIRMING}
    if not found or asked not in waiting:
        return "confirmed"
    return Subject(member=member.id, starts_at=found[0].starts_at, link_ends_at=message.expires_at)


async def _to_read(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    """Only about the version the member got last; a correction has its own message."""
    asked = str(message.payload.get("session", ""))
    if await store.summary_copies.newest_for(tx, member.id, asked) != message.payload.get("number"):
        return "another_version"
    return Subject(member=member.id, starts_at=None, link_ends_at=message.expires_at)


async def _digest(tx: AsyncConnection, member: Member, message: Message, now: datetime) -> Subject | str:
    """What is still wanted of the messages it stands for, each looked at as if it went by itself."""
    found: list[tuple[MessageKind, Subject]] = []
    for one in await store.digests.stands_for(tx, message, now):
        told = await ABOUT[one.kind](tx, member, one, now)
        if isinstance(told, Subject):
            found.append((MessageKind(one.kind), told))
    if not found:
        return "nothing_left"
    entries = {each.uid: each for _, told in found for each in told.entries}
    return Subject(
        member=member.id,
        starts_at=None,
        link_ends_at=max(told.link_ends_at for _, told in found),
        entries=tuple(entries.values()),
        method=Method.REQUEST if entries else None,
        parts=tuple(found),
        desk=member.role == "facilitator",
    )


async def _unchanged(tx: AsyncConnection, member: Member, message: Message, state: str) -> list[Occasion]:
    """The sessions of a change that nobody changed since, of this member's group and in this state."""
    told = {each["session"]: each["sequence"] for each in message.payload.get("sessions", ())}
    found = await store.occasions.of_ids(tx, told)
    return [
        each
        for each in found
        if each.group == member.group and each.state == state and each.sequence == told[each.id]
    ]


def _about(member: Member, message: Message, found: Sequence[Occasion], method: Method | None) -> Subject:
    times = [each.starts_at for each in found]
    before = [each.moved_from for each in found if each.moved_from is not None]
    return Subject(
        member=member.id,
        starts_at=times[0],
        link_ends_at=message.expires_at,
        dates=tuple(times),
        was=before[0] if len(found) == len(before) == 1 else None,
        entries=tuple(each.entry for each in found) if method else (),
        method=method,
        soonest=min(times + before),
    )


CONFIRMING = frozenset({Kind.CONFIRM_ATTENDANCE.value, Kind.CONFIRM_OVERDUE.value})
About = Callable[[AsyncConnection, Member, Message, datetime], Awaitable[Subject | str]]
ABOUT: Mapping[str, About] = {
    MessageKind.INVITATION: _session,
    MessageKind.JOIN_LINK: _join,
    MessageKind.JOIN_LINK_AGAIN: _session,
    MessageKind.CHECKIN_INVITATION: _checkin,
    MessageKind.DATES: _dates,
    MessageKind.SESSION_MOVED: _changed,
    MessageKind.DATES_CHANGED: _changed,
    MessageKind.SESSION_CANCELLED: _cancelled,
    MessageKind.SESSION_LED: _led,
    MessageKind.CONTRACT_REMINDER: _contract,
    MessageKind.ABSENCE_THANKS: _thanks,
    MessageKind.CONFIRM_ATTENDANCE: _confirm,
    MessageKind.CHECKIN_REMINDER: _checkin,
    MessageKind.WEEKLY_CHECKIN: _checkin,
    MessageKind.MEETING_OFFERED: _offered,
    MessageKind.MEETING_BOOKED: _changed,
    MessageKind.MEETING_MOVED: _changed,
    MessageKind.MEETING_CANCELLED: _cancelled,
    MessageKind.MEETING_REMINDER: _alone,
    MessageKind.SESSION_REMINDER: _soon,
    MessageKind.SOMETHING_TO_READ: _to_read,
    MessageKind.DIGEST: _digest,
}
