"""The coordinator sees what was sent, and decides what nobody knows."""

from datetime import UTC, datetime, timedelta

import store.outbox
import store.ticks
from tests.server.house import House
from tests.services.circle import make_circle


async def message(house: House, how: str = "uncertain", key: str = "k") -> str:
    """A message to a participant that ended this way; its id."""
    ada, now = house.circle.participants[0], datetime.now(UTC)
    async with house.db.write() as tx:
        later = now + timedelta(hours=1)
        await store.outbox.put(tx, key, "join_link", ada.person, {"member": ada.id}, now, later, now)
        row = await store.outbox.find(tx, key)
        assert row is not None
        if how != "pending":
            taken = await store.outbox.take(tx, row.id, now, 60)
            assert taken is not None
            assert taken.token is not None
            await store.outbox.transmitting(tx, row.id, taken.token, "<k@x>", now)
            end = {"uncertain": store.outbox.uncertain, "failed": store.outbox.failed}[how]
            await end(tx, row.id, taken.token, "timeout", now)
    return row.id


async def page(house: House, role: str = "coordinator") -> tuple[int, str]:
    who = getattr(house.circle, role)
    guest = await house.guest(who)
    async with guest.http.get(f"{house.origin}/s/{who.place}/messages") as reply:
        return reply.status, await reply.text()


async def decide(house: House, message_id: str, choice: str, csrf: str | None = None) -> tuple[int, str]:
    who = house.circle.coordinator
    guest = await house.guest(who)
    async with guest.http.post(
        f"{house.origin}/s/{who.place}/messages/{message_id}",
        data={"csrf": csrf if csrf is not None else await guest.csrf(), "choice": choice},
        headers={"Origin": house.origin},
        allow_redirects=False,
    ) as reply:
        return reply.status, reply.headers.get("Location", "")


async def state(house: House, message_id: str) -> str:
    async with house.db.read() as tx:
        row = await store.outbox.find(tx, message_id)
    assert row is not None
    return row.state


async def test_an_uncertain_message_asks_and_says_kind_and_time_only(house: House) -> None:
    found = await message(house)
    status, text = await page(house)
    assert status == 200
    assert f'data-asking="{found}"' in text
    assert "Link to a session" in text
    assert "findable.example" not in text


async def test_received_settles_it(house: House) -> None:
    found = await message(house)
    status, where = await decide(house, found, "received")
    assert (status, where.endswith("messages?said=done")) == (303, True)
    assert await state(house, found) == "sent"
    assert "data-asking" not in (await page(house))[1]


async def test_send_again_queues_it_once(house: House) -> None:
    found = await message(house)
    await decide(house, found, "again")
    assert await state(house, found) == "pending"
    assert (await decide(house, found, "again"))[1].endswith("said=late")


async def test_a_failed_one_can_only_be_sent_again(house: House) -> None:
    await message(house, "failed")
    text = (await page(house))[1]
    assert 'data-action="again"' in text
    assert 'data-action="received"' not in text


async def test_without_mail_the_page_says_that_messages_wait(house: House) -> None:
    await message(house, "pending")
    assert 'data-note="mail-waits"' in (await page(house))[1]
    async with house.db.write() as tx:
        await store.ticks.beat(tx, "mail", datetime.now(UTC))
    assert 'data-note="mail-waits"' not in (await page(house))[1]


async def test_a_message_of_another_group_a_wrong_word_and_no_token_are_refused(house: House) -> None:
    found = await message(house)
    async with house.db.write() as tx:
        other = await make_circle(tx, house.keys)
        now = datetime.now(UTC)
        who = other.participants[0]
        await store.outbox.put(
            tx, "o", "join_link", who.person, {"member": who.id}, now, now + timedelta(hours=1), now
        )
        theirs = await store.outbox.find(tx, "o")
    assert theirs is not None
    assert (await decide(house, theirs.id, "again"))[0] == 404
    assert (await decide(house, found, "burn"))[0] == 400
    assert (await decide(house, found, "again", csrf="x"))[0] == 403
    assert await state(house, found) == "uncertain"


async def test_only_a_coordinator_sees_it(house: House) -> None:
    assert (await page(house, "facilitator"))[0] == 404
