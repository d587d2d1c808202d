"""Sealed fields open in their own row with the right keys, and nowhere else."""

import asyncio
import stat
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from store import doorstep, links, people, sealing, tables
from store.database import Database
from store.sealing import DataKey, KeyRefused, Keys, SealBroken
from tests.services.circle import HOUR, NOW, make_circle, make_person

KEY = DataKey(b"k" * 8, b"s" * 32)
words = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(words)
def test_what_was_sealed_opens_in_its_own_place(text):
    assert KEY.open("person", "name", "row", KEY.seal("person", "name", "row", text)) == text


@given(words)
def test_two_seals_of_one_text_differ(text):
    assert KEY.seal("person", "name", "row", text) != KEY.seal("person", "name", "row", text)


@pytest.mark.parametrize(
    "place", [("doorstep", "name", "row"), ("person", "contact", "row"), ("person", "name", "other")]
)
def test_a_sealed_value_moved_to_another_place_does_not_open(place):
    with pytest.raises(SealBroken):
        KEY.open(*place, KEY.seal("person", "name", "row", "Ada"))


@given(st.data())
def test_one_altered_byte_anywhere_keeps_it_closed(data):
    box = bytearray(KEY.seal("person", "name", "row", "Ada"))
    at = data.draw(st.integers(0, len(box) - 1))
    box[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        KEY.open("person", "name", "row", bytes(box))


@given(st.binary(max_size=64))
def test_rubbish_does_not_open(box):
    with pytest.raises(SealBroken):
        KEY.open("person", "name", "row", box)


def test_a_key_does_not_show_itself(sqlite_settings):
    assert "s" * 32 not in repr(KEY)
    keys = Keys.load(sqlite_settings)
    assert all(secret.hex() not in repr(keys) for secret in keys._masters.values())


def test_the_key_file_is_made_once_for_its_owner_only(sqlite_settings):
    first = Keys.load(sqlite_settings)
    assert stat.S_IMODE(sqlite_settings.master_key.stat().st_mode) == 0o600
    assert Keys.load(sqlite_settings)._masters == first._masters
    assert [path.name for path in sqlite_settings.data_dir.glob("master*")] == ["master.key"]


async def test_processes_that_start_together_share_one_key(sqlite_settings):
    program = (
        "import sys; from pathlib import Path; from store.sealing import Keys;"
        "from store.settings import StoreSettings;"
        "print(Keys.load(StoreSettings(data_dir=Path(sys.argv[1]))).current)"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            program,
            str(sqlite_settings.data_dir),
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(4)
    ]
    said = {(await process.communicate())[0] for process in processes}
    assert len(said) == 1


def test_a_key_file_others_can_read_is_refused(sqlite_settings):
    Keys.load(sqlite_settings)
    sqlite_settings.master_key.chmod(0o640)
    with pytest.raises(KeyRefused, match="chmod 600"):
        Keys.load(sqlite_settings)


@pytest.mark.parametrize("content", ["", "abc", "abcd1234:not base64!", "abcd1234:QUJD"])
def test_a_damaged_key_file_is_refused(sqlite_settings, content):
    Keys.load(sqlite_settings)
    sqlite_settings.master_key.write_text(content)
    with pytest.raises(KeyRefused, match="backup"):
        Keys.load(sqlite_settings)


async def test_the_wrong_key_file_is_named_before_anything_is_opened(database, keys, store_settings):
    async with database.write() as tx:
        await make_person(tx, keys, "Ada")
    async with database.read() as tx:
        await sealing.confirm(tx, keys)
    store_settings.master_key.unlink()
    with pytest.raises(KeyRefused, match=f"master key {keys.current}"):
        async with database.read() as tx:
            await sealing.confirm(tx, Keys.load(store_settings))


async def test_a_new_master_key_wraps_new_people_and_opens_old_ones(database, keys, store_settings):
    async with database.write() as tx:
        circle = await make_circle(tx, keys, 1)
    old = store_settings.master_key.read_text()
    store_settings.master_key.unlink()
    sealing.create_key_file(store_settings.master_key)
    store_settings.master_key.write_text(store_settings.master_key.read_text() + old)
    both = Keys.load(store_settings)
    assert both.current != keys.current
    async with database.write() as tx:
        await make_person(tx, both, "Zoe")
        assert await people.names(tx, both, [circle.facilitator.id]) == {
            circle.facilitator.id: "Ada Findable-Name"
        }
        assert await people.by_contact(tx, both, "ada@findable.example") == [circle.facilitator.person]
        masters = set((await tx.execute(select(tables.person_key.c.master_id))).scalars())
    assert masters == {keys.current, both.current}


async def test_a_name_copied_to_another_person_by_hand_does_not_open(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        stolen = select(tables.person.c.name_sealed).where(tables.person.c.id == circle.facilitator.person)
        await tx.execute(
            update(tables.person)
            .where(tables.person.c.id == circle.participants[0].person)
            .values(name_sealed=(await tx.execute(stolen)).scalar_one())
        )
        with pytest.raises(SealBroken):
            await people.names(tx, keys, [circle.participants[0].id])


async def test_a_wrapped_key_copied_to_another_person_does_not_open(database, keys):
    async with database.write() as tx:
        ada, bela = [await make_person(tx, keys, name) for name in ("Ada", "Bela")]
        stolen = (await tx.execute(select(tables.person_key).where(tables.person_key.c.person == ada))).one()
        await tx.execute(
            update(tables.person_key)
            .where(tables.person_key.c.person == bela)
            .values(key_id=stolen.key_id, wrapped=stolen.wrapped)
        )
        with pytest.raises(SealBroken):
            await people.access_contact(tx, keys, bela, "scheduler", "test", NOW)


async def test_nothing_personal_and_no_token_stands_in_the_database_file(sqlite_settings):
    keys = Keys.load(sqlite_settings)
    database = await Database.open(sqlite_settings)
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        member = circle.participants[0]
        token = await links.mint(tx, member.id, "join", NOW, NOW + HOUR)
        redeemed = await links.redeem(tx, token, None, NOW)
        code = await links.mint_code(tx, keys, member.id, "join", NOW)
        await doorstep.put(
            tx, keys, circle.session, member.id, "Findable Street 5", "+49 170 7654321", True, None, NOW
        )
    secrets = [token, redeemed.signin_token, redeemed.device_secret, code, code.replace("-", "")]
    personal = ["Findable", "findable", "1234567", "7654321", "Bela", "bela@"]
    raw = b"".join(path.read_bytes() for path in sqlite_settings.data_dir.glob("rooms.db*"))
    await database.close()
    raw += (sqlite_settings.data_dir / "rooms.db").read_bytes()
    assert [word for word in secrets + personal if word.encode() in raw] == []
    assert b"Tuesday group" in raw, "the bytes that were searched are the database's"


async def test_nothing_personal_and_no_token_stands_in_any_postgres_row(postgres_settings):
    keys = Keys.load(postgres_settings)
    database = await Database.open(postgres_settings)
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        token = await links.mint(tx, circle.participants[0].id, "join", NOW, NOW + HOUR)
    async with database.read() as tx:
        rows = []
        for table in tables.metadata.tables.values():
            found = await tx.execute(text(f'SELECT CAST(t AS TEXT) FROM "{table.name}" t'))
            rows += list(found.scalars())
    await database.close()
    dump = "\n".join(rows)
    # BYTEA is printed in hex.
    for word in (token, "Findable", "findable"):
        assert word not in dump
        assert word.encode().hex() not in dump


async def test_after_erasure_nothing_of_the_person_opens_any_more(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        member = circle.participants[0]
        await doorstep.put(tx, keys, circle.session, member.id, "home", "1", None, None, NOW)
        await people.erase(tx, member.person, NOW)
        assert await people.names(tx, keys, [member.id]) == {}
        assert await people.by_contact(tx, keys, "bela@findable.example") == []
        with pytest.raises(LookupError):
            await people.access_contact(tx, keys, member.person, "scheduler", "test", NOW)
        with pytest.raises(LookupError):
            await doorstep.access_sheet(tx, keys, circle.session, member.id, circle.facilitator.id, NOW)
