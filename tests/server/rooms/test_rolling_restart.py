"""A server is stopped in the middle of a session while another stands beside it: people go on there, and
what is known of the evening is as if nothing had been."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

import store.attendance
import store.presence
from care.facts import Fact, Kind
from command import demo
from command.link_sheet import RoomLinks
from scheduler import sessions
from scheduler.observe import Metrics
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.peers.guest import Guest
from tests.peers.pacing import Pacer
from tests.peers.signalling import Turned
from tests.server.two_servers import Front, Server, two_servers

EVENING = timedelta(seconds=30)
BACK_WITHIN_S = 15.0
AGAIN_S = 0.3


async def people_of(state: StoreSettings, site: str) -> RoomLinks:
    plan = demo.Plan(base_url=site, members=3, began_ago=timedelta(seconds=1), lasts=EVENING)
    db = await Database.open(state)
    try:
        (links,) = await demo.load(db, Keys.load(state), plan, datetime.now(UTC))
    finally:
        await db.close()
    return links


async def come(links: RoomLinks, pacer: Pacer) -> list[Guest]:
    """A facilitator and two participants in the room, all sending, each with both others in the slots."""
    guests = [
        Guest(one.link, pacer, seed=n) for n, one in enumerate((*links.facilitators, *links.participants), 1)
    ]
    leader, *others = guests
    for guest in guests:
        await guest.join(links.session)
        await guest.connect()
        await guest.knock()
    for guest in others:
        await leader.until_waiting(guest.member)
        await leader.admit(guest.member)
    await meet(guests)
    return guests


async def meet(guests: Iterable[Guest]) -> None:
    """Everybody sends and hears both others."""
    for guest in guests:
        await guest.until_full(2)
        await guest.publish()
    for guest in guests:
        assert guest.leg is not None
        async with asyncio.timeout(BACK_WITHIN_S):
            while not all(guest.leg.slots[slot, "audio"].packets > 20 for slot in (0, 1)):
                await asyncio.sleep(0.02)


async def come_back(guest: Guest, session: str) -> None:
    """As a page does that lost its server: the same sign-in, until somebody takes it."""
    async with asyncio.timeout(BACK_WITHIN_S):
        while True:
            try:
                await guest.join(session)
                await guest.connect()
                return
            except (aiohttp.ClientError, ConnectionError, Turned):
                await asyncio.sleep(AGAIN_S)


async def move(front: Front, first: Server, second: Server, guests: list[Guest], session: str) -> None:
    """The second server is in charge from now on, the first is told to end, everybody follows."""
    old = [guest.socket for guest in guests]
    front.target = second.port
    assert await first.stop() == 0
    for guest, socket in zip(guests, old, strict=True):
        assert socket is not None
        assert await socket.heard(lambda message: message["type"] == "bye")
        assert guest.replay is not None
        guest.replay.close(goodbye=False)
    await asyncio.gather(*(come_back(guest, session) for guest in guests))


def open_at_the_end(facts: Iterable[Fact]) -> set[str]:
    """Connections that came up and never went down."""
    open_ones: set[str] = set()
    for fact in facts:
        if fact.kind is Kind.TRANSPORT_UP and fact.connection:
            open_ones.add(fact.connection)
        if fact.kind is Kind.TRANSPORT_DOWN and fact.connection:
            open_ones.discard(fact.connection)
    return open_ones


async def test_people_go_on_at_the_other_server_and_the_evening_is_whole(
    tmp_path: Path, postgres_settings: StoreSettings, redis_url: str
) -> None:
    state = postgres_settings.model_copy(update={"redis_url": redis_url})
    pacer = Pacer()
    async with two_servers(tmp_path, state) as (front, first, second, site):
        links = await people_of(state, site)
        guests = await come(links, pacer)
        seats = {guest.member: guest.state["you"]["seat"] for guest in guests}

        await move(front, first, second, guests, links.session)

        assert {guest.state["stage"] for guest in guests} == {"room"}, "nobody has to knock again"
        assert {guest.member: guest.state["you"]["seat"] for guest in guests} == seats
        await meet(guests)
        left = links.ends_at - datetime.now(UTC)
        await asyncio.sleep(max(0.0, left.total_seconds()))
        leader = guests[0]
        assert leader.socket is not None
        await leader.socket.say("end")
        for guest in guests:
            assert guest.socket is not None
            await guest.socket.ended()
            await guest.close()
        pacer.close()

    db = await Database.open(state)
    try:
        await sessions.tick(db, Metrics(), datetime.now(UTC))
        async with db.read() as tx:
            facts = await store.presence.facts(tx, links.session)
            proposals = {one.member: one for one in await store.attendance.proposals(tx, links.session)}
    finally:
        await db.close()
    boots = list(dict.fromkeys(fact.boot for fact in facts if fact.kind is Kind.TRANSPORT_UP))
    assert len(boots) == 2
    assert open_at_the_end(facts) == set()
    stopped = next(fact for fact in facts if fact.kind is Kind.SERVICE_STOPPED)
    started = next(fact for fact in facts if fact.kind is Kind.SERVICE_STARTED)
    assert stopped.boot == boots[0]
    assert started.boot == boots[1]
    assert timedelta(0) <= started.at - stopped.at < timedelta(seconds=BACK_WITHIN_S)
    assert {proposals[one.member].status for one in links.participants} == {"attended"}
