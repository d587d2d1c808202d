"""Transactions: nothing lost, readers cannot write, connections end."""

import asyncio
import sqlite3
import stat
import sys
import time
import traceback

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from care.facts import Fact, Kind
from store import groups, links, people, presence
from store.database import COMMAND_S, Database, postgres_engine
from store.tables import signal, tick
from tests.services.circle import HOUR, NOW, make_circle

WRITES = 1000
WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from store import signals
from store.database import COMMAND_S, Database, postgres_engine
from store.settings import StoreSettings

async def main(name, writes, data_dir, url):
    database = await Database.open(StoreSettings(data_dir=Path(data_dir), database_url=url or None))
    for number in range(writes):
        async with database.write() as tx:
            await signals.put(tx, name, {"number": number}, datetime(2026, 3, 2, tzinfo=UTC))
    await database.close()

asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]))
"""


async def writer(name, settings):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, name, str(WRITES), str(settings.data_dir), settings.database_url or ""
    )


async def test_two_processes_write_a_thousand_rows_each_and_none_is_lost(store_settings, database):
    processes = [await writer(name, store_settings) for name in ("one", "two")]
    assert [await process.wait() for process in processes] == [0, 0]
    async with database.read() as tx:
        rows = (await tx.execute(select(signal.c.topic, signal.c.body))).all()
    for name in ("one", "two"):
        numbers = sorted(row.body["number"] for row in rows if row.topic == name)
        assert numbers == list(range(WRITES))


async def counted(begin_write):
    """Eight tasks each read a number and store one more; returns what is stored in the end."""

    async def step():
        async with begin_write() as tx:
            row = (await tx.execute(text("SELECT name FROM tick WHERE at = 'counter'"))).scalar_one()
            await asyncio.sleep(0)
            await tx.execute(
                text("UPDATE tick SET name = :name WHERE at = 'counter'"), {"name": str(int(row) + 1)}
            )

    await asyncio.gather(*(step() for _ in range(8)), return_exceptions=True)
    async with begin_write() as tx:
        return int((await tx.execute(text("SELECT name FROM tick WHERE at = 'counter'"))).scalar_one())


def set_counter(settings):
    with sqlite3.connect(settings.data_dir / "rooms.db") as file:
        file.execute("INSERT INTO tick (name, at) VALUES ('0', 'counter')")
    file.close()


async def test_read_then_write_keeps_every_change(sqlite_settings):
    set_counter(sqlite_settings)
    database = await Database.open(sqlite_settings)
    assert await counted(database.write) == 8
    await database.close()


async def test_the_drivers_own_transactions_would_lose_changes(sqlite_settings):
    """Why `sqlite_engine` says BEGIN IMMEDIATE itself. When this fails, the driver has changed."""
    set_counter(sqlite_settings)
    plain = create_async_engine(sqlite_settings.url)
    assert await counted(plain.begin) < 8
    await plain.dispose()


async def test_a_reader_cannot_write(database):
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        async with database.read() as tx:
            await tx.execute(insert(tick).values(name="a", at=NOW))


async def test_a_reader_sees_one_moment(database):
    async with database.read() as before:
        assert (await before.execute(select(tick))).first() is None
        async with database.write() as tx:
            await tx.execute(insert(tick).values(name="a", at=NOW))
        assert (await before.execute(select(tick))).first() is None
    async with database.read() as after:
        assert (await after.execute(select(tick.c.at))).scalar_one() == NOW


async def test_what_raises_leaves_nothing_behind(database):
    async def fail():
        async with database.write() as tx:
            await tx.execute(insert(tick).values(name="a", at=NOW))
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    async with database.read() as tx:
        assert (await tx.execute(select(tick))).first() is None


async def test_a_cancelled_writer_gives_the_lane_back(database):
    inside = asyncio.Event()

    async def hold():
        async with database.write():
            inside.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await inside.wait()
    holder.cancel()
    await asyncio.wait([holder])
    async with asyncio.timeout(2), database.write() as tx:
        await tx.execute(insert(tick).values(name="a", at=NOW))


async def test_writers_are_served_in_the_order_they_came(database):
    order = []

    async def write(number):
        async with database.write() as tx:
            await tx.execute(insert(tick).values(name=str(number), at=NOW))
            order.append(number)

    await asyncio.gather(*(write(number) for number in range(50)))
    if database.dialect == "sqlite":
        assert order == list(range(50))
    assert sorted(order) == list(range(50))


async def test_who_waits_too_long_for_the_writer_is_told(sqlite_settings, monkeypatch):
    monkeypatch.setattr("store.database.LANE_S", 0.05)
    database = await Database.open(sqlite_settings)
    async with database.write():
        with pytest.raises(TimeoutError):
            async with database.write():
                pass
    async with database.write() as tx:
        await tx.execute(insert(tick).values(name="a", at=NOW))
    await database.close()


async def test_a_naive_time_is_refused(database):
    with pytest.raises(Exception, match="aware"):
        async with database.write() as tx:
            await tx.execute(insert(tick).values(name="a", at=NOW.replace(tzinfo=None)))


async def test_an_errors_text_and_traceback_hold_no_stored_value(database):
    async def store():
        async with database.write() as tx:
            await groups.create_group(tx, "Findable title", "UTC", 99, NOW)

    with pytest.raises(DBAPIError, match="ck_therapy_group_sessions") as failure:
        await store()
    told = "".join(traceback.format_exception(failure.value))
    assert "therapy_group" in told
    assert "Findable" not in told.replace('"Findable title"', ""), "the line of this test aside"


async def test_a_broken_reference_is_refused(database):
    with pytest.raises(DBAPIError):
        async with database.write() as tx:
            await tx.execute(text("INSERT INTO seat SELECT 'no', 'no', 1, 'room', NULL, NULL, NULL, NULL"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact SET detail = 'changed'",
        "UPDATE link_event SET detail = 'changed'",
        "UPDATE access_log SET actor = 'nobody'",
        "DELETE FROM access_log",
    ],
)
async def test_what_is_written_once_cannot_be_changed(database, keys, statement):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        fact = Fact(id="f", session=circle.session, kind=Kind.LOCKED, at=NOW, mono_ms=1, boot="b")
        await presence.append(tx, [fact])
        await links.mint(tx, ada.id, "join", NOW, NOW + HOUR)
        await people.access_contact(tx, keys, ada.person, "scheduler", "test", NOW)
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.write() as tx:
            await tx.execute(text(statement))


async def test_sqlite_keeps_its_promises_on_every_connection(sqlite_settings):
    database = await Database.open(sqlite_settings)
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 15000,
        "trusted_schema": 0,
        "secure_delete": 1,
    }
    for transaction in (database.read, database.write):
        async with transaction() as tx:
            for name, value in wanted.items():
                assert (await tx.execute(text(f"PRAGMA {name}"))).scalar_one() == value, name
    await database.close()


async def test_the_directory_is_closed_to_others_and_so_are_its_files(sqlite_settings):
    sqlite_settings.data_dir.chmod(0o755)
    database = await Database.open(sqlite_settings)
    async with database.write() as tx:
        await tx.execute(insert(tick).values(name="a", at=NOW))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in sqlite_settings.data_dir.iterdir()}
    await database.close()
    assert stat.S_IMODE(sqlite_settings.data_dir.stat().st_mode) == 0o700
    assert set(modes) == {"rooms.db", "rooms.db-wal", "rooms.db-shm"}
    assert set(modes.values()) == {0o600}


async def test_a_process_that_closes_its_database_ends(sqlite_settings):
    process = await writer("one", sqlite_settings)
    async with asyncio.timeout(60):
        assert await process.wait() == 0


async def test_readers_do_not_wait_for_the_writer(sqlite_settings):
    database = await Database.open(sqlite_settings)
    async with database.write() as tx:
        await tx.execute(insert(tick).values(name="a", at=NOW))
        started = time.monotonic()
        async with database.read() as reader:
            await reader.execute(select(tick))
        assert time.monotonic() - started < 1
        await tx.execute(update(tick).values(name="b"))
    await database.close()


async def test_a_postgres_that_hangs_holds_a_caller_for_a_limited_time(postgres_settings):
    engine = postgres_engine(postgres_settings.url, command_s=0.2)
    with pytest.raises(TimeoutError):
        async with engine.begin() as tx:
            await tx.execute(text("SELECT pg_sleep(20)"))
    async with engine.begin() as tx:
        assert (await tx.execute(text("SELECT 1"))).scalar_one() == 1
    await engine.dispose()


async def test_a_postgres_transaction_has_limits_unless_it_migrates(postgres_settings):
    opened = await Database.open(postgres_settings)
    async with opened.write() as tx:
        assert await limit_of(tx) == COMMAND_S
    await opened.close()
    patient = postgres_engine(postgres_settings.url, command_s=None)
    async with patient.begin() as tx:
        assert await limit_of(tx) is None
    await patient.dispose()


async def limit_of(tx):
    """The time limit of statements on this connection, in seconds."""
    raw = await tx.get_raw_connection()
    return raw.driver_connection._config.command_timeout
