"""A message that came back: its row says so, the address is flagged and gets nothing more until it is
changed, and the coordinator's list asks for a new one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.delivery import Channel
from care.returned import Returned
from store import audit, chain, people, tasks
from store.sealing import Keys
from store.tables import member, outbox, person

RETURNED = "returned"


class Taken(StrEnum):
    """What was made of a report."""

    FLAGGED = "flagged"
    NOTED = "noted"  # the address was changed since; only the row says what became of the message
    KNOWN = "known"  # this came before
    NOT_FINAL = "not_final"
    UNKNOWN = "unknown"  # no message of ours


async def take(tx: AsyncConnection, keys: Keys, told: Returned, by: str, now: datetime) -> Taken:
    """Acts on a report. A Message-ID is a digest that nobody can guess, so a report can only be about what
    its sender has seen; one that is no news changes nothing."""
    await chain.hold(tx)
    row = await _row(tx, told.message_id)
    if row is None:
        return Taken.UNKNOWN
    if not told.final:
        return Taken.NOT_FINAL
    if row.state == "failed":
        return Taken.KNOWN
    result = f"{RETURNED} {told.status}".strip()
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.state == row.state)
        .values(state="failed", token=None, lease_until=None, result=result, finished_at=now)
    )
    flagged = await _flag(tx, keys, row, told, now)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=by,
        action="message_returned",
        object=f"message:{row.id}",
        reason=told.status or "no_code",
        person=row.person,
        now=now,
    )
    return Taken.FLAGGED if flagged else Taken.NOTED


async def _row(tx: AsyncConnection, message_id: str) -> Row[tuple[Any, ...]] | None:
    """The message of a Message-ID, or of the digest in it; one that was never handed over is not meant."""
    bare = message_id.strip("<>")
    meant = outbox.c.message_id == f"<{bare}>"
    if "@" not in bare:
        meant = or_(outbox.c.message_id.like(f"<{bare}@%"), meant) if bare.isalnum() else meant
    out = outbox.c.state.in_(("transmitting", "sent", "uncertain", "failed"))
    return (await tx.execute(select(outbox).where(meant, out).limit(1))).first()


async def _flag(
    tx: AsyncConnection, keys: Keys, row: Row[tuple[Any, ...]], told: Returned, now: datetime
) -> bool:
    """Flags where the message went, unless the report names an address that this person no longer has."""
    if row.channel == Channel.TEXT.value:
        await people.flag_number(tx, row.person, now)
    else:
        index = (
            await tx.execute(select(person.c.contact_index).where(person.c.id == row.person))
        ).scalar_one_or_none()
        if told.address and index != people.address_index(keys, told.address):
            return False
        await people.flag_contact(tx, row.person, told.status or RETURNED, now)
    groups = await tx.execute(select(member.c.group).where(member.c.person == row.person))
    for group in sorted(set(groups.scalars())):
        await tasks.touch(tx, group)
    return True
