"""Two senders at once, and senders that die: one purpose, one message."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

import store.outbox
from care.delivery import MessageKind
from scheduler.mail import Letter
from scheduler.outbox import Sender
from scheduler.transports import Fate, Outcome
from tests.scheduler.house import START, House
from tests.scheduler.post_office import PostOffice

NOON = START - timedelta(hours=2)
LEASE_OVER = timedelta(minutes=6)


async def test_one_purpose_has_one_row_however_often_it_is_put(home: House) -> None:
    for _ in range(3):
        await home.queue()
    async with home.db.read() as tx:
        assert len(await store.outbox.listing(tx)) == 1


async def test_two_senders_side_by_side_send_every_message_once(home: House, office: PostOffice) -> None:
    for number in range(12):
        await home.queue("Ada", MessageKind.JOIN_LINK_AGAIN, revision=number)
        await home.queue("Ben", MessageKind.JOIN_LINK_AGAIN, revision=number)
    senders = [home.sender(office.transport(), office.settings()) for _ in range(2)]
    await asyncio.gather(*(sender.tick(NOON) for sender in senders))
    ids = [taken["Message-ID"] for taken in office.took]
    assert len(ids) == 24
    assert len(set(ids)) == 24


class Dies(BaseException):
    """The process ends here: nothing after this line runs."""


class DiesBefore:
    """A transport whose process dies before a byte is sent."""

    async def deliver(self, letter: Letter) -> Outcome:
        raise Dies


class DiesAfter:
    """A transport whose process dies after the provider accepted, before anybody wrote it down."""

    def __init__(self, office: PostOffice) -> None:
        self._really = office.transport()

    async def deliver(self, letter: Letter) -> Outcome:
        outcome = await self._really.deliver(letter)
        assert outcome.fate is Fate.SENT
        raise Dies


async def test_a_sender_that_died_with_a_claim_gives_it_back_and_nothing_is_repeated(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue()
    async with home.db.write() as tx:
        await store.outbox.claim(tx, NOON, lease_s=60)
    await sender.tick(NOON + timedelta(seconds=30))
    assert office.took == []
    await sender.tick(NOON + timedelta(seconds=61))
    row = await home.message(key)
    assert (row.state, row.repeats, len(office.took)) == ("sent", 0, 1)


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_sender_that_died_while_transmitting_is_repeated_once_under_the_same_id(
    home: House, office: PostOffice, sender: Sender, arrived: bool
) -> None:
    key = await home.queue()
    doomed = home.sender(DiesAfter(office) if arrived else DiesBefore())
    with pytest.raises(Dies):
        await doomed.tick(NOON)
    assert (await home.message(key)).state == "transmitting"
    await sender.tick(NOON + timedelta(minutes=1))
    assert len(office.took) == arrived
    await sender.tick(NOON + LEASE_OVER)
    row = await home.message(key)
    assert (row.state, row.repeats, row.attempts) == ("sent", 1, 2)
    assert len({taken["Message-ID"] for taken in office.took}) == 1
    assert len(office.took) == 1 + arrived


async def test_dying_twice_while_transmitting_leaves_the_message_uncertain_for_a_person(
    home: House, office: PostOffice, sender: Sender
) -> None:
    key = await home.queue(now=START - timedelta(hours=3))
    for round_ in range(2):
        with pytest.raises(Dies):
            await home.sender(DiesBefore()).tick(NOON + round_ * LEASE_OVER)
    await sender.tick(NOON + 2 * LEASE_OVER)
    row = await home.message(key)
    assert (row.state, row.repeats) == ("uncertain", 1)
    assert office.took == []


async def test_one_poisoned_row_does_not_stop_the_others(
    home: House, office: PostOffice, sender: Sender
) -> None:
    poisoned, healthy = await home.queue("Ada"), await home.queue("Ben", due_at=NOON + timedelta(seconds=1))
    async with home.db.write() as tx:
        await tx.execute(
            text("UPDATE person SET zone = 'Nowhere/Land' WHERE id = :id"),
            {"id": home.members["Ada"].person},
        )
    await sender.tick(NOON + timedelta(minutes=1))
    assert (await home.message(healthy)).state == "sent"
    assert (await home.message(poisoned)).state == "claimed"
