"""A sender dies at each step of the way, before and after the commit; another takes over. Nothing is lost,
and at most one mail is doubled, under one Message-ID, with the repeat on record."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

import store.links
from scheduler.mail import Letter
from scheduler.transports import Outcome, SmtpTransport
from store.database import Database
from tests.scheduler import post_office
from tests.scheduler.house import START, House

NOON = START - timedelta(hours=2)
LEASE_OVER = timedelta(minutes=6)
WRITES = 4  # tidy, claim, prepare, record


class Dies(BaseException):
    """The process ends here."""


class Mortal(Database):
    """The same database, in a process that dies around its n-th transaction."""

    def __init__(self, real: Database, dies_at: int, after: bool) -> None:
        self.__dict__.update(real.__dict__)
        self._left = dies_at
        self._after = after

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """The transaction, with death before its commit or right after it."""
        self._left -= 1
        async with super().write() as tx:
            yield tx
            if self._left == 0 and not self._after:
                raise Dies
        if self._left == 0:
            raise Dies


class Watched:
    """A transport that remembers whether anything was handed to the provider."""

    def __init__(self, really: SmtpTransport) -> None:
        self._really = really
        self.handed_over = 0

    async def deliver(self, letter: Letter) -> Outcome:
        self.handed_over += 1
        return await self._really.deliver(letter)


@pytest.mark.parametrize("after", [False, True], ids=["before its commit", "after its commit"])
@pytest.mark.parametrize("dies_at", range(1, WRITES + 1), ids=lambda step: f"dies at write {step}")
async def test_a_sender_that_dies_anywhere_loses_nothing_and_doubles_at_most_once(
    home: House, dies_at: int, after: bool
) -> None:
    key = await home.queue()
    async with post_office.opened() as office:
        transport = Watched(office.transport())
        doomed = home.sender(transport, office.settings())
        doomed._db = Mortal(home.db, dies_at, after)
        with pytest.raises(Dies):
            await doomed.tick(NOON)
        first = len(office.took)
        healthy = home.sender(transport, office.settings())
        for minutes in (0, 6, 12, 18):
            await healthy.tick(NOON + LEASE_OVER + timedelta(minutes=minutes))
        row = await home.message(key)
        assert row.state == "sent"
        assert 1 <= len(office.took) <= 2
        assert len(office.took) - 1 <= row.repeats, "a doubled mail is on record"
        assert len({mail["Message-ID"] for mail in office.took}) == 1
        assert first <= 1
        await every_link_works(home, [str(mail.get_content()) for mail in office.took])


async def every_link_works(home: House, bodies: list[str]) -> None:
    """Each mail that arrived holds a token the store knows."""
    for body in bodies:
        found = re.search(r"/j#(\S+)", body)
        assert found is not None
        async with home.db.write() as tx:
            redeemed = await store.links.redeem(tx, found[1], None, NOON + timedelta(minutes=30))
        assert isinstance(redeemed, store.links.Redeemed)
