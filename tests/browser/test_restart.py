"""The server dies in the middle of a session: people are back in their seats and nothing known is lost."""

import os
import signal

import store.presence
from care.facts import Kind
from store.database import Database
from tests.browser.house import open_house
from tests.browser.thread import Visit, all_see_and_hear, meet

BACK_WITHIN_S = 60.0
"""A slow machine starts a server in many seconds; people's pages knock until it answers."""


async def test_after_a_kill_everyone_is_back_in_their_seats_without_the_lobby(visit: Visit, tmp_path):
    async with open_house(tmp_path, members=4) as house:
        room = house.room()
        ada, ben, cleo = await meet(visit, room)
        order = await ada.order_of_tiles()
        before = house.server_pid()

        os.kill(before, signal.SIGKILL)
        await house.another_server(before)

        for person in (ada, ben, cleo):
            await person.is_at("room", within_ms=60_000)
        await all_see_and_hear(ada, ben, cleo, within_s=BACK_WITHIN_S)
        assert await ada.order_of_tiles() == order
        assert await cleo.order_of_tiles() == order

        db = await Database.open(house.store_settings)
        try:
            async with db.read() as tx:
                facts = await store.presence.facts(tx, room["session"])
        finally:
            await db.close()
    stopped = [fact for fact in facts if fact.kind == Kind.SERVICE_STOPPED]
    started = [fact for fact in facts if fact.kind == Kind.SERVICE_STARTED]
    assert stopped
    assert started
    # Every connection that was open when the server died has an end, at the last proof of life.
    for person in (ada, ben, cleo):
        of_person = [fact for fact in facts if fact.member == person.member]
        ups = {fact.connection for fact in of_person if fact.kind == Kind.TRANSPORT_UP}
        downs = {fact.connection for fact in of_person if fact.kind == Kind.TRANSPORT_DOWN}
        assert len(ups) >= 2
        assert len(ups - downs) == 1, "only the present connection is open"
