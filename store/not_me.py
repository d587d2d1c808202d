"""“This was not me”: a member says that somebody else used their link."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit, chain, links, tasks
from store.sealing import Keys
from store.tables import member

KIND = "link_not_me"
SAME_DAY = timedelta(hours=8)


async def report(tx: AsyncConnection, keys: Keys, member_id: str, now: datetime) -> int:
    """Ends every link and sign-in of the member, also the one that asks; returns how many links ended. The
    coordinators get a task for the same day. Raises LookupError for a member who is not there."""
    await chain.hold(tx)
    found = await tx.execute(
        select(member.c.group).where(member.c.id == member_id, member.c.left_at.is_(None))
    )
    group = found.scalar_one_or_none()
    if group is None:
        raise LookupError("no such member")
    ended = await links.revoke(tx, member_id, "not me", now)
    await audit.append(
        tx,
        keys,
        actor=member_id,
        role="participant",
        action="not_me",
        object=f"member:{member_id}",
        group=group,
        now=now,
    )
    await tasks.open_one(
        tx,
        keys,
        group,
        member_id,
        KIND,
        [KIND],
        now + SAME_DAY,
        now,
        by=member_id,
        role="participant",
    )
    return ended
