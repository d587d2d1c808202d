"""The newest proposal about each member of each session. Replaceable; decisions are made by people and
kept apart."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.attendance import Proposal, from_document
from store import upsert
from store.tables import proposal


async def save(tx: AsyncConnection, session: str, computed: Sequence[Proposal], now: datetime) -> int:
    """Stores what changed; returns how many rows that were. The same evidence again writes nothing."""
    stored = {one.member: one for one in await proposals(tx, session)}
    changed = [one for one in computed if stored.get(one.member) != one]
    await upsert.put(
        tx,
        proposal,
        [
            {
                "session": session,
                "member": one.member,
                "status": one.status.value,
                "policy": one.policy,
                "evidence": one.evidence,
                "body": one.document(),
                "computed_at": now,
            }
            for one in changed
        ],
    )
    return len(changed)


async def proposals(tx: AsyncConnection, session: str) -> list[Proposal]:
    """The proposals of a session, by member id."""
    rows = await tx.execute(
        select(proposal.c.body).where(proposal.c.session == session).order_by(proposal.c.member)
    )
    return [from_document(body) for body in rows.scalars()]
