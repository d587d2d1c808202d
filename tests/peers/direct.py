"""Peers on the media engine itself, without HTTP and rooms: offers and tables go in as engine messages."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from server.media.build import build_engine
from server.media.messages import Answered, Arrange, CloseLeg, Offer, Refused, Slot, Table
from server.media.options import MediaOptions


class Refusal(Exception):
    """The engine would not take the offer; the cause is the argument."""


class Stage:
    """An engine and its events; `negotiate` gives the callable a leg connects by."""

    def __init__(self, options: MediaOptions, on_event: Callable[[Any], object] | None = None) -> None:
        self.events: list[Any] = []
        self._more = on_event
        self._changed = asyncio.Event()
        self._requests = itertools.count(1)
        self._open: dict[int, asyncio.Future[str]] = {}
        self.engine = build_engine(options, self._event)

    async def __aenter__(self) -> Stage:
        await self.engine.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.engine.stop()

    def _event(self, event: Any) -> None:
        if isinstance(event, Answered | Refused):
            waiting = self._open.pop(event.request, None)
            if waiting is not None and not waiting.done():
                if isinstance(event, Answered):
                    waiting.set_result(event.sdp)
                else:
                    waiting.set_exception(Refusal(event.cause))
        self.events.append(event)
        self._changed.set()
        if self._more is not None:
            self._more(event)

    def negotiate(self, room: str, leg: str) -> Callable[[str], Any]:
        """The way by which the leg named `leg` offers in `room`."""

        async def send(sdp: str) -> str:
            request = next(self._requests)
            self._open[request] = asyncio.get_running_loop().create_future()
            self.engine.send(Offer(room=room, leg=leg, request=request, sdp=sdp))
            return await asyncio.wait_for(self._open[request], 5)

        return send

    def arrange(self, tables: Mapping[str, Mapping[int, str | None]]) -> None:
        """Who sees whom: subscriber -> slot -> source."""
        made = tuple(
            Table(
                leg=leg,
                slots=tuple(Slot(index=i, source=s, audio=True, video=True) for i, s in slots.items()),
            )
            for leg, slots in tables.items()
        )
        self.engine.send(Arrange(tables=made))

    def everyone(self, legs: list[str]) -> dict[str, dict[int, str | None]]:
        """The table of a full room: each sees all others in the order of `legs`."""
        return {leg: {n: other for n, other in enumerate(o for o in legs if o != leg)} for leg in legs}

    def close_leg(self, leg: str) -> None:
        """Have the engine end a leg."""
        self.engine.send(CloseLeg(leg=leg))

    async def until(self, right: Callable[[Any], bool], timeout: float = 5.0) -> Any:
        """The first event, old or new, for which `right` holds; TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            seen = 0
            while True:
                self._changed.clear()
                for event in self.events[seen:]:
                    if right(event):
                        return event
                seen = len(self.events)
                await self._changed.wait()
