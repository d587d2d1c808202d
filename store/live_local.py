"""Live state of one process, for installations without Redis and for the time when Redis is away."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Self

QUEUE = 1000


class InProcessLive:
    """The form for one server process. `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tickets: dict[str, tuple[str, float]] = {}
        self._leases: dict[str, tuple[str, float]] = {}
        self._present: dict[str, dict[str, float]] = {}
        self._buckets: dict[str, tuple[float, float, float]] = {}
        self._listeners: dict[str, set[LocalSubscription]] = {}
        self._swept = clock()

    async def ticket_put(self, ticket: str, body: str, ttl_s: float) -> None:
        self._sweep()
        self._tickets[ticket] = (body, self._clock() + ttl_s)

    async def ticket_take(self, ticket: str) -> str | None:
        body, until = self._tickets.pop(ticket, ("", -math.inf))
        return body if until > self._clock() else None

    async def lease(self, room: str, node: str, ttl_s: float) -> bool:
        self._sweep()
        if await self.holder(room) not in (None, node):
            return False
        self._leases[room] = (node, self._clock() + ttl_s)
        return True

    async def renew(self, room: str, node: str, ttl_s: float) -> bool:
        return await self.holder(room) == node and await self.lease(room, node, ttl_s)

    async def release(self, room: str, node: str) -> None:
        if await self.holder(room) == node:
            del self._leases[room]

    async def holder(self, room: str) -> str | None:
        node, until = self._leases.get(room, ("", -math.inf))
        return node if until > self._clock() else None

    async def arrive(self, room: str, member: str, ttl_s: float) -> None:
        self._sweep()
        self._present.setdefault(room, {})[member] = self._clock() + ttl_s

    async def depart(self, room: str, member: str) -> None:
        self._present.get(room, {}).pop(member, None)

    async def present(self, room: str) -> set[str]:
        now = self._clock()
        return {member for member, until in self._present.get(room, {}).items() if until > now}

    async def allow(self, bucket: str, capacity: float, per_s: float, cost: float = 1.0) -> bool:
        self._sweep()
        now = self._clock()
        left, since, _ = self._buckets.get(bucket, (capacity, now, now))
        left = min(capacity, left + (now - since) * per_s)
        if left < (cost or 1.0):
            return False
        full_at = now + (capacity - left + cost) / per_s if per_s > 0 else math.inf
        self._buckets[bucket] = (left - cost, now, full_at)
        return True

    async def publish(self, topic: str, text: str) -> None:
        for listener in list(self._listeners.get(topic, ())):
            listener.put(text)

    def subscribe(self, topic: str) -> "LocalSubscription":
        return LocalSubscription(self._listeners, topic)

    async def healthy(self) -> bool:
        return True

    async def close(self) -> None:
        for listener in [one for listeners in self._listeners.values() for one in listeners]:
            listener.end()

    def _sweep(self) -> None:
        """Once a minute forgets what is over, so that a flood of names does not stay in memory."""
        now = self._clock()
        if now - self._swept < 60:
            return
        self._swept = now
        self._tickets = {name: kept for name, kept in self._tickets.items() if kept[1] > now}
        self._leases = {name: kept for name, kept in self._leases.items() if kept[1] > now}
        self._buckets = {name: kept for name, kept in self._buckets.items() if kept[2] > now}
        for room, members in list(self._present.items()):
            self._present[room] = {member: until for member, until in members.items() if until > now}
            if not self._present[room]:
                del self._present[room]


class LocalSubscription:
    """One listener's bounded queue: a reader that sleeps loses the oldest texts, never holds up a writer."""

    def __init__(self, listeners: "dict[str, set[LocalSubscription]]", topic: str) -> None:
        self._listeners = listeners
        self._topic = topic
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()

    def put(self, text: str) -> None:
        """Hands over one text."""
        if self._queue.qsize() >= QUEUE:
            self._queue.get_nowait()
        self._queue.put_nowait(text)

    def end(self) -> None:
        """No more texts come: the reader's loop ends after what it has."""
        self._leave()
        self._queue.put_nowait(None)

    async def __aenter__(self) -> Self:
        self._listeners.setdefault(self._topic, set()).add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def __aiter__(self) -> AsyncIterator[str]:
        return self._texts()

    async def _texts(self) -> AsyncIterator[str]:
        while (text := await self._queue.get()) is not None:
            yield text

    def _leave(self) -> None:
        """A topic nobody listens to is forgotten."""
        others = self._listeners.get(self._topic, set())
        others.discard(self)
        if not others:
            self._listeners.pop(self._topic, None)
