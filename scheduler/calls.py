"""A call in place of mail: where nobody may be written to, or there is no address, a person tells them."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.tasks
from care.delivery import MessageKind
from care.thresholds import Kind
from scheduler.wanted import Subject
from store.outbox import Message
from store.sealing import Keys

WITHIN = timedelta(hours=4)
BY, ROLE = "scheduler", "scheduler"

# What somebody has to hear; thanks and what a page shows anyway can stay unsaid.
TOLD = {
    MessageKind.INVITATION: "tell_link",
    MessageKind.JOIN_LINK: "tell_link",
    MessageKind.SESSION_MOVED: "tell_dates",
    MessageKind.DATES_CHANGED: "tell_dates",
    MessageKind.SESSION_CANCELLED: "tell_dates",
    MessageKind.CONTRACT_REMINDER: "tell_contract",
    MessageKind.CHECKIN_INVITATION: "tell_form",
    MessageKind.MEETING_OFFERED: "tell_meeting",
    MessageKind.MEETING_MOVED: "tell_dates",
    MessageKind.MEETING_CANCELLED: "tell_dates",
}


async def ask(tx: AsyncConnection, keys: Keys, message: Message, subject: Subject, now: datetime) -> bool:
    """Opens the coordinator's task to call a member instead; False where the message can stay unsaid, is not
    a participant's, or a call about the same is open already."""
    about = TOLD.get(MessageKind(message.kind))
    member = await store.groups.member_by_id(tx, subject.member)
    if about is None or member is None or member.role != "participant":
        return False
    soonest = subject.soonest or subject.starts_at
    due_at = min(now + WITHIN, max(now, soonest)) if soonest else now + WITHIN
    return await store.tasks.open_one(
        tx,
        keys,
        member.group,
        member.id,
        Kind.TELL_BY_PHONE.value,
        [about],
        due_at,
        now,
        by=BY,
        role=ROLE,
        session=_session(message),
    )


def _session(message: Message) -> str | None:
    """The one session the message speaks of; None for several and for none."""
    if "session" in message.payload:
        return str(message.payload["session"])
    named = message.payload.get("sessions")
    return str(named[0]["session"]) if isinstance(named, list) and len(named) == 1 else None
