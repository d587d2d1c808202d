"""Backups: a copy of one moment, sealed for somebody else's key, that comes back whole or not at all."""

import asyncio
import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from care import changes
from care.contract import Terms
from store import (
    audit,
    backup,
    backup_box,
    backup_copy,
    calendar_feeds,
    checkpoints,
    contracts,
    dates,
    links,
    outbox,
    people,
    restore,
    schema,
    setup_rows,
    signals,
    signins,
    staff,
    staff_signins,
    staff_tokens,
)
from store import tables as t
from store.database import Database
from store.sealing import KeyRefused, Keys
from store.settings import StoreSettings
from store.tables import metadata, session
from tests.services.circle import NOW, make_circle

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2026, 3, 10, 18, 0))


@pytest.fixture
def key(tmp_path):
    """The file of the private key, and the public one."""
    path = tmp_path / "elsewhere.key"
    return path, backup_box.create_key(path)


@pytest.fixture
async def circle(database, keys):
    """A group with dates that were changed, a contract, a purged counter and an audit."""
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        await tx.execute(session.delete())
        await setup_rows.put_dates(tx, made.group, TERMS, "office", NOW)
        await contracts.offer(tx, keys, made.group, TERMS, "office", NOW, 0)
        for ordinal in (4, 5):
            held, number = await dates.series(tx, made.group), await dates.revision(tx, made.group)
            preview = changes.cancel_append(held, ordinal, TERMS.plan(), now=NOW)
            await dates.apply(tx, keys, made.group, preview, "office", "holiday", NOW, number)
        await people.access_contact(tx, keys, made.facilitator.person, "scheduler", "mail", NOW)
        # What is due waits for a person after a restore, as a test of its own holds.
        await tx.execute(t.outbox.delete().where(t.outbox.c.due_at <= NOW))
    return made


async def everything(settings):
    """Every row of every table."""
    database = await Database.open(settings)
    try:
        async with database.read() as tx:
            found = {}
            for table in metadata.sorted_tables:
                rows = (await tx.execute(table.select())).mappings().all()
                found[table.name] = sorted((dict(row) for row in rows), key=repr)
            return found
    finally:
        await database.close()


@pytest.fixture
def fresh(request, tmp_path, store_settings):
    """A new machine: an empty folder or database, and the master key, which was kept apart."""
    master = store_settings.master_key
    if store_settings.sqlite:
        return StoreSettings(data_dir=tmp_path / "fresh", key_file=master)
    url = request.getfixturevalue("empty_postgres_url")
    return StoreSettings(data_dir=tmp_path / "fresh", database_url=url, key_file=master)


async def made(store_settings, keys, tmp_path, key):
    target = tmp_path / "one.backup"
    return target, await backup.make(store_settings, keys, target, key[1], NOW)


async def test_a_drill_on_a_fresh_machine_brings_every_row_back(
    store_settings, database, keys, circle, tmp_path, key, fresh
):
    before = await everything(store_settings)
    target, manifest = await made(store_settings, keys, tmp_path, key)
    shown = await restore.restore(target, key[0], fresh, Keys.load(fresh), NOW)
    assert shown == manifest
    after = await everything(fresh)
    assert after.pop("audit")[:-1] == before.pop("audit")
    assert after == before
    opened = await Database.open(fresh)
    try:
        await schema.check(opened)
        async with opened.write() as tx:
            assert await audit.verify(tx, keys) is None
            names = await people.names(tx, keys, [circle.facilitator.id])
            assert names == {circle.facilitator.id: "Ada Findable-Name"}
            # Counters go on where they were.
            await signals.put(tx, "topic", {}, NOW)
            await people.access_contact(tx, keys, circle.facilitator.person, "scheduler", "mail", NOW)
            await audit.append(tx, keys, actor="one", role="command", action="acted", object="it", now=NOW)
    finally:
        await opened.close()


