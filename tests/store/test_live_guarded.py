"""Redis goes away and comes back: rooms go on, one line is logged each time, nothing is raised."""

import asyncio
import logging
import time

import pytest_asyncio

from store.live import InProcessLive, RedisLive, build_live
from store.live_guarded import AGAIN_S, GuardedLive
from store.settings import StoreSettings

LONG = 60.0


class Hands:
    """A clock moved by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest_asyncio.fixture
async def hands():
    return Hands()


@pytest_asyncio.fixture
async def live(own_redis, hands):
    made = GuardedLive(RedisLive(own_redis.url(0)), hands)
    yield made
    await made.close()


def said(caplog):
    return [
        record.getMessage().split(" (")[0] for record in caplog.records if record.name.startswith("store")
    ]


async def test_while_redis_is_away_everything_answers_and_nothing_raises(live, own_redis, caplog):
    assert await live.lease("room", "one", LONG)
    await live.arrive("room", "ada", LONG)
    own_redis.stop()
    assert await live.renew("room", "one", LONG)
    assert await live.holder("room") == "one"
    assert not await live.lease("room", "two", LONG)
    assert await live.present("room") == {"ada"}
    assert [await live.allow("b", 2, 0) for _ in range(3)] == [True, True, False]
    await live.ticket_put("t", "body", LONG)
    assert await live.ticket_take("t") == "body"
    assert await live.ticket_take("t") is None
    await live.depart("room", "ada")
    await live.release("room", "one")
    await live.publish("a", "text")
    assert not await live.healthy()
    assert said(caplog) == ["Redis is away"]


async def test_no_room_has_two_servers_while_redis_is_away(live, own_redis, hands):
    other = GuardedLive(RedisLive(own_redis.url(0)), hands)
    assert await live.lease("room", "one", LONG)
    own_redis.stop()
    assert not await other.lease("room", "two", LONG)
    assert not await other.lease("new room", "two", LONG)
    assert await live.lease("room", "one", LONG), "who runs it goes on"
    own_redis.start()
    hands.now += AGAIN_S
    assert await live.renew("room", "one", LONG)
    assert not await other.lease("room", "two", LONG)
    assert await other.lease("new room", "two", LONG)
    await other.close()


async def test_a_break_and_a_return_are_logged_once_each(live, own_redis, hands, caplog):
    caplog.set_level(logging.INFO)
    for _ in range(2):
        for _ in range(5):
            await live.allow("b", 100, 0)
        own_redis.stop()
        for _ in range(5):
            await live.allow("b", 100, 0)
            hands.now += AGAIN_S
        own_redis.start()
        for _ in range(5):
            await live.allow("b", 100, 0)
            hands.now += AGAIN_S
        assert await live.healthy()
    assert said(caplog) == ["Redis is away", "Redis is back"] * 2
    assert live.breaks == 2


async def test_while_redis_is_away_calls_do_not_wait_for_it(live, own_redis):
    await live.allow("b", 1, 0)
    own_redis.stop()
    await live.allow("b", 1, 0)
    started = time.monotonic()
    for _ in range(1000):
        await live.allow("b", 1, 0)
    assert time.monotonic() - started < 1


async def test_a_redis_that_hangs_is_as_good_as_away(live, own_redis, hands):
    await live.lease("room", "one", LONG)
    own_redis.freeze()
    async with asyncio.timeout(5):
        assert await live.renew("room", "one", LONG)
        assert await live.holder("room") == "one"
    own_redis.thaw()
    hands.now += AGAIN_S
    assert await live.renew("room", "one", LONG)
    assert await live.healthy()


async def test_a_room_stays_ours_when_redis_comes_back_empty(live, own_redis, hands):
    await live.lease("room", "one", LONG)
    own_redis.stop()
    await live.renew("room", "one", LONG)
    own_redis.start()
    hands.now += AGAIN_S
    assert await live.renew("room", "one", LONG)
    other = RedisLive(own_redis.url(0))
    assert await other.holder("room") == "one"
    await other.close()


async def test_a_room_another_node_took_meanwhile_is_given_up(live, own_redis, hands):
    await live.lease("room", "one", LONG)
    own_redis.stop()
    await live.renew("room", "one", LONG)
    own_redis.start()
    other = RedisLive(own_redis.url(0))
    assert await other.lease("room", "two", LONG)
    hands.now += AGAIN_S
    assert not await live.renew("room", "one", LONG)
    assert await live.holder("room") == "two"
    await other.close()


async def test_a_ticket_made_while_redis_was_away_is_good_after_its_return(live, own_redis, hands):
    own_redis.stop()
    await live.ticket_put("t", "body", LONG)
    own_redis.start()
    hands.now += AGAIN_S
    assert await live.ticket_take("t") == "body"
    assert await live.ticket_take("t") is None


async def test_a_subscriber_hears_its_own_process_during_the_break_and_everybody_after(
    live, own_redis, hands
):
    async with asyncio.timeout(30), live.subscribe("a") as texts:
        heard = aiter(texts)
        await live.publish("a", "before")
        assert await anext(heard) == "before"
        own_redis.stop()
        await live.publish("a", "during")
        assert await anext(heard) == "during"
        own_redis.start()
        other = RedisLive(own_redis.url(0))

        async def knock():
            while True:
                await other.publish("a", "after")
                await asyncio.sleep(0.1)

        knocking = asyncio.create_task(knock())
        assert await anext(heard) == "after"
        knocking.cancel()
        await asyncio.wait([knocking])
        await other.close()


async def test_a_server_that_starts_without_redis_takes_no_room_and_goes_on(own_redis, hands):
    url = own_redis.url(0)
    own_redis.stop()
    live = GuardedLive(RedisLive(url), hands)
    async with live.subscribe("a") as texts:
        assert not await live.lease("room", "one", LONG), "another server may hold it"
        await live.publish("a", "text")
        assert await anext(aiter(texts)) == "text"
    await live.close()


async def test_the_settings_choose_the_form(tmp_path):
    alone = build_live(StoreSettings(data_dir=tmp_path))
    shared = build_live(StoreSettings(data_dir=tmp_path, redis_url="redis://127.0.0.1:1/0"))
    assert isinstance(alone, InProcessLive)
    assert isinstance(shared, GuardedLive)
    await alone.close()
    await shared.close()
