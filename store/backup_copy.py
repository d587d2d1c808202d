"""One database copied into another of the same schema, row by row: how a backup is taken of PostgreSQL, and
how a backup comes back into it. The copy of a running database is one moment of it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Table, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import metadata
from store.tables import session as meeting

PAGE = 1000


class NotEmpty(RuntimeError):
    """There are rows where the copy was to go; nothing was written."""


async def copy(source: AsyncConnection, target: AsyncConnection) -> None:
    """Every row of every table. Raises NotEmpty."""
    await refuse_rows(target)
    for table in metadata.sorted_tables:
        async for rows in pages(source, table):
            await target.execute(insert(table), [first_pass(table, row) for row in rows])
    await link_replaced(source, target)
    if target.dialect.name == "postgresql":
        await count_on(target)


async def refuse_rows(target: AsyncConnection) -> None:
    """Raises NotEmpty where any table holds a row."""
    for table in metadata.sorted_tables:
        if (await target.execute(select(*table.primary_key).limit(1))).first() is not None:
            raise NotEmpty(f"The table {table.name} holds rows already.")


async def pages(source: AsyncConnection, table: Table) -> AsyncIterator[Sequence[dict[str, Any]]]:
    """The rows of a table in an order in which each names only earlier ones."""
    order = {"change": [table.c.get("revision")], "session": [table.c.get("id")]}
    columns = order.get(table.name, list(table.primary_key))
    result = await source.stream(select(table).order_by(*columns).execution_options(yield_per=PAGE))
    async for part in result.mappings().partitions(PAGE):
        yield [dict(row) for row in part]


def first_pass(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row without what it may name of later rows of its own table."""
    return row | {"replaced_by": None} if table is meeting else row


async def link_replaced(source: AsyncConnection, target: AsyncConnection) -> None:
    """Sessions name the one that took their place, which may come later in the alphabet."""
    rows = await source.execute(
        select(meeting.c.id, meeting.c.replaced_by).where(meeting.c.replaced_by.is_not(None))
    )
    for row in rows.all():
        await target.execute(
            update(meeting).where(meeting.c.id == row.id).values(replaced_by=row.replaced_by)
        )


async def count_on(target: AsyncConnection) -> None:
    """Counted tables go on after the highest number that was copied."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None or column.autoincrement is not True:
            continue
        highest = (await target.execute(select(func.max(column)))).scalar_one()
        if highest is not None:
            await target.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
                {"table": f'"{table.name}"', "column": column.name, "highest": highest},
            )
