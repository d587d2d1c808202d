"""What is true only now: tickets, room leases, who is present, rate limits, words between processes.

Nothing lives only here that anyone would miss: whoever loses it comes back to the same state from the
database.
"""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Protocol, Self


class Subscription(Protocol):
    """The texts of one topic from the moment it is made: `async with live.subscribe(t) as texts: async for
    ...`."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __aiter__(self) -> AsyncIterator[str]: ...


class Live(Protocol):
    """Short-lived shared state. Durations are seconds."""

    async def ticket_put(self, ticket: str, body: str, ttl_s: float) -> None:
        """Keeps a ticket for one use."""

    async def ticket_take(self, ticket: str) -> str | None:
        """The ticket's body the first time, in time; None ever after."""

    async def lease(self, room: str, node: str, ttl_s: float) -> bool:
        """True when this node now holds the room: it was free, or its own."""

    async def renew(self, room: str, node: str, ttl_s: float) -> bool:
        """True when the node still held the room and holds it longer now."""

    async def release(self, room: str, node: str) -> None:
        """Frees the room if this node holds it."""

    async def holder(self, room: str) -> str | None:
        """The node that holds the room."""

    async def arrive(self, room: str, member: str, ttl_s: float) -> None:
        """The member is present for `ttl_s`, unless said again."""

    async def depart(self, room: str, member: str) -> None:
        """The member is not present any more."""

    async def present(self, room: str) -> set[str]:
        """The members who are present."""

    async def allow(self, bucket: str, capacity: float, per_s: float, cost: float = 1.0) -> bool:
        """Takes `cost` tokens from a bucket that holds `capacity` and refills by `per_s`; False, taking
        none, when there are too few. A cost of 0 only looks: True when one token is left."""

    async def publish(self, topic: str, text: str) -> None:
        """Says a text to every subscriber of the topic, normally once; nobody is waited for. A break may lose
        a text or double it."""

    def subscribe(self, topic: str) -> Subscription:
        """The topic's texts from the moment the block is entered."""

    async def healthy(self) -> bool:
        """False while the shared service is away and this process is on its own."""

    async def close(self) -> None:
        """Ends connections and subscriptions."""
