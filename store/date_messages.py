"""What members are told about a change of dates: at most one message with new dates and one with cancelled
ones for each person. They wait a few minutes, so that a slip can be undone before anybody reads of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.preview import Preview
from care.series import Dated
from store import groups
from store import outbox as messages
from store.tables import outbox

UNDO_FOR = timedelta(minutes=5)
WORTH_FOR = timedelta(days=7)
MOVED, CHANGED, CANCELLED = "session_moved", "dates_changed", "session_cancelled"
OUT = ("transmitting", "sent", "uncertain")


async def put(
    tx: AsyncConnection,
    change: str,
    group_id: str,
    preview: Preview,
    added: Sequence[Dated],
    now: datetime,
) -> None:
    """Queues the messages of a change to every present member who has a seat."""
    moved = {one.id for one in preview.moved}
    dated = [one for one in preview.after if one.id in moved] + list(added)
    dated += [one for one in preview.appended if one.id is not None]
    kind = MOVED if len(dated) == len(moved) == 1 else CHANGED
    told = [(kind, "", dated), (CANCELLED, ":cancelled", list(preview.cancelled))]
    for member in await groups.members(tx, group_id):
        if member.seat is None:
            continue
        for word, suffix, sessions in told:
            if not sessions:
                continue
            await messages.put(
                tx,
                f"dates:{change}:{member.id}{suffix}",
                word,
                member.person,
                {
                    "member": member.id,
                    "change": change,
                    "sessions": [[one.id, one.uid, one.sequence] for one in sessions],
                },
                due_at=now + UNDO_FOR,
                expires_at=now + WORTH_FOR,
                now=now,
            )


async def withdraw(tx: AsyncConnection, change: str, group_id: str, now: datetime) -> bool:
    """Calls back every message of a change; False when one is out already."""
    await tx.execute(
        update(outbox)
        .where(
            outbox.c.key.in_(await keys_of(tx, change, group_id)),
            outbox.c.state.in_(("pending", "claimed")),
        )
        .values(state="withdrawn", token=None, lease_until=None, result="undone", finished_at=now)
    )
    return not await gone(tx, change, group_id)


async def gone(tx: AsyncConnection, change: str, group_id: str) -> bool:
    """True when a message of a change was sent, or may have been."""
    found = await tx.execute(
        select(outbox.c.id)
        .where(outbox.c.key.in_(await keys_of(tx, change, group_id)), outbox.c.state.in_(OUT))
        .limit(1)
    )
    return found.first() is not None


async def keys_of(tx: AsyncConnection, change: str, group_id: str) -> list[str]:
    """The keys that messages of a change have."""
    roster = await groups.roster(tx, group_id)
    return [f"dates:{change}:{one.id}{suffix}" for one in roster for suffix in ("", ":cancelled")]
