"""Migrations: from nothing to now, refused when the program is not the right one."""

import asyncio
import sqlite3
import stat

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from store import schema
from store.database import Database
from store.settings import StoreSettings
from store.tables import metadata
from tests.services.circle import make_circle


@pytest.fixture(params=["sqlite", "postgres"])
def empty_settings(request, tmp_path):
    if request.param == "sqlite":
        return StoreSettings(data_dir=tmp_path / "var")
    return StoreSettings(data_dir=tmp_path, database_url=request.getfixturevalue("empty_postgres_url"))


async def opened(settings, work):
    database = await Database.open(settings)
    try:
        return await work(database)
    finally:
        await database.close()


async def set_revision(database, revision):
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


async def test_migrating_an_empty_database_twice_is_the_same_as_once(empty_settings):
    assert await schema.migrate(empty_settings) == schema.head()
    assert await schema.migrate(empty_settings) == schema.head()
    await opened(empty_settings, schema.check)


async def test_the_migrations_make_exactly_the_tables_the_program_uses(database):
    async with database.read() as tx:
        differences = await tx.run_sync(
            lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
        )
    assert differences == []


async def test_every_sqlite_table_is_strict(sqlite_settings):
    database = await Database.open(sqlite_settings)
    async with database.read() as tx:
        rows = (await tx.execute(text("PRAGMA table_list"))).all()
    await database.close()
    loose = {row.name for row in rows if not row.strict and not row.name.startswith("sqlite_")}
    assert loose == {"alembic_version"}


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(schema.configuration()).get_heads()) == 1


async def test_an_empty_database_is_refused_with_the_command_to_run(empty_settings):
    with pytest.raises(schema.SchemaRefused, match="ipt-rooms migrate"):
        await opened(empty_settings, schema.check)


async def test_a_newer_database_is_refused_and_not_touched(empty_settings):
    await schema.migrate(empty_settings)
    await opened(empty_settings, lambda database: set_revision(database, "9999"))
    with pytest.raises(schema.SchemaRefused, match="newer"):
        await opened(empty_settings, schema.check)
    with pytest.raises(schema.SchemaRefused, match="newer"):
        await schema.migrate(empty_settings)


async def test_an_older_database_is_refused_with_the_command_to_run(empty_settings, monkeypatch):
    await schema.migrate(empty_settings)
    monkeypatch.setattr(schema, "head", lambda: "9998")
    with pytest.raises(schema.SchemaRefused, match=r"older.*ipt-rooms migrate"):
        await opened(empty_settings, schema.check)


async def test_two_migrations_at_once_make_one_schema(empty_settings):
    done = await asyncio.gather(
        asyncio.to_thread(asyncio.run, schema.migrate(empty_settings)),
        asyncio.to_thread(asyncio.run, schema.migrate(empty_settings)),
    )
    assert done == [schema.head()] * 2
    await opened(empty_settings, schema.check)


async def test_a_sqlite_file_is_copied_before_it_changes(sqlite_settings, keys_of, monkeypatch):
    database = await Database.open(sqlite_settings)
    async with database.write() as tx:
        circle = await make_circle(tx, keys_of(sqlite_settings))
    await database.close()
    monkeypatch.setattr(schema, "head", lambda: "9998")
    schema.copy_before(sqlite_settings.data_dir / "rooms.db")
    copy = sqlite_settings.data_dir / "rooms.db.before-9998"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as file:
        assert file.execute("SELECT id FROM therapy_group").fetchone() == (circle.group,)
    file.close()
