"""What nobody knows a person decides, once, on record."""

import pytest
from sqlalchemy import select

from store import outbox, outbox_decided
from store.outbox_decided import Choice
from store.tables import audit
from tests.services.circle import HOUR, NOW, make_person


@pytest.fixture
async def person(database, keys):
    async with database.write() as tx:
        return await make_person(tx, keys, "Ada")


async def ended(database, person, how):
    """The id of a message that ended this way."""
    async with database.write() as tx:
        await outbox.put(tx, "k", "join_link", person, {}, NOW, NOW + HOUR, NOW)
        (row,) = await outbox.claim(tx, NOW)
        await outbox.transmitting(tx, row.id, row.token, "<k@x>", NOW)
        await how(tx, row.id, row.token, "timeout", NOW)
    return row.id


async def decide(database, keys, message, choice, now=NOW):
    async with database.write() as tx:
        return await outbox_decided.decide(tx, keys, message, choice, now, by="olga", role="coordinator")


async def found(database):
    async with database.read() as tx:
        return await outbox.find(tx, "k")


async def test_sent_again_it_keeps_its_message_id_and_counts_the_repeat(database, keys, person):
    message = await ended(database, person, outbox.uncertain)
    assert await decide(database, keys, message, Choice.AGAIN)
    row = await found(database)
    assert (row.state, row.repeats, row.message_id) == ("pending", 1, "<k@x>")
    assert not await decide(database, keys, message, Choice.AGAIN), "it is no question any more"


async def test_received_it_is_sent_and_the_audit_says_who_said_so(database, keys, person):
    message = await ended(database, person, outbox.uncertain)
    assert await decide(database, keys, message, Choice.RECEIVED)
    row = await found(database)
    assert (row.state, row.result) == ("sent", "received")
    async with database.read() as tx:
        (line,) = (await tx.execute(select(audit.c.actor, audit.c.action, audit.c.reason))).all()
    assert tuple(line) == ("olga", "message_decided", "received")


async def test_what_failed_can_be_sent_again_and_not_declared_received(database, keys, person):
    message = await ended(database, person, outbox.failed)
    assert not await decide(database, keys, message, Choice.RECEIVED)
    assert await decide(database, keys, message, Choice.AGAIN)


async def test_what_is_too_late_or_unknown_is_not_sent_again(database, keys, person):
    message = await ended(database, person, outbox.uncertain)
    assert not await decide(database, keys, message, Choice.AGAIN, NOW + HOUR)
    assert not await decide(database, keys, "no such message", Choice.AGAIN)
