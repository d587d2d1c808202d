"""When each tick of the scheduler last ran: the server's readiness reads it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import upsert
from store.tables import tick


async def beat(tx: AsyncConnection, name: str, now: datetime) -> None:
    """Remembers that the tick ran."""
    await upsert.put(tx, tick, [{"name": name, "at": now}])


async def last(tx: AsyncConnection) -> dict[str, datetime]:
    """The last run of every tick."""
    return {row.name: row.at for row in await tx.execute(select(tick))}
