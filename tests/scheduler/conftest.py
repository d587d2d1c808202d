"""A house on SQLite and on PostgreSQL, one after the other."""

import pytest

from store.database import Database
from store.sealing import Keys
from tests.scheduler import house
from tests.scheduler.house import House


@pytest.fixture
async def home(database: Database, keys: Keys) -> House:
    """A group of two participants in session six of twelve."""
    return await house.build(database, keys)
