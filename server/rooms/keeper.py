"""Stores facts and rooms, in order, beside the live rooms. A database that is away only delays."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.exc import DataError, IntegrityError

import store.groups
import store.presence
import store.rooms
from care.facts import Fact
from server.observe import Metrics
from server.rooms.moment import Now
from store.database import Database
from store.rooms import RoomRecord

log = logging.getLogger(__name__)

AGAIN_S = 1.0
REFUSED = (IntegrityError, DataError)
"What the database says of a row it will never take."
FLUSH_S = 3.0
"An ending server does not wait longer than this for its database."
MOST_AT_ONCE = 500


class Keeper:
    """One writer for all rooms of this process."""

    def __init__(self, db: Database, metrics: Metrics, clock: Callable[[], Now]) -> None:
        self._db = db
        self._metrics = metrics
        self._clock = clock
        self._facts: list[Fact] = []
        self._rooms: dict[str, RoomRecord] = {}
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._broken = False
        self._stopped = False

    def fact(self, fact: Fact) -> None:
        """Queues a fact."""
        self._facts.append(fact)
        self._wake()

    def room(self, session: str, record: RoomRecord) -> None:
        """Queues a room's newest record; it replaces one that still waits."""
        self._rooms[session] = record
        self._wake()

    def _wake(self) -> None:
        self._idle.clear()
        self._work.set()
        self._metrics.unkept.set(len(self._facts) + len(self._rooms))

    async def flush(self) -> None:
        """Returns when everything queued so far is stored. Raises TimeoutError when the database is away."""
        async with asyncio.timeout(FLUSH_S):
            await self._idle.wait()

    def stop(self) -> None:
        """Ends `run` after what it is doing."""
        self._stopped = True
        self._work.set()

    async def run(self) -> None:
        """Stores until stopped."""
        while not self._stopped:
            await self._work.wait()
            self._work.clear()
            while (self._facts or self._rooms) and not self._stopped:
                await self._step()
            self._metrics.unkept.set(0)
            self._idle.set()

    async def _step(self) -> None:
        """One try. Whatever goes wrong, what waits goes on waiting."""
        try:
            await self._store()
        except Exception as error:  # the border of the one writer: it outlives any one write
            await self._wait(error)

    async def _store(self) -> None:
        facts, rooms = self._facts[:MOST_AT_ONCE], self._rooms
        self._rooms = {}
        try:
            await self._write(facts, rooms)
        except Exception as error:  # what waits goes on waiting, whatever went wrong
            self._rooms = {**rooms, **self._rooms}
            if not isinstance(error, REFUSED):
                raise
            await self._one_by_one(facts)
            return
        del self._facts[: len(facts)]
        if self._broken:
            self._broken = False
            log.warning("The database takes facts again", extra={"action": "facts_resumed"})

    async def _write(self, facts: list[Fact], rooms: dict[str, RoomRecord]) -> None:
        async with self._db.write() as tx:
            for session, record in rooms.items():
                await store.rooms.save(tx, session, record)
                if record.state != "ended":
                    await store.groups.set_session_state(tx, session, "open", self._clock().wall)
            await store.presence.append(tx, facts)

    async def _one_by_one(self, facts: list[Fact]) -> None:
        """What the database will never take must not hold up the rest; it is counted and left out."""
        for session, record in list(self._rooms.items()):
            await self._try("room", [], {session: record})
            if self._rooms.get(session) is record:
                del self._rooms[session]
        for fact in facts:
            await self._try(fact.kind.value, [fact], {})
            del self._facts[0]

    async def _try(self, what: str, facts: list[Fact], rooms: dict[str, RoomRecord]) -> None:
        try:
            await self._write(facts, rooms)
        except REFUSED:
            self._metrics.lost_facts.inc()
            log.error("The database refused something", extra={"action": "refused_by_database", "kind": what})

    async def _wait(self, error: Exception) -> None:
        if not self._broken:
            self._broken = True
            log.error(
                "The database does not take facts; they wait in memory",
                extra={"action": "facts_waiting", "error": type(error).__name__},
            )
        await asyncio.sleep(AGAIN_S)
