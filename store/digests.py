"""What a daily cap held back is sent together, in one message. The rows it stands for are ended as `merged`
in the same transaction, so that nothing is lost and nothing goes twice."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import delivery
from care.delivery import MessageKind
from store import outbox as messages
from store.outbox import Message
from store.tables import outbox

KIND = MessageKind.DIGEST.value
MERGED = "merged"
LEAD = timedelta(hours=1)  # it goes this long before the first of its messages would be too late
WORTH_AT_LEAST = timedelta(hours=1)


async def room_at(tx: AsyncConnection, person: str, cap: int, since: datetime) -> datetime | None:
    """When a person who was sent `cap` messages after `since` may get another one; None where that is now."""
    times = await tx.execute(
        select(outbox.c.finished_at)
        .where(
            outbox.c.person == person,
            outbox.c.state.in_(("sent", "uncertain")),
            outbox.c.finished_at >= since,
        )
        .order_by(outbox.c.finished_at.desc())
        .offset(cap - 1)
        .limit(1)
    )
    return times.scalar_one_or_none()


async def merge(tx: AsyncConnection, message: Message, room_at: datetime, now: datetime) -> None:
    """Ends a claimed message and lets the member's next digest stand for it."""
    member = str(message.payload["member"])
    await messages.withdraw(tx, message.id, MERGED, now)
    at = max(now, min(room_at, message.expires_at - LEAD))
    if not await _joined(tx, message, member, at):
        await messages.put(
            tx,
            delivery.key(MessageKind.DIGEST, member, message.id),
            KIND,
            message.person,
            {"member": member, "of": [message.id]},
            due_at=at,
            expires_at=max(message.expires_at, at + WORTH_AT_LEAST),
            now=now,
        )


async def _joined(tx: AsyncConnection, message: Message, member: str, at: datetime) -> bool:
    """True when a digest that waits for this member takes the message along."""
    waiting = await tx.execute(
        select(outbox)
        .where(outbox.c.person == message.person, outbox.c.kind == KIND, outbox.c.state == "pending")
        .with_for_update()
    )
    for row in waiting:
        if row.payload.get("member") != member:
            continue
        values: dict[str, Any] = {
            "payload": {**row.payload, "of": [*row.payload["of"], message.id]},
            "due_at": min(row.due_at, at),
            "expires_at": max(row.expires_at, message.expires_at),
        }
        await tx.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
        return True
    return False


async def stands_for(tx: AsyncConnection, digest: Message, now: datetime) -> list[Message]:
    """The messages of a digest that are not too late by now, oldest first."""
    ids = [str(one) for one in digest.payload.get("of", ())]
    rows = await tx.execute(
        select(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.result == MERGED, outbox.c.expires_at > now)
        .order_by(outbox.c.created_at, outbox.c.id)
    )
    return [messages.as_message(row) for row in rows]
