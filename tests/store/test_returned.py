"""A message that came back flags its address once, for its coordinator to see."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.delivery import Channel
from care.returned import Returned
from store import duties, outbox, people, returned, tasks
from store.returned import Taken
from store.tables import audit, person
from tests.services.circle import HOUR, NOW, make_circle


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def sent(database, who, key="k", channel=Channel.MAIL):
    """A message to somebody that the provider took; its Message-ID."""
    message_id = outbox.message_id(key, "clinic.example")
    async with database.write() as tx:
        await outbox.put(tx, key, "join_link", who.person, {"member": who.id}, NOW, NOW + HOUR, NOW, channel)
        (row,) = await outbox.claim(tx, NOW)
        await outbox.transmitting(tx, row.id, row.token, message_id, NOW)
        await outbox.sent(tx, row.id, row.token, "250", NOW)
    return message_id


async def take(database, keys, message_id, final=True, address=""):
    told = Returned(message_id=message_id, status="5.1.1", final=final, address=address)
    async with database.write() as tx:
        return await returned.take(tx, keys, told, "provider", NOW + HOUR)


async def row(database, key="k"):
    async with database.read() as tx:
        return await outbox.find(tx, key)


async def test_the_address_is_flagged_and_the_coordinator_is_asked_for_a_new_one(database, keys, circle):
    ada = circle.participants[0]
    message_id = await sent(database, ada)
    assert await take(database, keys, message_id) is Taken.FLAGGED
    async with database.write() as tx:
        assert await people.flagged(tx, [ada.id]) == {ada.id}
        await duties.renew(tx, circle.group, NOW + HOUR)
        open_now = await tasks.of_groups(tx, [circle.group], NOW + HOUR)
    assert [(one.kind, one.member, one.owner_role) for one in open_now if one.kind == "bounced_contact"] == [
        ("bounced_contact", ada.id, "coordinator")
    ]
    found = await row(database)
    assert (found.state, found.result) == ("failed", "returned 5.1.1")
    async with database.read() as tx:
        acts = (await tx.execute(select(audit.c.action, audit.c.reason))).all()
    assert ("message_returned", "5.1.1") in [tuple(one) for one in acts]


async def test_the_digest_alone_names_the_message_too(database, keys, circle):
    message_id = await sent(database, circle.participants[0])
    assert await take(database, keys, message_id.strip("<>").partition("@")[0]) is Taken.FLAGGED


async def test_a_report_that_comes_twice_changes_nothing_more(database, keys, circle):
    message_id = await sent(database, circle.participants[0])
    await take(database, keys, message_id)
    assert await take(database, keys, message_id) is Taken.KNOWN


async def test_an_address_that_was_changed_since_is_not_flagged(database, keys, circle):
    ada = circle.participants[0]
    message_id = await sent(database, ada)
    async with database.write() as tx:
        await people.change_contact(tx, keys, ada.person, "ada@new.example", NOW)
    assert await take(database, keys, message_id, address="ada@findable.example") is Taken.NOTED
    async with database.read() as tx:
        assert await people.flagged(tx, [ada.id]) == set()
    assert (await row(database)).state == "failed"


async def test_a_delay_is_no_news(database, keys, circle):
    message_id = await sent(database, circle.participants[0])
    assert await take(database, keys, message_id, final=False) is Taken.NOT_FINAL
    assert (await row(database)).state == "sent"


@pytest.mark.parametrize("stranger", ["<x@clinic.example>", "x", "%", "", "<@>", "4f0c%@"])
async def test_a_report_about_no_message_of_ours_changes_nothing(database, keys, circle, stranger):
    await sent(database, circle.participants[0])
    assert await take(database, keys, stranger) is Taken.UNKNOWN


async def test_what_was_never_handed_over_cannot_come_back(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        await outbox.put(tx, "k", "join_link", ada.person, {"member": ada.id}, NOW, NOW + HOUR, NOW)
    assert await take(database, keys, outbox.message_id("k", "clinic.example")) is Taken.UNKNOWN


async def test_a_text_that_came_back_flags_the_number_and_not_the_address(database, keys, circle):
    ada = circle.participants[0]
    message_id = await sent(database, ada, channel=Channel.TEXT)
    assert await take(database, keys, message_id) is Taken.FLAGGED
    async with database.write() as tx:
        assert await people.flagged(tx, [ada.id]) == set()
        since = select(person.c.number_refused_at).where(person.c.id == ada.person)
        assert (await tx.execute(since)).scalar_one() == NOW + HOUR
        await duties.renew(tx, circle.group, NOW + timedelta(hours=2))
        (task,) = [
            one for one in await tasks.of_groups(tx, [circle.group], NOW) if one.kind == "bounced_contact"
        ]
    assert task.reasons == ("number_refused",)
