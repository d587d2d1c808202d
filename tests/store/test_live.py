"""One contract for both forms of live state: in this process, and in a real Redis."""

import asyncio
import time

import pytest_asyncio

from store.live import InProcessLive, RedisLive
from store.live_guarded import GuardedLive

SOON = 0.15
LONG = 60.0


@pytest_asyncio.fixture(params=["in process", "redis", "guarded"])
async def live(request):
    if request.param == "in process":
        made = InProcessLive()
    else:
        made = RedisLive(request.getfixturevalue("redis_url"))
        made = GuardedLive(made) if request.param == "guarded" else made
    yield made
    await made.close()


async def until(condition, seconds=5.0):
    """Waits until the awaited condition holds."""
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


async def test_a_ticket_is_good_once(live):
    await live.ticket_put("t", "body", LONG)
    assert await live.ticket_take("t") == "body"
    assert await live.ticket_take("t") is None
    assert await live.ticket_take("never was") is None


async def test_of_many_who_take_a_ticket_at_once_one_gets_it(live):
    await live.ticket_put("t", "body", LONG)
    got = await asyncio.gather(*(live.ticket_take("t") for _ in range(20)))
    assert sorted(got, key=str) == [None] * 19 + ["body"]


async def test_a_ticket_ends(live):
    await live.ticket_put("t", "body", SOON)
    await asyncio.sleep(SOON * 1.5)
    assert await live.ticket_take("t") is None


async def test_a_room_has_one_holder(live):
    assert await live.holder("room") is None
    assert await live.lease("room", "one", LONG)
    assert not await live.lease("room", "two", LONG)
    assert await live.lease("room", "one", LONG)
    assert await live.holder("room") == "one"
    assert await live.lease("another room", "two", LONG)


async def test_of_many_nodes_at_once_one_gets_the_room(live):
    got = await asyncio.gather(*(live.lease("room", f"node {n}", LONG) for n in range(20)))
    assert sum(got) == 1


async def test_only_its_holder_renews_or_frees_a_room(live):
    await live.lease("room", "one", LONG)
    assert await live.renew("room", "one", LONG)
    assert not await live.renew("room", "two", LONG)
    await live.release("room", "two")
    assert await live.holder("room") == "one"
    await live.release("room", "one")
    assert await live.holder("room") is None
    assert await live.lease("room", "two", LONG)


async def test_a_lease_that_is_not_renewed_ends_and_another_takes_over(live):
    await live.lease("room", "one", SOON)
    await until(lambda: live.lease("room", "two", LONG))
    assert not await live.renew("room", "one", LONG)
    assert await live.holder("room") == "two"


async def test_nobody_renews_what_they_never_held(live):
    assert not await live.renew("room", "one", LONG)
    assert await live.holder("room") is None


async def test_who_is_present_is_known_until_they_go_or_fall_silent(live):
    await live.arrive("room", "ada", LONG)
    await live.arrive("room", "bela", LONG)
    await live.arrive("room", "cleo", SOON)
    await live.arrive("other", "dora", LONG)
    assert await live.present("room") == {"ada", "bela", "cleo"}
    await live.depart("room", "bela")
    await live.depart("room", "nobody")

    async def cleo_is_gone():
        return await live.present("room") == {"ada"}

    await until(cleo_is_gone)
    assert await live.present("empty") == set()


async def test_a_bucket_gives_what_it_holds_and_refills(live):
    assert [await live.allow("b", 3, 0.001) for _ in range(4)] == [True, True, True, False]
    assert await live.allow("another", 3, 0.001)
    assert await live.allow("fast", 1, 50)
    await until(lambda: live.allow("fast", 1, 50))


async def test_looking_into_a_bucket_takes_nothing(live):
    assert [await live.allow("b", 2, 0.001, 0) for _ in range(5)] == [True] * 5
    assert await live.allow("b", 2, 0.001, 2)
    assert not await live.allow("b", 2, 0.001, 0)


async def test_a_refusal_takes_nothing(live):
    assert await live.allow("b", 5, 0.001, 3)
    assert not await live.allow("b", 5, 0.001, 3)
    assert await live.allow("b", 5, 0.001, 2)


async def test_many_at_once_get_no_more_than_the_bucket_holds(live):
    got = await asyncio.gather(*(live.allow("b", 10, 0.001) for _ in range(50)))
    assert sum(got) == 10


async def test_a_bucket_that_never_refills_stays_empty(live):
    assert [await live.allow("b", 1, 0) for _ in range(3)] == [True, False, False]


async def test_every_subscriber_hears_the_topic_in_order_and_nothing_else(live):
    async with live.subscribe("a") as one, live.subscribe("a") as two, live.subscribe("b") as other:
        for number in range(5):
            await live.publish("a", f"text {number}")
        await live.publish("b", "only b")
        for texts in (one, two):
            heard = []
            async for text in texts:
                heard.append(text)
                if len(heard) == 5:
                    break
            assert heard == [f"text {number}" for number in range(5)]
        async for text in other:
            assert text == "only b"
            break


async def test_who_left_a_topic_holds_nobody_up(live):
    async with live.subscribe("a"):
        pass
    await live.publish("a", "to nobody")


async def test_a_subscriber_that_does_not_read_holds_nobody_up(live):
    async with live.subscribe("a"), asyncio.timeout(20):
        for number in range(2000):
            await live.publish("a", str(number))


async def test_it_says_it_is_well(live):
    await live.allow("b", 1, 1)
    assert await live.healthy()


async def test_in_process_names_that_are_over_are_forgotten():
    clock = [0.0]
    live = InProcessLive(lambda: clock[0])
    for number in range(1000):
        await live.ticket_put(f"t{number}", "", 30)
        await live.allow(f"b{number}", 2, 1)
        await live.lease(f"r{number}", "n", 30)
        await live.arrive(f"r{number}", "m", 30)
    clock[0] = 61.0
    await live.allow("b", 2, 1)
    assert (len(live._tickets), len(live._buckets), len(live._leases), len(live._present)) == (0, 1, 0, 0)


async def test_in_process_a_topic_without_listeners_is_forgotten():
    live = InProcessLive()
    async with live.subscribe("a"), live.subscribe("a"), live.subscribe("b"):
        assert set(live._listeners) == {"a", "b"}
    assert live._listeners == {}


async def test_closing_ends_every_listeners_loop():
    live = InProcessLive()
    async with live.subscribe("a") as one, live.subscribe("a") as two:
        await live.publish("a", "last")
        await live.close()
        assert [[text async for text in texts] for texts in (one, two)] == [["last"]] * 2


async def test_redis_keeps_nothing_for_ever(redis_url):
    live = RedisLive(redis_url)
    await live.ticket_put("t", "", 30)
    await live.allow("b", 2, 1)
    await live.lease("r", "n", 30)
    await live.arrive("r", "m", 30)
    lives = {key: await live._redis.pttl(key) for key in await live._redis.keys("*")}
    await live.close()
    assert len(lives) == 4
    assert all(0 < life <= 60_000 for life in lives.values()), lives
