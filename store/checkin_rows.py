"""Check-ins as rows: read for a plan, and written as the plan wants them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.checkin_states import State
from care.planned import Item
from care.waves import Wave
from store import upsert
from store.ids import fresh_id
from store.tables import checkin

Key = tuple[str, Wave, int]


def as_item(row: Row[Any], told: frozenset[tuple[str, str, int]]) -> Item:
    """The check-in of a row; `told` are the rounds whose invitation is out."""
    return Item(
        id=row.id,
        member=row.member,
        wave=Wave(row.wave),
        number=row.number,
        session=row.session,
        opens_at=row.opens_at,
        target_at=row.target_at,
        closes_at=row.closes_at,
        state=State(row.state),
        was_opened=row.opened_at is not None,
        told=(row.member, row.wave, row.number) in told,
    )


async def write(
    tx: AsyncConnection, new: Sequence[Item], differing: Sequence[tuple[Item, Item]]
) -> dict[Key, str]:
    """Stores new and changed check-ins; returns the ids of the new ones. One that somebody opened or finished
    meanwhile stays as they left it."""
    ids = {one.key: fresh_id() for one in new}
    if new:
        rows = [{"id": ids[one.key], "member": one.member, "wave": one.wave.value, "number": one.number}
                | columns(one) for one in new]  # fmt: skip
        await upsert.put_new(tx, checkin, rows)
    for was, one in differing:
        await tx.execute(
            update(checkin)
            .where(checkin.c.id == was.id, checkin.c.state == was.state.value)
            .values(**columns(one))
        )
    return ids


def columns(one: Item) -> dict[str, Any]:
    """What the plan decides about a check-in."""
    return {
        "session": one.session or None,
        "opens_at": one.opens_at,
        "target_at": one.target_at,
        "closes_at": one.closes_at,
        "state": one.state.value,
    }
