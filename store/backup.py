"""A backup: one checked copy of everything in the database at one moment, sealed into one file.

Inside is always a SQLite file, also where the service runs on PostgreSQL: it is checked by the same means,
opened by the same program and restored into either database. The master key and the key of the backup are
not in it.
"""

import asyncio
import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import func, make_url, select

from care import zones
from store import access_log, audit, backup_box, backup_copy, checkpoints, schema
from store.audit import Checkpoint
from store.database import Database, private_dir, sqlite_engine
from store.sealing import Keys
from store.settings import StoreSettings
from store.tables import metadata, person_key

NAME = "rooms.db"
FORMAT = 1
LENGTH = 8


class BackupRefused(RuntimeError):
    """A backup cannot be made or used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in a backup. `rows` counts each table; `audit_seq` and `audit_seal` are where the audit's
    chain stood; `masters` names the master keys that open the sealed columns."""

    format: int
    made_at: str
    program: str
    schema: str
    tzdata: str
    dialect: str
    sha256: str
    size: int
    rows: Mapping[str, int] = field(repr=False)
    audit_seq: int
    audit_seal: str
    masters: tuple[str, ...]

    @classmethod
    def read(cls, text: bytes) -> "Manifest":
        """The manifest of its JSON. Raises BackupRefused."""
        try:
            values: dict[str, Any] = json.loads(text)
            found = cls(**values | {"masters": tuple(values["masters"])})
        except (ValueError, TypeError, KeyError):
            raise BackupRefused("The list of contents of this backup cannot be read.") from None
        if found.format != FORMAT:
            raise BackupRefused(f"This backup has form {found.format}; this program reads {FORMAT}.")
        return found


async def make(settings: StoreSettings, keys: Keys, target: Path, recipient: str, now: datetime) -> Manifest:
    """Writes a new backup to `target` (0600); a server may go on working meanwhile. Raises BackupRefused
    where the file exists or the copy is not whole, BoxRefused for a recipient that is no key, SchemaRefused
    for another schema than this program's."""
    to = backup_box.public_key(recipient)
    await asyncio.to_thread(refuse_existing, target)
    await asyncio.to_thread(private_dir, settings.data_dir)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.data_dir) as scratch:
        copy = Path(scratch) / NAME
        await snapshot(settings, copy)
        manifest = await examine(copy, settings, keys, now)
        await asyncio.to_thread(write, copy, manifest, target, to)
    return manifest


def refuse_existing(target: Path) -> None:
    """Raises BackupRefused where a file is already."""
    if target.exists():
        raise BackupRefused(f"{target} exists; a backup never overwrites a file.")


async def snapshot(settings: StoreSettings, copy: Path) -> None:
    """One moment of the database as a new SQLite file."""
    database = await Database.open(settings)
    try:
        await schema.check(database)
        if settings.sqlite:
            source = make_url(settings.url).database or ""
            await asyncio.to_thread(vacuum_into, Path(source), copy)
            return
        place = StoreSettings(data_dir=copy.parent, database_url=f"sqlite:///{copy}")
        await schema.migrate(place)
        engine = sqlite_engine(place.url, write=True)
        try:
            async with database.read() as tx, engine.begin() as into:
                await backup_copy.copy(tx, into)
        finally:
            await engine.dispose()
        await asyncio.to_thread(settle, copy)
    finally:
        await database.close()


def vacuum_into(source: Path, copy: Path) -> None:
    """A whole, compact copy; writers go on meanwhile."""
    with closing(sqlite3.connect(readable(source), uri=True, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o600)


def readable(file: Path) -> str:
    """The address of a SQLite file that is not to be written to."""
    return f"{file.absolute().as_uri()}?mode=ro"


def settle(copy: Path) -> None:
    """Everything stands in the one file, none of it in its companions."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


async def examine(copy: Path, settings: StoreSettings, keys: Keys, now: datetime) -> Manifest:
    """The manifest of a copy that is whole. Raises BackupRefused where it is not: a page, a reference, one
    of the chains, or a checkpoint."""
    await asyncio.to_thread(whole, copy)
    opened = await Database.open(StoreSettings(data_dir=copy.parent, database_url=f"sqlite:///{copy}"))
    try:
        async with opened.read() as tx:
            await unbroken(tx, keys, checkpoints.read(checkpoints.file_of(settings)))
            last = await audit.checkpoint(tx, now)
            rows = {
                table.name: (await tx.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
            }
            masters = (await tx.execute(select(person_key.c.master_id).distinct())).scalars().all()
    finally:
        await opened.close()
    await asyncio.to_thread(settle, copy)
    return Manifest(
        format=FORMAT,
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        program=version("ipt-rooms"),
        schema=await asyncio.to_thread(schema.head),
        tzdata=zones.version(),
        dialect="sqlite" if settings.sqlite else "postgresql",
        **await asyncio.to_thread(file_facts, copy),
        rows=rows,
        audit_seq=0 if last is None else last.seq,
        audit_seal="" if last is None else last.seal.hex(),
        masters=tuple(sorted(masters)),
    )


def whole(copy: Path) -> None:
    """Raises BackupRefused for a damaged page or a row without its parent."""
    with closing(sqlite3.connect(readable(copy), uri=True)) as connection:
        try:
            said = connection.execute("PRAGMA integrity_check").fetchall()
            orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as damaged:
            raise BackupRefused(f"The database is damaged: {damaged}") from None
    if said != [("ok",)]:
        raise BackupRefused(f"The database is damaged: {said[0][0]}")
    if orphan is not None:
        raise BackupRefused(f"The table {orphan[0]} names a row of {orphan[2]} that is not there.")


async def unbroken(tx: Any, keys: Keys, noted: list[Checkpoint]) -> None:
    """Raises BackupRefused for a break in the audit or the access log."""
    broken = await audit.verify(tx, keys, noted)
    if broken is not None:
        raise BackupRefused(f"The audit is broken at row {broken.seq}: {broken.why}.")
    bad = await access_log.verify(tx, keys)
    if bad is not None:
        raise BackupRefused(f"The access log is broken at row {bad}.")


def file_facts(path: Path) -> dict[str, Any]:
    """SHA-256 of a file, in hex, and its size."""
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def write(copy: Path, manifest: Manifest, target: Path, recipient: Any) -> None:
    """Manifest and database, sealed; the file appears whole or not at all."""
    head = json.dumps(asdict(manifest), sort_keys=True).encode()
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out, copy.open("rb") as database:
            backup_box.seal(Joined(len(head).to_bytes(LENGTH, "big") + head, database), out, recipient)
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, target)
    except FileExistsError:
        raise BackupRefused(f"{target} exists; a backup never overwrites a file.") from None
    finally:
        draft.unlink(missing_ok=True)


class Joined:
    """A few bytes and then a file, read as one."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        first, self._head = self._head[:size], self._head[size:]
        return first + self._rest.read(size - len(first)) if len(first) < size else first
