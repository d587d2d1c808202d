"""A media worker is killed while people talk: their seats are kept and they meet again within seconds."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest_asyncio

from server import keys
from server.media.fleet import Fleet
from store.groups import Member
from tests.peers.company import until
from tests.peers.guest import Guest
from tests.peers.pacing import Pacer
from tests.peers.sdp import Profile
from tests.server.house import House, OpenHouse


@pytest_asyncio.fixture
async def house(houses: OpenHouse) -> House:
    """A server with two media workers."""
    return await houses(engine=None, media_workers=2)


@pytest_asyncio.fixture
async def people(house: House, pacer: Pacer) -> AsyncIterator[list[Guest]]:
    """A facilitator and a participant who hear and see each other."""
    circle = house.circle
    async with AsyncExitStack() as leaving:
        found = []
        for member in (circle.facilitator, circle.participants[0]):
            guest = await guest_of(house, member, pacer)
            leaving.push_async_callback(guest.close)
            await enter(guest, circle.session)
            found.append(guest)
        leader, ada = found
        await leader.until_waiting(ada.member)
        await leader.admit(ada.member)
        for guest in found:
            await guest.until_full(1)
            await guest.publish()
        await hear_each_other(found)
        yield found


async def guest_of(house: House, member: Member, pacer: Pacer) -> Guest:
    link = f"{house.origin}/j#{await house.link(member)}"
    return Guest(link, pacer, profile=Profile(slots=2), seed=(member.seat or 0) + 1)


async def enter(guest: Guest, session: str) -> None:
    await guest.join(session)
    await guest.connect()
    await guest.knock()


async def hear_each_other(people: list[Guest]) -> None:
    """Sound and picture arrive at everybody."""
    before = {guest: packets(guest) for guest in people}
    await until(lambda: all(packets(guest) > before[guest] + 60 for guest in people), 5)


def packets(guest: Guest) -> int:
    assert guest.leg is not None
    return guest.leg.tally.packets


async def renewed(guest: Guest) -> None:
    """Does what a page does when the server asks for a new connection."""
    assert guest.socket is not None
    await guest.socket.heard(lambda message: message["type"] == "renew")
    assert guest.replay is not None
    guest.replay.close(goodbye=False)
    await guest.connect()
    await guest.publish()


async def test_people_of_a_killed_worker_keep_their_seats_and_meet_again(
    house: House, people: list[Guest]
) -> None:
    fleet = house.app[keys.REGISTRY].engine
    assert isinstance(fleet, Fleet)
    ports = {guest.leg.answer.udp[0][1] for guest in people if guest.leg}
    victim = next(worker for worker in fleet.workers if {worker.port} == ports)
    seats = [guest.state["you"]["seat"] for guest in people]
    began = asyncio.get_running_loop().time()

    os.kill(victim.pid, signal.SIGKILL)
    await asyncio.gather(*(renewed(guest) for guest in people))
    await hear_each_other(people)

    assert asyncio.get_running_loop().time() - began < 5
    assert [guest.state["you"]["seat"] for guest in people] == seats
    assert all(guest.state["stage"] == "room" for guest in people)
    assert all(guest.leg is not None and guest.leg.tally.faults() == {} for guest in people)
