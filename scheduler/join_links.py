"""A personal link to each participant the day before a session."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.outbox
import store.pauses
from care import delivery
from care.delivery import MessageKind
from store.database import Database
from store.date_messages import SOON, UNDO_FOR
from store.groups import Session

BEFORE = timedelta(hours=24)


async def tick(db: Database, now: datetime) -> None:
    """Writes the messages for sessions that start within a day and have not begun."""
    async with db.read() as tx:
        soon = await store.groups.starting_between(tx, now, now + BEFORE)
    for session in soon:
        async with db.write() as tx:
            await put(tx, session, now)


async def put(tx: AsyncConnection, session: Session, now: datetime) -> int:
    """One message for each participant who is not in a pause then, too late once the session starts; returns
    how many were new. A new date needs a new link, since the old one ends with the old date; it waits until
    that can no longer be undone."""
    new, due_at = 0, session.starts_at - BEFORE
    if session.sequence and session.starts_at - now > SOON:
        due_at = max(due_at, now + UNDO_FOR)
    paused = await store.pauses.paused_now(tx, session.group, session.starts_at)
    for member in await store.groups.members(tx, session.group):
        if member.role != "participant" or member.id in paused:
            continue
        new += await store.outbox.put(
            tx,
            delivery.key(MessageKind.JOIN_LINK, member.id, session.id, revision=session.sequence),
            MessageKind.JOIN_LINK.value,
            member.person,
            {"member": member.id, "session": session.id, "sequence": session.sequence},
            due_at=due_at,
            expires_at=session.starts_at,
            now=now,
        )
    return new
