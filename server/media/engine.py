"""The engine inside the server's own process and loop."""

import asyncio

from server.media import rtc_backend
from server.media.messages import Command, Event, OnEvent
from server.media.options import MediaOptions
from server.media.plane import Plane


class InProcessEngine:
    """A plane behind the engine's messages."""

    def __init__(self, options: MediaOptions, on_event: OnEvent) -> None:
        self._options = options
        self._on_event = on_event
        self._loop: asyncio.AbstractEventLoop | None = None
        self.plane = Plane(options, self._tell)

    async def start(self) -> None:
        """Checks the libraries and opens the ports.

        Raises OSError when a port is taken, RuntimeError on bad libraries.
        """
        self._loop = asyncio.get_running_loop()
        await rtc_backend.self_check()
        self.plane.open()

    def send(self, command: Command) -> None:
        """Carries out one command at once; its events follow on the loop."""
        self.plane.take(command)

    async def stop(self) -> None:
        """Ends all legs and frees the ports."""
        await self.plane.close()

    def _tell(self, event: Event) -> None:
        assert self._loop is not None
        self._loop.call_soon(self._on_event, event)
