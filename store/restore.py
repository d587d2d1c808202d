"""A backup comes back: opened and examined in a scratch folder first, then put where there is nothing yet."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import and_, make_url, or_, select, update

from store import audit, backup, backup_box, backup_copy, schema, sealing
from store.backup import BackupRefused, Manifest
from store.database import Database, private_dir
from store.sealing import Keys
from store.settings import StoreSettings
from store.tables import calendar_feed, link, outbox, person_key, signin, staff_signin, staff_token

RESTORED = "restored"


async def verify(path: Path, key: Path, settings: StoreSettings, keys: Keys, now: datetime) -> Manifest:
    """What is in a backup that would restore, after all of it was opened and examined in a scratch folder.
    Raises BoxRefused, BackupRefused, KeyRefused, SchemaRefused."""
    await asyncio.to_thread(private_dir, settings.data_dir)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.data_dir) as scratch:
        return await unpack(path, key, Path(scratch), keys, now)


async def restore(path: Path, key: Path, settings: StoreSettings, keys: Keys, now: datetime) -> Manifest:
    """The same, and then the database is in the place these settings name, at this program's schema, with
    nobody signed in and one more line in its audit. Raises BackupRefused also where a database is
    already."""
    await refuse_occupied(settings)
    await asyncio.to_thread(private_dir, settings.data_dir)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.data_dir) as scratch:
        manifest = await unpack(path, key, Path(scratch), keys, now)
        await wake(Path(scratch), keys, manifest, now)
        if settings.sqlite:
            target = Path(make_url(settings.url).database or "")
            await asyncio.to_thread(put, Path(scratch) / backup.NAME, target)
        else:
            await into_postgres(scratch_settings(Path(scratch)), settings)
    return manifest


async def unpack(path: Path, key: Path, scratch: Path, keys: Keys, now: datetime) -> Manifest:
    """The database of a backup as a file in `scratch`, examined as its manifest says."""
    private = backup_box.private_key(key)
    copy = scratch / backup.NAME
    manifest = await asyncio.to_thread(write, path, private, copy)
    if await asyncio.to_thread(backup.file_facts, copy) != {"sha256": manifest.sha256, "size": manifest.size}:
        raise BackupRefused("The database in this backup is not the one its list of contents names.")
    await asyncio.to_thread(backup.whole, copy)
    await asyncio.to_thread(schema.refuse_unknown, manifest.schema)
    # One of an older version is brought to this program's schema; what it held must still be in it.
    await schema.migrate(scratch_settings(scratch))
    known = await backup.examine(copy, scratch_settings(scratch), keys, now)
    if any(known.rows.get(name) != count for name, count in manifest.rows.items()):
        raise BackupRefused("The tables in this backup do not hold as many rows as its list says.")
    if (known.audit_seq, known.audit_seal) != (manifest.audit_seq, manifest.audit_seal):
        raise BackupRefused("The audit in this backup does not end as its list says.")
    await keys_fit(scratch, keys)
    return manifest


async def wake(scratch: Path, keys: Keys, manifest: Manifest, now: datetime) -> None:
    """What must not go on as if no time had passed. A message that was waiting may have been sent since, so
    a person decides about it; every sign-in, personal link, calendar address and one-time link of the staff
    ends, as it may have been ended since."""
    database = await Database.open(scratch_settings(scratch))
    try:
        async with database.write() as tx:
            await tx.execute(
                update(outbox)
                .where(
                    or_(
                        outbox.c.state.in_(("claimed", "transmitting")),
                        and_(outbox.c.state == "pending", outbox.c.due_at <= now),
                    )
                )
                .values(state="uncertain", token=None, lease_until=None, result=RESTORED, finished_at=now)
            )
            await tx.execute(
                update(link).where(link.c.revoked_at.is_(None)).values(revoked_at=now, revoked_why=RESTORED)
            )
            await tx.execute(
                update(calendar_feed).where(calendar_feed.c.revoked_at.is_(None)).values(revoked_at=now)
            )
            await tx.execute(update(signin).where(signin.c.closed_at.is_(None)).values(closed_at=now))
            await tx.execute(
                update(staff_signin)
                .where(staff_signin.c.closed_at.is_(None))
                .values(closed_at=now, closed_why=RESTORED)
            )
            await tx.execute(
                update(staff_token)
                .where(staff_token.c.used_at.is_(None), staff_token.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            await audit.append(
                tx,
                keys,
                actor="command",
                role="command",
                action=RESTORED,
                object=f"backup:{manifest.sha256[:16]}",
                now=now,
            )
    finally:
        await database.close()
    await asyncio.to_thread(backup.settle, scratch / backup.NAME)


async def keys_fit(scratch: Path, keys: Keys) -> None:
    """Raises KeyRefused or SealBroken when the master key does not open every person's key."""
    database = await Database.open(scratch_settings(scratch))
    try:
        async with database.read() as tx:
            await sealing.confirm(tx, keys)
            for row in (await tx.execute(select(person_key))).all():
                keys.unwrap(row.person, row.key_id, row.master_id, row.wrapped)
    finally:
        await database.close()
    await asyncio.to_thread(backup.settle, scratch / backup.NAME)


