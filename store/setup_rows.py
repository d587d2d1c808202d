"""What a new group consists of, row by row."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import series
from care.contract import Terms
from store import date_rows, dates
from store.tables import group


async def put_dates(tx: AsyncConnection, group_id: str, terms: Terms, by: str, now: datetime) -> None:
    """The sessions of the terms and the first revision of the annex. Raises ValueError for a plan that cannot
    be."""
    for one in series.generate(terms.plan()).sessions:
        await date_rows.add(tx, group_id, one)
    await tx.execute(update(group).where(group.c.id == group_id).values(revision=1))
    await dates.note_annex(tx, group_id, 1, await dates.series(tx, group_id), by, now)
