"""Which tasks about individual meetings a group wants now, worked out from its rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import meeting_duties
from care.meeting_duties import Waiting
from care.thresholds import Rules, Wanted
from store import individual, meeting_times
from store.groups import Member
from store.tables import member
from store.tables import session as meeting


async def wanted(
    tx: AsyncConnection, group_id: str, people: Sequence[Member], rules: Rules, now: datetime
) -> tuple[Wanted, ...]:
    """The tasks. `people` are the group's participants."""
    return meeting_duties.due(
        group_id,
        await meeting_times.windows(tx, group_id, now),
        [Waiting(member=one.id, joined_at=one.joined_at) for one in people if one.left_at is None],
        await individual.bookings_of_group(tx, group_id),
        await _closed(tx, group_id),
        await meeting_times.leaders(tx, group_id),
        rules,
        now,
    )


async def _closed(tx: AsyncConnection, group_id: str) -> dict[str, datetime]:
    rows = await tx.execute(
        select(meeting.c.id, meeting.c.ends_at, meeting.c.closed_at)
        .join(member, member.c.id == meeting.c.member)
        .where(member.c.group == group_id, meeting.c.state == "closed")
    )
    return {row.id: max(row.ends_at, row.closed_at or row.ends_at) for row in rows}