async def test_after_a_restore_nobody_is_signed_in_and_nothing_due_is_sent_by_itself(
    store_settings, database, keys, circle, tmp_path, key, fresh
):
    later = NOW + timedelta(hours=2)
    async with database.write() as tx:
        token = await links.mint(tx, circle.participants[0].id, "join", NOW, later + timedelta(days=1))
        came = await links.redeem(tx, token, None, NOW)
        feed = await calendar_feeds.turn_on(tx, keys, circle.participants[0].id, NOW)
        office = await staff.for_person(tx, keys, circle.coordinator.person, NOW, admin=True)
        at_desk = await staff_signins.open_one(tx, office.id, "password", NOW)
        invited = await staff_tokens.mint(tx, keys, office.id, "invite", "command", NOW, timedelta(days=1))
        person = circle.participants[0].person
        await outbox.put(tx, "due", "join_link", person, {}, NOW, NOW + timedelta(days=2), NOW)
        await outbox.put(
            tx, "not due", "join_link", person, {}, later + timedelta(hours=1), NOW + timedelta(days=2), NOW
        )
    target, _ = await made(store_settings, keys, tmp_path, key)
    await restore.restore(target, key[0], fresh, Keys.load(fresh), later)
    opened = await Database.open(fresh)
    try:
        async with opened.read() as tx:
            assert await signins.find(tx, circle.participants[0].place, came.signin_token, NOW) is None
            assert await staff_signins.find(tx, office.desk, at_desk.token, NOW) is None
            assert await staff_tokens.opens(tx, invited, NOW) is None
            assert not await links.opens(tx, token, later)
            assert await calendar_feeds.by_token(tx, feed) is None
            assert (await outbox.find(tx, "due")).state == "uncertain"
            assert (await outbox.find(tx, "not due")).state == "pending"
            assert (await audit.latest(tx, 1))[0].action == "restored"
            assert await audit.verify(tx, keys) is None
    finally:
        await opened.close()


async def test_a_backup_lists_what_it_holds_and_holds_nothing_readable(
    store_settings, database, keys, circle, tmp_path, key
):
    target, manifest = await made(store_settings, keys, tmp_path, key)
    assert manifest.rows["member"] == 4
    assert manifest.rows["session"] == 14
    assert (manifest.schema, manifest.audit_seq) == (schema.head(), 3)
    assert target.stat().st_mode & 0o777 == 0o600
    raw = target.read_bytes()
    for word in (b"SQLite", b"Tuesday", b"therapy_group", circle.facilitator.id.encode()):
        assert word not in raw
    assert not list(store_settings.data_dir.glob("backup-*"))


async def test_proving_a_backup_leaves_nothing_behind(
    store_settings, database, keys, circle, tmp_path, key, fresh
):
    target, manifest = await made(store_settings, keys, tmp_path, key)
    assert await restore.verify(target, key[0], fresh, Keys.load(fresh), NOW) == manifest
    assert [path.name for path in fresh.data_dir.iterdir()] == []


async def test_nothing_is_ever_overwritten(store_settings, database, keys, circle, tmp_path, key):
    target, _ = await made(store_settings, keys, tmp_path, key)
    raw = target.read_bytes()
    with pytest.raises(backup.BackupRefused, match="never overwrites"):
        await made(store_settings, keys, tmp_path, key)
    with pytest.raises(backup.BackupRefused, match=r"exists|in use"):
        await restore.restore(target, key[0], store_settings, keys, NOW)
    with pytest.raises(backup_box.BoxRefused, match="never overwritten"):
        backup_box.create_key(key[0])
    assert target.read_bytes() == raw


async def test_a_database_somebody_laid_a_hand_on_is_not_backed_up(
    store_settings, database, keys, circle, tmp_path, key
):
    async with database.write() as tx:
        if database.dialect == "postgresql":
            await tx.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            await tx.execute(text("DROP TRIGGER audit_refuses_update"))
        await tx.execute(text("UPDATE audit SET reason = 'other' WHERE seq = 2"))
    with pytest.raises(backup.BackupRefused, match="audit is broken at row 2"):
        await made(store_settings, keys, tmp_path, key)
    assert not (tmp_path / "one.backup").exists()


async def test_a_checkpoint_the_audit_does_not_reach_is_told(
    store_settings, database, keys, circle, tmp_path, key
):
    checkpoints.add(checkpoints.file_of(store_settings), audit.Checkpoint(seq=99, seal=b"\x01" * 32, at=NOW))
    with pytest.raises(backup.BackupRefused, match="missing"):
        await made(store_settings, keys, tmp_path, key)


async def test_the_wrong_key_opens_nothing(store_settings, database, keys, circle, tmp_path, key, fresh):
    target, _ = await made(store_settings, keys, tmp_path, key)
    backup_box.create_key(tmp_path / "other.key")
    with pytest.raises(backup_box.BoxRefused, match="another key"):
        await restore.verify(target, tmp_path / "other.key", fresh, Keys.load(fresh), NOW)
    with pytest.raises(backup_box.BoxRefused, match="no backup key"):
        await restore.verify(target, tmp_path / "none.key", fresh, Keys.load(fresh), NOW)
    with pytest.raises(backup.BackupRefused, match="no backup"):
        await restore.verify(tmp_path / "none", key[0], fresh, Keys.load(fresh), NOW)


