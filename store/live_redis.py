"""Live state in Redis, for several processes. Every change is one command or one script, so none can be
half done."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

PREFIX = "ipt:"
TIMEOUT_S = 1.0
BROKEN = (RedisError, OSError, asyncio.TimeoutError)

LEASE = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
if ARGV[3] == 'renew' and not held then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
ARRIVE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last[2] + 1000)) end
return 1
"""
PRESENT = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
"""
# Microseconds, because a bucket that refills fast would otherwise round its tokens away.
ALLOW = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local capacity, rate, cost = tonumber(ARGV[1]), tonumber(ARGV[2]) / 1000000, tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(kept[1] or capacity)
left = math.min(capacity, left + math.max(0, now - tonumber(kept[2] or now)) * rate)
if left < (cost > 0 and cost or 1) then return 0 end
if cost == 0 then return 1 end
redis.call('HSET', KEYS[1], 'left', string.format('%.17g', left - cost), 'at', string.format('%.0f', now))
if rate > 0 then
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', (capacity - left + cost) / rate / 1000 + 1000))
end
return 1
"""


class RedisLive:
    """See `store.live_protocol.Live`. Raises one of BROKEN while Redis is away; `store.live_guarded` turns
    that into degraded service."""

    def __init__(self, url: str) -> None:
        self._redis: redis.Redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._lease = self._redis.register_script(LEASE)
        self._release = self._redis.register_script(RELEASE)
        self._arrive = self._redis.register_script(ARRIVE)
        self._present = self._redis.register_script(PRESENT)
        self._allow = self._redis.register_script(ALLOW)
        self._url = url

    async def ticket_put(self, ticket: str, body: str, ttl_s: float) -> None:
        await self._redis.set(key("ticket", ticket), body, px=milliseconds(ttl_s))

    async def ticket_take(self, ticket: str) -> str | None:
        body: Any = await self._redis.getdel(key("ticket", ticket))
        return None if body is None else str(body)

    async def lease(self, room: str, node: str, ttl_s: float) -> bool:
        return bool(await self._lease([key("lease", room)], [node, milliseconds(ttl_s), "take"]))

    async def renew(self, room: str, node: str, ttl_s: float) -> bool:
        return bool(await self._lease([key("lease", room)], [node, milliseconds(ttl_s), "renew"]))

    async def release(self, room: str, node: str) -> None:
        await self._release([key("lease", room)], [node])

    async def holder(self, room: str) -> str | None:
        node: Any = await self._redis.get(key("lease", room))
        return None if node is None else str(node)

    async def arrive(self, room: str, member: str, ttl_s: float) -> None:
        await self._arrive([key("present", room)], [member, milliseconds(ttl_s)])

    async def depart(self, room: str, member: str) -> None:
        await self._redis.zrem(key("present", room), member)

    async def present(self, room: str) -> set[str]:
        return set(await self._present([key("present", room)], []))

    async def allow(self, bucket: str, capacity: float, per_s: float, cost: float = 1.0) -> bool:
        return bool(await self._allow([key("bucket", bucket)], [capacity, per_s, cost]))

    async def publish(self, topic: str, text: str) -> None:
        await self._redis.publish(key("topic", topic), text)

    def subscribe(self, topic: str) -> "RedisSubscription":
        return RedisSubscription(self._url, topic)

    async def healthy(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except BROKEN:
            return False

    async def close(self) -> None:
        await self._redis.aclose()


class RedisSubscription:
    """One topic on a connection of its own. The reader's loop raises one of BROKEN when Redis goes away."""

    def __init__(self, url: str, topic: str) -> None:
        self._redis: redis.Redis = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=TIMEOUT_S,
            socket_keepalive=True,
            health_check_interval=10,
            retry=Retry(NoBackoff(), 0),
        )
        self._words: Any = self._redis.pubsub(ignore_subscribe_messages=False)
        self._topic = key("topic", topic)

    async def __aenter__(self) -> Self:
        try:
            await self._words.subscribe(self._topic)
            # Redis has taken the subscription only when it says so.
            if await self._words.get_message(timeout=TIMEOUT_S) is None:
                raise TimeoutError("Redis did not confirm the subscription")
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    def __aiter__(self) -> AsyncIterator[str]:
        return self._texts()

    async def _texts(self) -> AsyncIterator[str]:
        while True:
            heard = await self._words.get_message(timeout=5.0)
            if heard is not None and heard["type"] == "message":
                yield heard["data"]

    async def _close(self) -> None:
        await self._words.aclose()
        await self._redis.aclose()


def key(kind: str, name: str) -> bytes:
    """The name in Redis. What a client sends may hold half characters; they name something that does not
    exist."""
    return f"{PREFIX}{kind}:{name}".encode("utf-8", "surrogatepass")


def milliseconds(seconds: float) -> int:
    """At least one."""
    return max(1, round(seconds * 1000))
