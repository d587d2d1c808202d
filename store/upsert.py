"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two dialects."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def put(
    tx: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    frozen: Sequence[str] = (),
    where: ColumnElement[bool] | None = None,
) -> None:
    """Inserts the rows; where the primary key exists, replaces every other column except the frozen ones, if
    the stored row meets `where`."""
    if not rows:
        return
    fresh = insert(tx, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: fresh.excluded[name] for name in rows[0] if name not in keys and name not in frozen}
    statement = fresh.on_conflict_do_update(index_elements=keys, set_=changed, where=where)
    await tx.execute(statement, [dict(row) for row in rows])


async def put_new(tx: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows; one that breaks a unique rule is already there and stays as it is."""
    if rows:
        await tx.execute(insert(tx, table).on_conflict_do_nothing(), [dict(row) for row in rows])


def insert(tx: AsyncConnection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """The dialect's INSERT, the one that knows conflicts."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)