async def test_a_backup_without_its_master_key_is_not_called_good(
    store_settings, database, keys, circle, tmp_path, key
):
    target, _ = await made(store_settings, keys, tmp_path, key)
    elsewhere = StoreSettings(data_dir=tmp_path / "stranger")
    with pytest.raises((KeyRefused, backup.BackupRefused)):
        await restore.verify(target, key[0], elsewhere, Keys.load(elsewhere), NOW)


@pytest.mark.parametrize("where", [5, 25, 60, -1])
def test_an_altered_byte_is_noticed_wherever_it_is(tmp_path, key, where):
    box = bytearray(sealed(b"content" * 10, key))
    box[where] ^= 1
    with pytest.raises(backup_box.BoxRefused):
        b"".join(backup_box.opened(io.BytesIO(bytes(box)), backup_box.private_key(key[0])))


@pytest.mark.parametrize("size", [0, 1, backup_box.PIECE - 1, backup_box.PIECE, 2 * backup_box.PIECE + 7])
def test_content_of_every_size_comes_out_as_it_went_in(key, size):
    content = bytes(index % 251 for index in range(1000)) * (size // 1000 + 1)
    box = sealed(content[:size], key)
    assert b"".join(backup_box.opened(io.BytesIO(box), backup_box.private_key(key[0]))) == content[:size]


def test_a_box_cut_off_between_two_pieces_is_refused(key):
    box = sealed(b"x" * (2 * backup_box.PIECE), key)
    cut = box[: -(backup_box.PIECE + backup_box.TAG)]
    with pytest.raises(backup_box.BoxRefused, match=r"cut off|another key"):
        b"".join(backup_box.opened(io.BytesIO(cut), backup_box.private_key(key[0])))


@pytest.mark.parametrize("words", ["", "ipt-backup-to:short", "ipt-backup-key:" + "A" * 44, "nonsense"])
def test_what_is_no_public_key_is_refused(words):
    with pytest.raises(backup_box.BoxRefused, match="not a backup key"):
        backup_box.public_key(words)


def sealed(content, key):
    out = io.BytesIO()
    backup_box.seal(io.BytesIO(content), out, backup_box.public_key(key[1]))
    return out.getvalue()


async def test_a_list_of_contents_that_does_not_fit_is_refused(sqlite_settings, keys_of, tmp_path, key):
    keys = keys_of(sqlite_settings)
    copy = tmp_path / "copy" / backup.NAME
    copy.parent.mkdir()
    await backup.snapshot(sqlite_settings, copy)
    good = await backup.examine(copy, sqlite_settings, keys, NOW)
    wrong = {
        "sha256": replace(good, sha256="0" * 64),
        "rows": replace(good, rows=dict(good.rows) | {"member": 7}),
        "audit": replace(good, audit_seq=4),
        "form": replace(good, format=2),
        "newer": replace(good, schema="9999"),
    }
    for name, manifest in wrong.items():
        target = tmp_path / name
        await asyncio.to_thread(backup.write, copy, manifest, target, backup_box.public_key(key[1]))
        with pytest.raises((backup.BackupRefused, schema.SchemaRefused)):
            await restore.verify(target, key[0], sqlite_settings, keys, NOW)
    garbage = tmp_path / "garbage"
    garbage.write_bytes(sealed((5).to_bytes(8, "big") + b"notjs", key))
    with pytest.raises(backup.BackupRefused, match="cannot be read"):
        await restore.verify(garbage, key[0], sqlite_settings, keys, NOW)
    garbage.write_bytes(sealed((500).to_bytes(8, "big") + b"{}", key))
    with pytest.raises(backup.BackupRefused, match="ends within"):
        await restore.verify(garbage, key[0], sqlite_settings, keys, NOW)


def test_a_damaged_page_or_a_row_without_its_parent_is_not_whole(sqlite_settings):
    file = sqlite_settings.data_dir / "rooms.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "INSERT INTO member VALUES ('m', 'p', 'nogroup', 'noperson', 'participant', 1, 'x', NULL)"
        )
    with pytest.raises(backup.BackupRefused, match="not there"):
        backup.whole(file)
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(backup.BackupRefused, match="damaged"):
        backup.whole(Path(file))


async def test_rows_are_copied_only_where_there_are_none(database, keys, circle):
    async with database.write() as tx, database.read() as source:
        with pytest.raises(backup_copy.NotEmpty):
            await backup_copy.copy(source, tx)