def write(path: Path, key: X25519PrivateKey, copy: Path) -> Manifest:
    """Opens a backup into a file; returns its manifest."""
    if not path.exists():
        raise BackupRefused(f"There is no backup {path}.")
    with (
        path.open("rb") as box,
        os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
    ):
        pieces = backup_box.opened(box, key)
        head, rest = manifest_of(pieces)
        out.write(rest)
        for piece in pieces:
            out.write(piece)
    return Manifest.read(head)


def manifest_of(pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The manifest's JSON, and what of the database stood in the same pieces."""
    held = b""
    for piece in pieces:
        held += piece
        size = int.from_bytes(held[: backup.LENGTH], "big")
        if len(held) >= backup.LENGTH + size:
            return held[backup.LENGTH : backup.LENGTH + size], held[backup.LENGTH + size :]
    raise BackupRefused("This backup ends within its list of contents.")


async def refuse_occupied(settings: StoreSettings) -> None:
    """Raises BackupRefused where a database is already."""
    if settings.sqlite:
        await asyncio.to_thread(refuse_existing, Path(make_url(settings.url).database or ""))
        return
    database = await Database.open(settings)
    try:
        async with database.read() as tx:
            found = await schema.revision_of(tx)
            if found is None:
                return
            await schema.check(database)
            # A restore that broke off left the tables, and nothing in them.
            await backup_copy.refuse_rows(tx)
    except backup_copy.NotEmpty as held:
        raise BackupRefused(
            f"This PostgreSQL database is in use. {held} Restore into an empty one."
        ) from None
    finally:
        await database.close()


def refuse_existing(file: Path) -> None:
    """Raises BackupRefused where a file is already."""
    if file.exists():
        raise BackupRefused(f"{file} exists. Restore into an empty folder; nothing is overwritten.")


async def into_postgres(place: StoreSettings, settings: StoreSettings) -> None:
    """Copies the scratch database into an empty PostgreSQL one, in one transaction."""
    await schema.migrate(settings)
    source, target = await Database.open(place), await Database.open(settings)
    try:
        async with source.read() as tx, target.write() as into:
            await backup_copy.copy(tx, into)
    finally:
        await source.close()
        await target.close()


def put(copy: Path, target: Path) -> None:
    """Moves the file to its place; it appears whole or not at all."""
    private_dir(target.parent)
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    shutil.move(copy, draft)
    try:
        os.link(draft, target)
    except FileExistsError:
        raise BackupRefused(f"{target} exists. Nothing is overwritten.") from None
    finally:
        draft.unlink(missing_ok=True)


def scratch_settings(scratch: Path) -> StoreSettings:
    """Settings that name the copy in a scratch folder."""
    return StoreSettings(data_dir=scratch, database_url=f"sqlite:///{scratch / backup.NAME}")
