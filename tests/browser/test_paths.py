"""The network moves, dies or lets no UDP through; sound and picture come back without anyone's help."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from tests.browser import figures
from tests.browser.house import House
from tests.browser.thread import Visit, all_see_and_hear
from tests.peers.relay import Path, Relay


@pytest_asyncio.fixture(loop_scope="session")
async def relay(house: House) -> AsyncIterator[Relay]:
    """A network of one person's own, between their browser and the media port."""
    async with Relay(("127.0.0.1", house.media_port)) as carrying:
        yield carrying


async def test_without_udp_people_meet_over_tcp(visit: Visit, house: House, relay: Relay):
    relay.shape(up=Path(loss=1.0), down=Path(loss=1.0))
    room = house.room()
    ada = await visit(room, "facilitators")
    ben = await visit(room, "participants", 0, through=relay)
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)

    await all_see_and_hear(ada, ben)
    assert (await figures.read(ben.page)).pair["remote"] == "tcp"
    assert (await figures.read(ada.page)).pair["remote"] == "udp"


async def test_a_change_of_network_is_followed_without_a_new_connection(
    visit: Visit, house: House, relay: Relay
):
    room = house.room()
    ada = await visit(room, "facilitators")
    ben = await visit(room, "participants", 0, through=relay)
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)
    await all_see_and_hear(ada, ben)
    made = await figures.connections(ben.page)

    relay.move()

    await all_see_and_hear(ada, ben)
    assert await figures.connections(ben.page) == made


async def test_a_dead_path_is_noticed_and_replaced(visit: Visit, house: House, relay: Relay):
    room = house.room()
    ada = await visit(room, "facilitators")
    ben = await visit(room, "participants", 0, through=relay)
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)
    await all_see_and_hear(ada, ben)

    relay.kill()

    await all_see_and_hear(ada, ben)
    await expect(ben.room).to_have_attribute("data-media", "up")
    await ben.is_at("room")
