"""Rooms with the real media engine and peers that decrypt what reaches them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

import store.presence
from care.facts import Kind
from tests.peers.guest import Guest
from tests.peers.pacing import Pacer
from tests.server.house import House, OpenHouse


@pytest.fixture
async def pacer() -> AsyncIterator[Pacer]:
    """One clock for all peers of a test."""
    made = Pacer()
    yield made
    made.close()


async def until(right: Callable[[], bool], timeout_s: float = 10) -> None:
    """Returns once it is right."""
    async with asyncio.timeout(timeout_s):
        while not right():
            await asyncio.sleep(0.02)


async def peer(house: House, number: int, pacer: Pacer) -> Guest:
    """A connected peer: 0 is the facilitator."""
    people = (house.circle.facilitator, *house.circle.participants)
    guest = Guest(f"{house.origin}/j#{await house.link(people[number])}", pacer)
    await guest.join(house.circle.session)
    await guest.connect()
    await guest.knock()
    return guest


def packets(guest: Guest) -> int:
    """Media packets that reached a peer and were decrypted."""
    assert guest.leg is not None
    return sum(stream.tally.packets for stream in guest.leg.slots.values())


async def test_a_waiting_person_gets_nothing_until_greeted_or_admitted(
    houses: OpenHouse, pacer: Pacer
) -> None:
    house = await houses(engine=None)
    leader, ada, bela = [await peer(house, number, pacer) for number in range(3)]
    try:
        for guest in (leader, ada, bela):
            await guest.publish()
        await leader.until_waiting(ada.member)
        await leader.admit(ada.member)
        await until(lambda: packets(ada) > 50 and packets(leader) > 50)
        assert packets(bela) == 0
        await leader.admit(bela.member)
        await until(lambda: packets(bela) > 50)
    finally:
        for guest in (leader, ada, bela):
            await guest.close()


async def test_a_killed_peer_shows_as_reconnecting_within_12_s_and_keeps_its_seat(
    houses: OpenHouse, pacer: Pacer
) -> None:
    house = await houses(engine=None)
    leader, ada = await peer(house, 0, pacer), await peer(house, 1, pacer)
    try:
        await leader.until_waiting(ada.member)
        await leader.admit(ada.member)
        await ada.publish()
        assert ada.replay is not None
        killed = time.monotonic()
        ada.replay.close(goodbye=False)
        assert leader.socket is not None
        await leader.socket.until(
            lambda s: any(
                m["member"] == ada.member and m["connection"] == "reconnecting" for m in s["members"]
            ),
            15,
        )
        assert time.monotonic() - killed <= 12
        await house.registry.keeper.flush()
        async with house.db.read() as tx:
            facts = await store.presence.facts(tx, house.circle.session)
        down = [f for f in facts if f.kind is Kind.TRANSPORT_DOWN]
        assert [(f.member, f.detail) for f in down] == [(ada.member, "silent")]
        assert down[0].mono_ms / 1000 <= killed + 1
    finally:
        await leader.close()
        await ada.close(goodbye=False)
