"""The way out to one client: a short queue that never makes anybody else wait."""

import asyncio
from collections import deque
from collections.abc import Callable

from aiohttp import web

from server.rooms import protocol, told

MOST_WAITING = 64
SEND_S = 10.0
"A client that takes no byte for this long is gone."


class Outbound:
    """Frames for one socket, in order; a newer state takes the place of one that still waits."""

    def __init__(self, speak: Callable[[told.Told], told.Told]) -> None:
        self._speak = speak
        self._frames: deque[told.Told] = deque()
        self._ready = asyncio.Event()
        self._close: int | None = None

    def put(self, message: told.Told) -> None:
        """Queues a message. A client that reads too slowly is told so instead, and closed."""
        if self._close is not None:
            return
        if isinstance(message, told.State):
            kept = [m for m in self._frames if not isinstance(m, told.State)]
            self._frames = deque(kept)
        if len(self._frames) >= MOST_WAITING:
            self._frames.clear()
            self._frames.append(told.Bye(code="slow", words=""))
            self.finish(1013)
            return
        self._frames.append(message)
        self._ready.set()

    def finish(self, code: int) -> None:
        """Closes with this code after what is queued."""
        if self._close is None:
            self._close = code
        self._ready.set()

    async def run(self, ws: web.WebSocketResponse) -> None:
        """Sends until finished or until the client is gone. Closes the socket."""
        try:
            while self._close is None or self._frames:
                await self._ready.wait()
                await self._drain(ws)
            await ws.close(code=self._close)
        except (ConnectionError, TimeoutError):
            await ws.close(code=1013, drain=False)

    async def _drain(self, ws: web.WebSocketResponse) -> None:
        while self._frames:
            frame = protocol.dump(self._speak(self._frames.popleft()))
            async with asyncio.timeout(SEND_S):
                await ws.send_str(frame)
        if self._close is None:
            self._ready.clear()
