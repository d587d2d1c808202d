"""The audit: a chain that tells of every hand that was laid on it."""

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from store import audit, chain, checkpoints, people
from store import tables as t
from store.sealing import SealBroken
from tests.services.circle import NOW, make_person


async def write(tx, keys, number=1, **more):
    return await audit.append(
        tx,
        keys,
        actor="mara",
        role="coordinator",
        action="moved",
        object=f"session:{number}",
        now=NOW,
        **{"group": "tuesday", "reason": "ill", **more},
    )


async def three(database, keys):
    async with database.write() as tx:
        return [await write(tx, keys, number) for number in (1, 2, 3)]


async def by_hand(database, statement):
    """What somebody with the database's password can do."""
    async with database.write() as tx:
        if database.dialect == "postgresql":
            await tx.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            await tx.execute(text("DROP TRIGGER audit_refuses_update"))
            await tx.execute(text("DROP TRIGGER audit_refuses_delete"))
        await tx.execute(text(statement))


async def checked(database, keys, *noted):
    async with database.read() as tx:
        return await audit.verify(tx, keys, noted)


async def test_lines_are_numbered_from_one_and_the_chain_is_whole(database, keys):
    assert await three(database, keys) == [1, 2, 3]
    assert await checked(database, keys) is None


async def test_a_line_that_was_rolled_back_leaves_no_gap(database, keys):
    await three(database, keys)
    with pytest.raises(ZeroDivisionError):
        async with database.write() as tx:
            await write(tx, keys, 1 // (await write(tx, keys) - 4))
    async with database.write() as tx:
        assert await write(tx, keys, 4) == 4
    assert await checked(database, keys) is None


@pytest.mark.parametrize(
    ("statement", "seq", "why"),
    [
        ("UPDATE audit SET reason = 'asked' WHERE seq = 2", 2, "altered"),
        ("UPDATE audit SET actor = 'olga' WHERE seq = 1", 1, "altered"),
        ("""UPDATE audit SET "group" = NULL WHERE seq = 3""", 3, "altered"),
        ("DELETE FROM audit WHERE seq = 2", 2, "missing"),
        ("DELETE FROM audit WHERE seq = 1", 1, "missing"),
        ("UPDATE audit SET seq = 9 WHERE seq = 2", 2, "missing"),
    ],
)
async def test_a_hand_on_a_row_is_named_by_the_rows_number(database, keys, statement, seq, why):
    await three(database, keys)
    await by_hand(database, statement)
    assert await checked(database, keys) == audit.Broken(seq=seq, why=why)


async def test_rows_cut_off_at_the_end_are_missed_against_a_checkpoint(database, keys):
    await three(database, keys)
    async with database.read() as tx:
        noted = await audit.checkpoint(tx, NOW)
    await by_hand(database, "DELETE FROM audit WHERE seq = 3")
    assert await checked(database, keys) is None
    assert await checked(database, keys, noted) == audit.Broken(seq=3, why="missing")


async def test_a_history_written_anew_with_the_key_differs_from_the_checkpoint(database, keys):
    await three(database, keys)
    async with database.read() as tx:
        noted = await audit.checkpoint(tx, NOW)
    await by_hand(database, "DELETE FROM audit")
    async with database.write() as tx:
        for number in (1, 2, 4):
            await write(tx, keys, number)
    assert await checked(database, keys) is None
    assert await checked(database, keys, noted) == audit.Broken(seq=3, why="checkpoint")


@pytest.mark.parametrize("statement", ["UPDATE audit SET reason = ''", "DELETE FROM audit"])
async def test_the_database_refuses_to_edit_the_audit(database, keys, statement):
    await three(database, keys)
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.write() as tx:
            await tx.execute(text(statement))


async def test_what_a_thing_was_is_kept_as_a_digest_and_never_as_text(database, keys):
    async with database.write() as tx:
        await write(tx, keys, before="Findable before", after="Findable after")
        row = (await tx.execute(select(t.audit))).one()
    assert len(row.before) == len(row.after) == 32
    assert row.before != row.after
    assert "Findable" not in repr(row)


async def test_a_digest_under_a_persons_key_differs_from_anothers_and_ends_with_the_key(database, keys):
    async with database.write() as tx:
        ada, bela = await make_person(tx, keys, "Ada"), await make_person(tx, keys, "Bela")
        digests = [await audit.digest(tx, keys, one, "same") for one in (ada, ada, bela, None)]
        assert len(set(digests)) == 3
        await people.erase(tx, ada, NOW)
        with pytest.raises(SealBroken):
            await audit.digest(tx, keys, ada, "same")


async def test_twenty_writers_at_once_make_one_chain(database, keys):
    async def one(number):
        async with database.write() as tx:
            await write(tx, keys, number)

    await asyncio.gather(*(one(number) for number in range(20)))
    async with database.read() as tx:
        found = await audit.latest(tx)
    assert [entry.seq for entry in found] == list(range(20, 0, -1))
    assert await checked(database, keys) is None


async def test_entries_come_newest_first_by_group_by_thing_and_page_by_page(database, keys):
    await three(database, keys)
    async with database.write() as tx:
        await write(tx, keys, 1, group="friday")
    async with database.read() as tx:
        assert [one.seq for one in await audit.of_group(tx, "tuesday", limit=2)] == [3, 2]
        assert [one.seq for one in await audit.of_group(tx, "tuesday", before_seq=2)] == [1]
        assert [one.seq for one in await audit.of_object(tx, "tuesday", "session:1")] == [1]
        assert [one.seq for one in await audit.latest(tx, limit=1)] == [4]


async def test_a_long_chain_is_read_in_pages(database, keys, monkeypatch):
    monkeypatch.setattr(audit, "PAGE", 2)
    await three(database, keys)
    assert await checked(database, keys) is None


def test_the_first_bad_row_is_none_for_no_rows(sqlite_settings, keys_of):
    assert chain.first_bad(keys_of(sqlite_settings), chain.FIRST, [], str) == (None, chain.FIRST)


def test_checkpoints_are_read_as_they_were_written_and_not_doubled(tmp_path):
    path = tmp_path / checkpoints.NAME
    one = audit.Checkpoint(seq=3, seal=b"\x01" * 32, at=NOW)
    assert checkpoints.read(path) == []
    assert checkpoints.add(path, one)
    assert not checkpoints.add(path, one)
    assert checkpoints.read(path) == [one]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_line_of_checkpoints_is_named(tmp_path):
    path = tmp_path / checkpoints.NAME
    checkpoints.add(path, audit.Checkpoint(seq=3, seal=b"\x01" * 32, at=NOW))
    path.write_text(path.read_text() + "nonsense\n")
    with pytest.raises(checkpoints.Unreadable, match="line 2"):
        checkpoints.read(path)
