"""What the two append-only logs share: one writer at a time, and the search for the first line that does not
follow from the one before it."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.sealing import Keys

FIRST = b"\x00" * 32
# One number for both logs: two writers that took them in different orders would wait for each other.
LOCK = 7_220_452


async def hold(tx: AsyncConnection) -> None:
    """Until this transaction ends no other one appends. SQLite has one writer anyway. Who writes several
    rows and lines takes it first, so that nobody holds a row while waiting for it."""
    if tx.dialect.name == "postgresql":
        await tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def first_bad(
    keys: Keys, previous: bytes, rows: Iterable[Row[Any]], line: Callable[[Row[Any]], str]
) -> tuple[int | None, bytes]:
    """The number of the first row whose seal does not cover its line and the seal before it, or None; and
    the last good seal."""
    for row in rows:
        if row.previous != previous or row.seal != keys.witness(previous, line(row)):
            return int(row.seq), previous
        previous = row.seal
    return None, previous
