"""Redis with a net below it: while it is away, this process goes on by itself.

Rooms that run here keep running, and none is taken over: another server may run it. Tickets and limits hold
within this process, other processes are not heard. A break is logged once and so is the return. Errors never
reach a room.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from store.live_local import InProcessLive, LocalSubscription
from store.live_protocol import Live
from store.live_redis import BROKEN

AGAIN_S = 2.0
T = TypeVar("T")
log = logging.getLogger(__name__)


class GuardedLive:
    """See `store.live.Live`. Tries Redis; after a failure asks it again at most every two seconds."""

    def __init__(self, shared: Live, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._own = InProcessLive(clock)
        self._clock = clock
        self._broken_until: float | None = None
        self.breaks = 0

    async def ticket_put(self, ticket: str, body: str, ttl_s: float) -> None:
        await self._either(
            lambda: self._shared.ticket_put(ticket, body, ttl_s),
            lambda: self._own.ticket_put(ticket, body, ttl_s),
        )

    async def ticket_take(self, ticket: str) -> str | None:
        # A ticket put here while Redis was away stays usable after its return.
        own = await self._own.ticket_take(ticket)
        if own is not None:
            return own
        return await self._either(lambda: self._shared.ticket_take(ticket), lambda: nothing())

    async def lease(self, room: str, node: str, ttl_s: float) -> bool:
        got = await self._either(
            lambda: self._shared.lease(room, node, ttl_s),
            # Who holds a room that is not ours, nobody can say now; two servers would split its people.
            lambda: self._own.renew(room, node, ttl_s),
        )
        if got:
            await self._own.lease(room, node, ttl_s)
        return got

    async def renew(self, room: str, node: str, ttl_s: float) -> bool:
        mine = await self._own.renew(room, node, ttl_s)
        # Redis may have come back empty: a room that is ours here and nobody's there is still ours.
        kept = await self._either(
            lambda: self._shared.lease(room, node, ttl_s) if mine else self._shared.renew(room, node, ttl_s),
            lambda: known(mine),
        )
        if not kept:
            await self._own.release(room, node)
        return kept

    async def release(self, room: str, node: str) -> None:
        await self._own.release(room, node)
        await self._either(lambda: self._shared.release(room, node), lambda: nothing())

    async def holder(self, room: str) -> str | None:
        return await self._either(lambda: self._shared.holder(room), lambda: self._own.holder(room))

    async def arrive(self, room: str, member: str, ttl_s: float) -> None:
        await self._own.arrive(room, member, ttl_s)
        await self._either(lambda: self._shared.arrive(room, member, ttl_s), lambda: nothing())

    async def depart(self, room: str, member: str) -> None:
        await self._own.depart(room, member)
        await self._either(lambda: self._shared.depart(room, member), lambda: nothing())

    async def present(self, room: str) -> set[str]:
        return await self._either(lambda: self._shared.present(room), lambda: self._own.present(room))

    async def allow(self, bucket: str, capacity: float, per_s: float, cost: float = 1.0) -> bool:
        return await self._either(
            lambda: self._shared.allow(bucket, capacity, per_s, cost),
            lambda: self._own.allow(bucket, capacity, per_s, cost),
        )

    async def publish(self, topic: str, text: str) -> None:
        await self._either(lambda: self._shared.publish(topic, text), lambda: self._own.publish(topic, text))

    def subscribe(self, topic: str) -> "GuardedSubscription":
        return GuardedSubscription(self, topic)

    async def healthy(self) -> bool:
        return self._broken_until is None

    async def close(self) -> None:
        await self._own.close()
        await self._shared.close()

    async def _either(self, shared: Callable[[], Awaitable[T]], own: Callable[[], Awaitable[T]]) -> T:
        """The shared answer, or this process's own while Redis is away."""
        if self._broken_until is not None and self._clock() < self._broken_until:
            return await own()
        # Others must not all wait for the same timeout while one call finds out.
        if self._broken_until is not None:
            self._broken_until = self._clock() + AGAIN_S
        try:
            answer = await shared()
        except BROKEN as error:
            self.broke(error)
            return await own()
        self.healed()
        return answer

    def broke(self, error: Exception) -> None:
        """Remembers the failure and says it once."""
        if self._broken_until is None:
            self.breaks += 1
            log.warning("Redis is away (%s); this process goes on by itself", type(error).__name__)
        self._broken_until = self._clock() + AGAIN_S

    def healed(self) -> None:
        """Redis answered; says it once after a break."""
        if self._broken_until is not None:
            self._broken_until = None
            log.warning("Redis is back")


class GuardedSubscription:
    """Texts from Redis and from this process; while Redis is away, only the latter. Subscribes again by
    itself."""

    def __init__(self, live: GuardedLive, topic: str) -> None:
        self._live = live
        self._topic = topic
        self._texts: LocalSubscription = live._own.subscribe(topic)
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._texts.__aenter__()
        ready = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(ready))
        await ready.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._texts.__aexit__(kind, error, trace)
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening

    def __aiter__(self) -> AsyncIterator[str]:
        return self._texts.__aiter__()

    async def _listen(self, ready: asyncio.Event) -> None:
        """Carries texts over from Redis; `ready` is set after the first try, whatever it gave."""
        while True:
            try:
                async with self._live._shared.subscribe(self._topic) as texts:
                    self._live.healed()
                    ready.set()
                    async for text in texts:
                        self._texts.put(text)
            except BROKEN as error:
                self._live.broke(error)
            ready.set()
            await asyncio.sleep(AGAIN_S)


async def nothing() -> Any:
    """None."""
    return None


async def known(answer: bool) -> bool:
    """An answer that is known already."""
    return answer
