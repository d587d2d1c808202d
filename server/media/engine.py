"""The engine inside the server's own process and loop; a worker process is the same behind a socket."""

import asyncio
import time

from server.media import rtc_backend
from server.media.load import Meter
from server.media.messages import Command, Down, Event, Load, Offer, OnEvent, Refused
from server.media.options import MediaOptions
from server.media.plane import Plane
from server.media.roster import Roster
from server.media.rubbish import Rubbish

BEAT_S = 0.05
"How often the loop's lag is looked at."
BEATS = 20
"Beats between two measurements of the load."


class InProcessEngine:
    """A plane behind the engine's messages. `refuses` turns new rooms away while the process is busy."""

    def __init__(self, options: MediaOptions, on_event: OnEvent, *, refuses: bool = True) -> None:
        self._on_event = on_event
        self._refuses = refuses
        self._loop: asyncio.AbstractEventLoop | None = None
        self._busy_share = options.busy_share
        self._meter = Meter(options.busy_share)
        self._roster = Roster()
        self._rubbish = Rubbish()
        self._beats = 0
        self._timer: asyncio.TimerHandle | None = None
        self.plane = Plane(options, self._tell)

    @property
    def port(self) -> int:
        """The UDP port in use."""
        return self.plane.port

    async def start(self) -> None:
        """Checks the libraries and opens the ports.

        Raises OSError when a port is taken, RuntimeError on bad libraries.
        """
        self._loop = asyncio.get_running_loop()
        await rtc_backend.self_check()
        self.plane.open()
        self._rubbish.begin()
        self._meter = Meter(self._busy_share)  # what the start took is no load
        self._beat(self._loop.time())

    def send(self, command: Command) -> None:
        """Carries out one command at once; its events follow on the loop."""
        if isinstance(command, Offer):
            if self._refuses and not self._meter.accepting and not self._roster.knows(command.room):
                self._tell(Refused(leg=command.leg, request=command.request, cause="busy"))
                return
            self._roster.offered(command.room, command.leg)
        self.plane.take(command)

    async def stop(self) -> None:
        """Ends all legs and frees the ports."""
        if self._timer is not None:
            self._timer.cancel()
        await self.plane.close()
        self._rubbish.end()

    def _tell(self, event: Event) -> None:
        assert self._loop is not None
        room = self._roster.room_of(event.leg) if isinstance(event, Down) else None
        self._roster.heard(event)
        if room is not None and not self._roster.legs_of(room):
            self._rubbish.room_ended()
        self._loop.call_soon(self._on_event, event)

    def _beat(self, due: float) -> None:
        """Notes how late it is, and each second says the load."""
        assert self._loop is not None
        now = self._loop.time()
        self._meter.late(now - due)
        self._beats += 1
        if self._beats % BEATS == 0:
            self._second()
        self._timer = self._loop.call_at(now + BEAT_S, self._beat, now + BEAT_S)

    def _second(self) -> None:
        sample = self._meter.sample()
        forwarded = self.plane.forwarded()
        self._rubbish.turn(time.monotonic(), forwarded + self.plane.received())
        self._tell(
            Load(
                share=round(sample.share, 3),
                lag_ms=round(sample.lag_ms, 1),
                accepting=sample.accepting,
                legs=len(self.plane.legs),
                packets_out=forwarded,
            )
        )
