"""The first admin comes in by the shell, everybody after that by an admin."""

from datetime import UTC, datetime

import pytest

import store.schema
import store.staff
import store.staff_tokens
from command import staff_commands
from command.staff_commands import StaffRefused
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@pytest.fixture
async def house(tmp_path):
    settings = StoreSettings(data_dir=tmp_path, database_url=None)
    await store.schema.migrate(settings)
    db = await Database.open(settings)
    yield db, Keys.load(settings)
    await db.close()


async def invited(house, name: str, *, another: bool = False) -> str:
    db, keys = house
    address = f"{name.lower()}@clinic.example"
    async with db.write() as tx:
        return await staff_commands.first_admin(
            tx, keys, name, address, "Europe/Berlin", "en", NOW, another=another
        )


async def test_the_first_admin_gets_a_one_time_link(house):
    token = await invited(house, "Nora")

    db, _ = house
    async with db.read() as tx:
        given = await store.staff_tokens.opens(tx, token, NOW)
        (account,) = await store.staff.everyone(tx)
    assert (given.staff, given.purpose) == (account.id, "invite")
    assert (account.admin, account.clinician, account.has_password) == (True, False, False)


async def test_a_second_one_is_refused_unless_asked_for(house):
    await invited(house, "Nora")

    with pytest.raises(StaffRefused, match="--another"):
        await invited(house, "Omar")
    assert await invited(house, "Omar", another=True)


async def test_a_lost_first_link_is_replaced_and_ends(house):
    first = await invited(house, "Nora")
    second = await invited(house, "Nora")

    db, _ = house
    async with db.read() as tx:
        assert await store.staff_tokens.opens(tx, first, NOW) is None
        assert await store.staff_tokens.opens(tx, second, NOW)
        assert len(await store.staff.everyone(tx)) == 1


@pytest.mark.parametrize("address", ["", "no address", "a@b\r\nBcc: c@d"])
async def test_an_address_that_cannot_be_is_refused_in_words(house, address):
    db, keys = house

    with pytest.raises(StaffRefused):
        async with db.write() as tx:
            await staff_commands.first_admin(
                tx, keys, "Nora", address, "Europe/Berlin", "en", NOW, another=False
            )
