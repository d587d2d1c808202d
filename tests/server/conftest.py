"""A server to talk to, on SQLite; tests of both databases stand with the store."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.server.house import House, OpenHouse, open_house


@pytest_asyncio.fixture
async def sqlite(sqlite_settings: StoreSettings) -> AsyncIterator[Database]:
    """A migrated SQLite database of the test's own."""
    db = await Database.open(sqlite_settings)
    yield db
    await db.close()


@pytest.fixture
def sqlite_keys(sqlite_settings: StoreSettings) -> Keys:
    """Its keys."""
    return Keys.load(sqlite_settings)


@pytest_asyncio.fixture
async def houses(
    sqlite: Database,
    sqlite_keys: Keys,
    sqlite_settings: StoreSettings,
    aiohttp_client: Any,
    unused_tcp_port_factory: Any,
) -> AsyncIterator[OpenHouse]:
    """Opens servers; closes their guests at the end. The database comes first, so that it closes last."""
    opened: list[House] = []

    async def make(**settings: Any) -> House:
        house = await open_house(
            aiohttp_client, unused_tcp_port_factory(), sqlite, sqlite_keys, sqlite_settings, **settings
        )
        opened.append(house)
        return house

    yield make
    for house in opened:
        await house.close()


@pytest_asyncio.fixture
async def house(houses: OpenHouse) -> House:
    """A server with one facilitator and two participants."""
    return await houses()
