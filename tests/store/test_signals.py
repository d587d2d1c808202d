"""Words between processes through the database."""

import asyncio

from store import retention, signals
from store.database import Database
from tests.services.circle import HOUR, NOW


async def say(database, *numbers, topic="t"):
    for number in numbers:
        async with database.write() as tx:
            await signals.put(tx, topic, {"n": number}, NOW)


async def hear(database, reader):
    async with database.read() as tx:
        return [one.body["n"] for one in await reader.poll(tx)]


async def test_a_reader_hears_each_word_once_from_when_it_began(database):
    await say(database, 1)
    reader = signals.Reader()
    assert await hear(database, reader) == []
    await say(database, 2, 3)
    assert await hear(database, reader) == [2, 3]
    assert await hear(database, reader) == []


async def test_every_reader_hears_everything(database):
    readers = [signals.Reader() for _ in range(3)]
    for reader in readers:
        await hear(database, reader)
    await say(database, 1)
    assert [await hear(database, reader) for reader in readers] == [[1]] * 3


async def test_a_word_of_a_transaction_that_failed_is_never_heard(database):
    reader = signals.Reader()
    await hear(database, reader)

    async def fail():
        async with database.write() as tx:
            await signals.put(tx, "t", {"n": 1}, NOW)
            raise RuntimeError

    await asyncio.gather(fail(), return_exceptions=True)
    await say(database, 2)
    assert await hear(database, reader) == [2]


async def test_a_word_that_becomes_visible_late_is_still_heard(postgres_settings):
    """On PostgreSQL a transaction that began earlier may commit later."""
    database = await Database.open(postgres_settings)
    reader = signals.Reader()
    await hear(database, reader)
    async with database.write() as slow:
        await signals.put(slow, "t", {"n": "early"}, NOW)
        await say(database, "late")
        assert await hear(database, reader) == ["late"]
    assert await hear(database, reader) == ["early"]
    await database.close()


async def test_purging_old_words_does_not_repeat_or_lose_newer_ones(database):
    reader = signals.Reader()
    await say(database, 1, 2)
    await hear(database, reader)
    async with database.write() as tx:
        assert (await retention.purge(tx, NOW + HOUR))["signals"] == 2
    assert await hear(database, reader) == []
    await say(database, 3)
    assert await hear(database, reader) == [3]


async def test_a_flood_between_two_looks_is_heard_whole(database):
    reader = signals.Reader()
    await hear(database, reader)
    async with database.write() as tx:
        for number in range(500):
            await signals.put(tx, "t", {"n": number}, NOW)
    assert await hear(database, reader) == list(range(500))
