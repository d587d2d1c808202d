"""A link again: to the mailbox on file, a few times an hour, and no word about who is on file."""

from store import groups, link_requests, outbox
from tests.services.circle import HOUR, NOW, make_circle


async def queued(tx):
    return sorted((one.kind, one.payload["member"]) for one in await outbox.listing(tx))


async def test_a_participant_gets_a_message_about_the_next_session(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        assert await link_requests.resend(tx, ada.id, NOW)
        (message,) = await outbox.listing(tx)
    assert (message.kind, message.person) == ("join_link_again", ada.person)
    assert message.payload == {"member": ada.id, "session": circle.session}
    assert message.expires_at == NOW + 1.5 * HOUR


async def test_the_fourth_within_an_hour_is_not_sent(database, keys):
    async with database.write() as tx:
        ada = (await make_circle(tx, keys)).participants[0]
        sent = [await link_requests.resend(tx, ada.id, NOW) for _ in range(4)]
        assert sent == [True, True, True, False]
        assert await link_requests.resend(tx, ada.id, NOW + HOUR)


async def test_staff_and_those_who_left_get_none(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        ada = circle.participants[0]
        await groups.withdraw_member(tx, ada.id, NOW)
        for member in (circle.facilitator.id, circle.coordinator.id, ada.id, "nobody"):
            assert not await link_requests.resend(tx, member, NOW)
        assert await outbox.listing(tx) == []


async def test_an_address_on_file_gets_its_link_and_another_gets_the_same_answer(database, keys):
    async with database.write() as tx:
        ada = (await make_circle(tx, keys)).participants[0]
        known = await link_requests.request(tx, keys, "Bela@findable.example", NOW)
        unknown = await link_requests.request(tx, keys, "nobody@findable.example", NOW)
        assert known is unknown is None
        assert await queued(tx) == [("join_link_again", ada.id)]
