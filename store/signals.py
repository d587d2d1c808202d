"""Words from one process to the others through the database, for installations without Redis.

A signal is written in the transaction of its cause and read by polling once a second. It says "look
again", nothing more: whoever misses one must come to the same state by reading the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import signal

# On PostgreSQL a smaller number may become visible after a larger one; looking back this far catches it.
OVERLAP = 200


@dataclass(frozen=True, slots=True)
class Signal:
    """One word: a topic and small facts, never a name or a token."""

    seq: int
    topic: str
    body: Mapping[str, Any]


async def put(tx: AsyncConnection, topic: str, body: Mapping[str, Any], now: datetime) -> None:
    """Writes one signal; it is seen when the caller's transaction commits."""
    await tx.execute(insert(signal).values(at=now, topic=topic, body=dict(body)))


class Reader:
    """One process's place in the stream. Starts at the present: earlier signals are not delivered."""

    def __init__(self) -> None:
        self._newest: int | None = None
        self._seen: set[int] = set()

    async def poll(self, tx: AsyncConnection) -> list[Signal]:
        """The signals that became visible since the last call, in order. The first call returns none."""
        first = self._newest is None
        if self._newest is None:
            self._newest = (await tx.execute(select(func.max(signal.c.seq)))).scalar_one() or 0
        rows = await tx.execute(
            select(signal).where(signal.c.seq > self._newest - OVERLAP).order_by(signal.c.seq)
        )
        found = [Signal(row.seq, row.topic, row.body) for row in rows]
        fresh = [] if first else [one for one in found if one.seq not in self._seen]
        self._seen = {one.seq for one in found}
        self._newest = max([self._newest, *self._seen])
        return fresh
