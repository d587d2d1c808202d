"""What a new group consists of, row by row."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import series
from care.contract import Terms
from store import date_rows, dates
from store.ids import fresh_id
from store.tables import closure, group


async def put_dates(tx: AsyncConnection, group_id: str, terms: Terms, by: str, now: datetime) -> None:
    """The sessions of the terms, the closures they go around, and the first revision of the annex. Raises
    ValueError for a plan that cannot be."""
    for one in series.generate(terms.plan()).sessions:
        await date_rows.add(tx, group_id, one)
    await put_closures(tx, group_id, terms, now)
    await tx.execute(update(group).where(group.c.id == group_id).values(revision=1))
    await dates.note_annex(tx, group_id, 1, await dates.series(tx, group_id), by, now)


async def put_closures(tx: AsyncConnection, group_id: str, terms: Terms, now: datetime) -> None:
    """The days on which the group does not meet."""
    for one in terms.closures:
        await tx.execute(
            insert(closure).values(
                id=fresh_id(),
                group=group_id,
                from_date=one.from_date.isoformat(),
                to_date=one.to_date.isoformat(),
                why=one.why,
                created_at=now,
            )
        )
