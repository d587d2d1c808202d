import itertools

import pytest
import pytest_asyncio

from store.database import Database
from store.sealing import Keys
from tests.services.circle import make_person


@pytest.fixture
def keys_of():
    """The keys of given settings."""
    return Keys.load


@pytest_asyncio.fixture
async def sqlite_database(sqlite_settings):
    """A SQLite database only, for laws with many examples; `law()` counts them."""
    opened = await Database.open(sqlite_settings)
    opened.law = itertools.count().__next__
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def sqlite_person(sqlite_database, sqlite_settings):
    """One person in it."""
    async with sqlite_database.write() as tx:
        return await make_person(tx, Keys.load(sqlite_settings), "Ada")
