"""The acts in one group that its coordinator may see, by name: what the caller does not list is not read, so
that nothing else can change what is shown.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.audit import Entry, entries
from store.tables import audit


async def of_group(
    tx: AsyncConnection, group: str, actions: Collection[str], limit: int = 200, before_seq: int | None = None
) -> list[Entry]:
    """The newest of these acts in a group."""
    query = select(audit).where(audit.c.group == group, audit.c.action.in_(sorted(actions)))
    return await entries(tx, query, limit, before_seq)
