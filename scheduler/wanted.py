"""Whether a message is still wanted, asked at the moment of sending, and what its text is about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
import store.groups
import store.people
from care.delivery import MessageKind
from store.outbox import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a message speaks of. `starts_at` is None where no session is meant."""

    member: str
    starts_at: datetime | None
    link_ends_at: datetime


async def subject(tx: AsyncConnection, message: Message, now: datetime) -> Subject | str:
    """What the message is about, or a short code for why nobody wants it any more.

    Payloads hold ids only: `member` always, `session` for links, `checkin` for check-ins.
    """
    if message.kind not in KINDS:
        return "unknown_kind"
    member = await store.groups.member_by_id(tx, str(message.payload.get("member", "")))
    if member is None or member.person != message.person:
        return "left_the_group"
    if member.role != "participant":
        return "not_a_participant"  # staff links are made at the shell and never mailed
    if member.id in await store.people.flagged(tx, [member.id]):
        return "address_refused"
    if message.kind == MessageKind.CHECKIN_INVITATION:
        return await _checkin(tx, member.id, str(message.payload.get("checkin", "")), now)
    return await _session(tx, member.id, message, now)


async def _checkin(tx: AsyncConnection, member: str, checkin: str, now: datetime) -> Subject | str:
    item = await store.checkins.find(tx, checkin)
    if item is None or item.member != member:
        return "no_such_checkin"
    if item.state not in ("planned", "invited"):
        return f"checkin_{item.state}"
    if item.closes_at <= now:
        return "checkin_closed"
    return Subject(member=member, starts_at=None, link_ends_at=item.closes_at)


async def _session(tx: AsyncConnection, member: str, message: Message, now: datetime) -> Subject | str:
    asked = message.payload.get("session")
    if asked is None:
        return Subject(member=member, starts_at=None, link_ends_at=message.expires_at)
    session = await store.groups.session(tx, str(asked))
    if session is None or session.state in ("closed", "cancelled") or session.ends_at <= now:
        return "session_over"
    return Subject(member=member, starts_at=session.starts_at, link_ends_at=session.ends_at)


KINDS = frozenset(kind.value for kind in MessageKind)
