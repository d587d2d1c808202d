"""The schema: bring a database up to date, and refuse one that is older or newer than this program."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from store.database import Database, postgres_engine, prepare, sqlite_engine
from store.settings import StoreSettings

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_220_451  # one migration at a time on a PostgreSQL server; any constant will do
ORPHANS = text("PRAGMA foreign_key_check")


class SchemaRefused(RuntimeError):
    """The database is not at the schema this program knows. The message names the command to run."""


async def migrate(settings: StoreSettings) -> str:
    """The database is at the newest schema; returns its revision. A SQLite file that changes is copied
    beside itself first (`rooms.db.before-REVISION`). Raises SchemaRefused for a newer one."""
    if not settings.sqlite:
        return await advance(postgres_engine(settings.url, command_s=None))
    file = Path(make_url(settings.url).database or "")
    await asyncio.to_thread(prepare, settings.data_dir)
    await asyncio.to_thread(prepare_file, file)
    # Batch changes rebuild tables; their children must not be deleted meanwhile.
    return await advance(sqlite_engine(settings.url, write=True, foreign_keys=False))


async def advance(engine: AsyncEngine) -> str:
    """Runs what is missing in one transaction and ends the engine."""
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            refuse_unknown(await revision_of(connection))
            await connection.run_sync(upgrade)
            if engine.dialect.name == "sqlite" and (await connection.execute(ORPHANS)).first() is not None:
                raise SchemaRefused("The migration left rows without their parents; nothing was changed.")
    finally:
        await engine.dispose()
    return head()


async def check(database: Database) -> None:
    """Nothing, when the database has this program's schema. Raises SchemaRefused otherwise."""
    async with database.read() as tx:
        found = await revision_of(tx)
    newest = await asyncio.to_thread(head)
    await asyncio.to_thread(refuse_unknown, found)
    if found is None:
        raise SchemaRefused("The database is empty. Run: ipt-rooms migrate")
    if found != newest:
        raise SchemaRefused(
            f"The database has the older schema {found}, not {newest}. Run: ipt-rooms migrate"
        )


def refuse_unknown(found: str | None) -> None:
    """Raises SchemaRefused when the revision is not among ours: a newer program wrote it."""
    if found is not None and found not in revisions():
        raise SchemaRefused(
            f"The database has schema {found}, which this program does not know: a newer program made it. "
            "Install that version, or restore a backup; `ipt-rooms migrate` cannot go back."
        )


async def revision_of(tx: AsyncConnection) -> str | None:
    """The revision stored in the database, None when there is no schema."""
    names = await tx.run_sync(lambda connection: inspect(connection).get_table_names())
    if "alembic_version" not in names:
        return None
    return (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()


def configuration() -> Config:
    """Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def revisions() -> list[str]:
    """Every revision of this program, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()]


def head() -> str:
    """The newest revision. Raises when there is more than one head."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    if newest is None:
        raise SchemaRefused("This program carries no migrations. Install it again.")
    return newest


def upgrade(connection: Connection) -> None:
    """Runs the missing migrations on this connection, inside its transaction."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def prepare_file(file: Path) -> None:
    """The file exists for its owner only; SQLite gives its companions the same mode."""
    if file.exists():
        copy_before(file)
    file.touch(mode=0o600)
    file.chmod(0o600)


def copy_before(file: Path) -> None:
    """A whole copy of a SQLite file that is about to change, beside it, readable by its owner only."""
    with closing(sqlite3.connect(file)) as source:
        known = source.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        found = known and source.execute("SELECT version_num FROM alembic_version").fetchone()
        if not found or found[0] == head():
            return
        refuse_unknown(found[0])
        copy = file.with_name(f"{file.name}.before-{head()}")
        copy.touch(mode=0o600)
        with closing(sqlite3.connect(copy)) as target:
            source.backup(target)
