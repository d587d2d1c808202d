"""A house on SQLite and on PostgreSQL, one after the other; a mail server; a sender between them."""

from collections.abc import AsyncIterator

import pytest

from scheduler.outbox import Sender
from store.database import Database
from store.sealing import Keys
from tests.scheduler import house, post_office
from tests.scheduler.house import House
from tests.scheduler.post_office import PostOffice


@pytest.fixture
async def home(database: Database, keys: Keys) -> House:
    """A group of two participants in session six of twelve."""
    return await house.build(database, keys)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A mail server that takes everything until told otherwise."""
    async with post_office.opened() as one:
        yield one


@pytest.fixture
def sender(home: House, office: PostOffice) -> Sender:
    """Sends the house's outbox to the mail server."""
    return home.sender(office.transport(), office.settings())
