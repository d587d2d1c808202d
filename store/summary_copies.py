"""Summaries of sessions as members got them: each member's own copies, sealed under that member's key."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.sealing import DataKey, Keys
from store.tables import group_summary, member, session, summary_copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The newest version of one session's summary as a member got it. `corrected` where an earlier one
    went out before it."""

    session: str
    number: int
    at: datetime
    corrected: bool
    text: str = field(repr=False)


async def access_own(tx: AsyncConnection, keys: Keys, member_id: str) -> list[Copy]:
    """What a member got, newest session first; nothing for somebody who has left."""
    rows = (
        await tx.execute(
            select(summary_copy, group_summary.c.session, group_summary.c.number, group_summary.c.at)
            .add_columns(member.c.person)
            .join(group_summary, group_summary.c.id == summary_copy.c.summary)
            .join(session, session.c.id == group_summary.c.session)
            .join(member, member.c.id == summary_copy.c.member)
            .where(summary_copy.c.member == member_id, member.c.left_at.is_(None))
            .order_by(session.c.starts_at, group_summary.c.number)
        )
    ).all()
    opened = await keys.of(tx, [row.person for row in rows[:1]])
    found: dict[str, Copy] = {}
    for row in rows:
        if (key := opened.get(row.person)) is not None:
            found[row.session] = _copy(row, key, row.session in found)
    return list(reversed(found.values()))


async def last_of(tx: AsyncConnection, member_id: str) -> str | None:
    """The newest session a member has a summary of, None for none; nothing is opened."""
    found = await tx.execute(
        select(session.c.id)
        .join(group_summary, group_summary.c.session == session.c.id)
        .join(summary_copy, summary_copy.c.summary == group_summary.c.id)
        .where(summary_copy.c.member == member_id)
        .order_by(session.c.starts_at.desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def newest_for(tx: AsyncConnection, member_id: str, session_id: str) -> int:
    """The number of the version of a session this member got last; 0 for none."""
    found = await tx.execute(
        select(func.max(group_summary.c.number))
        .join(summary_copy, summary_copy.c.summary == group_summary.c.id)
        .where(summary_copy.c.member == member_id, group_summary.c.session == session_id)
    )
    return int(found.scalar_one() or 0)


def _copy(row: Row[Any], key: DataKey, corrected: bool) -> Copy:
    text = key.open("summary_copy", "body", f"{row.summary}:{row.member}", row.body_sealed)
    return Copy(session=row.session, number=row.number, at=row.at, corrected=corrected, text=text)
