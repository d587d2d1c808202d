"""Connections and transactions. `read()` sees one snapshot and cannot write; `write()` is one unit of
work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from store.disk import refuse_network_disk
from store.settings import StoreSettings

READERS = 4
BUSY_MS = 15000
LANE_S = 30.0
CONNECT_S = 10.0
COMMAND_S = 30.0
PRAGMAS = (
    # First, so that the others wait too.
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA journal_mode=WAL",
    # NORMAL may lose the last commits when the power fails.
    "PRAGMA synchronous=FULL",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
    "PRAGMA journal_size_limit=16777216",
)


class Database:
    """One database: a writer lane and a few readers."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader
        self.dialect: str = writer.dialect.name
        # SQLite has one writer at a time; queueing here is fair, waiting in its busy handler is not.
        self._lane: asyncio.Lock | None = asyncio.Lock() if self.dialect == "sqlite" else None

    @classmethod
    async def open(cls, settings: StoreSettings) -> "Database":
        """The open database of these settings. Creates the data directory (0700) for SQLite; no schema is
        made."""
        if settings.sqlite:
            await asyncio.to_thread(prepare, settings.data_dir)
            return cls(sqlite_engine(settings.url, write=True), sqlite_engine(settings.url, write=False))
        engine = postgres_engine(settings.url)
        return cls(engine, engine)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one moment and cannot change anything."""
        async with self._reader.connect() as connection:
            if self.dialect == "postgresql":
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits when the block ends and rolls back when it raises. First come, first
        served; raises TimeoutError after half a minute behind others."""
        if self._lane is None:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with asyncio.timeout(LANE_S):
            await self._lane.acquire()
        try:
            async with self._writer.begin() as connection:
                yield connection
        finally:
            self._lane.release()

    async def close(self) -> None:
        """Closes every connection. A forgotten one would keep the process alive (aiosqlite runs threads)."""
        await self._writer.dispose()
        await self._reader.dispose()


def postgres_engine(url: str, command_s: float | None = COMMAND_S) -> AsyncEngine:
    """An engine whose errors hold no stored value: they end up in logs. A statement that takes longer than
    `command_s` raises TimeoutError; None lets it take its time."""
    engine = create_async_engine(
        url,
        pool_size=8,
        max_overflow=4,
        pool_pre_ping=True,
        hide_parameters=True,
        # Without limits a server that hangs or a lost route holds every caller for minutes.
        connect_args={"timeout": CONNECT_S, "command_timeout": command_s},
    )

    @event.listens_for(engine.sync_engine, "handle_error")
    def forget(context: ExceptionContext) -> None:
        # PostgreSQL's DETAIL quotes the whole failing row.
        cause = context.original_exception.__cause__
        if cause is not None and hasattr(cause, "detail"):
            cause.detail = None

    return engine


def sqlite_engine(url: str, *, write: bool, foreign_keys: bool = True) -> AsyncEngine:
    """An engine that says BEGIN itself. The driver's own implicit BEGIN comes too late: two transactions
    that read and then write would both succeed and one change would be lost."""
    engine = create_async_engine(url, pool_size=1 if write else READERS, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def private_dir(path: Path) -> None:
    """The directory exists and only its owner may enter it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


def prepare(path: Path) -> None:
    """A directory for SQLite: private, on a local disk. Raises DiskRefused."""
    private_dir(path)
    refuse_network_disk(path)
