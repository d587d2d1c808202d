"""What was sent to the people of a group: kind, time and result. Never what it said, nor where it went."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import member, outbox

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message, or one that waits. `result` is the provider's answer or a reason, in a few words."""

    id: str
    kind: str
    channel: str
    member: str
    state: str
    due_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    attempts: int
    result: str


async def of_group(
    tx: AsyncConnection, group_id: str, limit: int = MOST, member_id: str | None = None
) -> list[Sent]:
    """The newest messages about this group, or about one of its members; what a person gets in another group
    is not among them."""
    query = (
        select(outbox, member.c.id.label("member"))
        .join(member, member.c.person == outbox.c.person)
        .where(member.c.group == group_id)
        .order_by(outbox.c.due_at.desc(), outbox.c.id)
        .limit(limit * 2)
    )
    if member_id is not None:
        query = query.where(member.c.id == member_id)
    rows = await tx.execute(query)
    found = [
        Sent(
            id=row.id,
            kind=row.kind,
            channel=row.channel,
            member=row.member,
            state=row.state,
            due_at=row.due_at,
            expires_at=row.expires_at,
            finished_at=row.finished_at,
            attempts=row.attempts,
            result=row.result,
        )
        for row in rows
        if row.payload.get("member") == row.member
    ]
    return found[:limit]


async def uncertain(tx: AsyncConnection, groups: Sequence[str], now: datetime) -> dict[str, int]:
    """How many messages of each of these groups may or may not have left, while they could still be sent
    again. Groups without any are left out."""
    rows = await tx.execute(
        select(member.c.group, member.c.id, outbox.c.payload)
        .join(outbox, outbox.c.person == member.c.person)
        .where(member.c.group.in_(list(groups)), outbox.c.state == "uncertain", outbox.c.expires_at > now)
    )
    return dict(Counter(row.group for row in rows if row.payload.get("member") == row.id))
