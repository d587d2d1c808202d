"""The engine as worker processes, each with ports of its own; a room lives in one of them.

Rooms share nothing, so this is how the media plane uses more than one core, and a worker's death costs its
rooms a reconnect and nobody else anything. A room goes to the least loaded worker at its first offer; when
that worker dies its people are told (`WorkerLost`) and their next offers go to another.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from typing import Any

from server.media.messages import (
    Arrange,
    CloseRoom,
    Command,
    Event,
    Load,
    Offer,
    OnEvent,
    Refused,
    RefusedCause,
    Table,
    WorkerLost,
)
from server.media.options import MediaOptions
from server.media.roster import Roster
from server.media.worker_process import WorkerProcess

logger = logging.getLogger(__name__)

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
STEADY_S = 30.0
"A worker that lived so long is replaced at once: its death says nothing about the next."
LOAD_S = 1.0
HELD = 500
"Commands kept for rooms between two workers."


class Fleet:
    """Worker processes behind the engine's messages."""

    def __init__(self, options: MediaOptions, on_event: OnEvent) -> None:
        self._options = options
        self._on_event = on_event
        self._workers: dict[int, WorkerProcess] = {}
        "By index; one that just died is missing until its replacement is started."
        self._rooms: dict[str, WorkerProcess] = {}
        self._roster = Roster()
        self._delays = dict.fromkeys(range(options.workers), 0.0)
        self._started_at: dict[int, float] = {}
        self._starting: set[asyncio.Task[None]] = set()
        self._spare: WorkerProcess | None = None
        "A process that has loaded its code and has no ports yet: a replacement in no time."
        self._held: deque[Command] = deque(maxlen=HELD)
        "For rooms that have no worker now."
        self._timer: asyncio.TimerHandle | None = None
        self._stopping = False
        self._gone_packets = 0

    @property
    def workers(self) -> tuple[WorkerProcess, ...]:
        """Workers whose ports are open."""
        return tuple(worker for worker in self._workers.values() if worker.up)

    async def start(self) -> None:
        """Starts all workers.

        Raises OSError when a port is taken, RuntimeError on bad libraries; then none is left behind.
        """
        opening = (self._open(index) for index in range(self._options.workers))
        failed = [error for error in await asyncio.gather(*opening, return_exceptions=True) if error]
        if failed:
            await self.stop()
            raise failed[0]
        self._later(self._keep_spare())
        self._tell_load()

    def send(self, command: Command) -> None:
        """Passes a command on to the worker that it is for; one for nobody is dropped."""
        if isinstance(command, Offer):
            self._offer(command)
        elif isinstance(command, Arrange):
            self._arrange(command)
        elif isinstance(command, CloseRoom):
            worker = self._rooms.get(command.room)
            if worker is not None:
                worker.send(command)
        else:
            self._pass(command.leg, command)

    async def stop(self) -> None:
        """Ends all legs, ports and processes."""
        self._stopping = True
        if self._timer is not None:
            self._timer.cancel()
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        last = [*self._workers.values(), *([self._spare] if self._spare else [])]
        await asyncio.gather(*(worker.stop() for worker in last))

    def _offer(self, offer: Offer) -> None:
        worker = self._rooms.get(offer.room) or self._choose(offer.room)
        if worker is not None:
            self._rooms[offer.room] = worker
        elif self._stopping or not self._roster.knows(offer.room):
            cause: RefusedCause = "stopping" if self._stopping else "busy"
            refused = Refused(leg=offer.leg, request=offer.request, cause=cause)
            asyncio.get_running_loop().call_soon(self._on_event, refused)
            return
        self._roster.offered(offer.room, offer.leg)
        self._pass(offer.leg, offer)

    def _pass(self, leg: str, command: Command) -> None:
        """To the worker of a leg; to the next one that begins when a known leg has none."""
        room = self._roster.room_of(leg)
        worker = self._rooms.get(room) if room is not None else None
        if worker is not None:
            worker.send(command)
        elif room is not None:
            self._held.append(command)

    def _choose(self, room: str) -> WorkerProcess | None:
        """The worker for a room that has none: the least loaded, one that is still starting if need be."""
        if self._stopping:
            return None
        able = list(self.workers or self._workers.values())
        if not self._roster.knows(room):
            able = [worker for worker in able if worker.load.accepting]
        return min(able, key=self._weight, default=None)

    def _weight(self, worker: WorkerProcess) -> tuple[int, int]:
        """How busy a worker is or soon will be: its share in coarse steps, then its legs.

        Legs that wait in a lobby cost nothing yet; a share is a second old and trembles.
        """
        rooms = [room for room, holder in self._rooms.items() if holder is worker]
        return int(worker.load.share * 5), sum(len(self._roster.legs_of(room)) for room in rooms)

    def _arrange(self, command: Arrange) -> None:
        tables: dict[str, list[Table]] = {}
        for table in command.tables:
            tables.setdefault(self._roster.room_of(table.leg) or "", []).append(table)
        for own in tables.values():
            self._pass(own[0].leg, Arrange(tables=tuple(own)))

    def _heard(self, worker: WorkerProcess, event: Event) -> None:
        if isinstance(event, Load):
            return
        leg = getattr(event, "leg", None)
        room = self._roster.room_of(leg) if leg is not None else None
        self._roster.heard(event)
        if room is not None and not self._roster.legs_of(room):
            self._rooms.pop(room, None)
        self._on_event(event)

    async def _open(self, index: int) -> None:
        self._started_at[index] = asyncio.get_running_loop().time()
        worker, self._spare = self._spare, None
        if worker is None:
            worker = WorkerProcess(self._heard, self._ended)
            await worker.spawn()
        self._workers[index] = worker
        try:
            # What is sent while it opens its ports waits in the socket behind the word to begin.
            beginning = worker.begin(index, self._options)
            held, self._held = self._held, deque(maxlen=HELD)
            for command in held:
                self.send(command)
            await beginning
        except BaseException:
            await worker.stop()
            raise

    async def _keep_spare(self) -> None:
        spare = WorkerProcess(self._heard, self._ended)
        try:
            await spare.spawn()
        except OSError as error:
            logger.error("A spare media worker did not start: %s", error)
        else:
            self._spare = spare

    def _ended(self, worker: WorkerProcess) -> None:
        """A worker is gone: its rooms are told, and another takes its place."""
        if worker is self._spare:
            self._spare = None
            return
        if self._workers.get(worker.index) is worker:
            del self._workers[worker.index]
        self._gone_packets += worker.load.packets_out
        rooms = tuple(sorted(room for room, holder in self._rooms.items() if holder is worker))
        legs = tuple(leg for room in rooms for leg in self._roster.legs_of(room))
        for room in rooms:
            del self._rooms[room]
        for leg in legs:
            self._roster.forget(leg)
        if self._stopping:
            return
        if worker.ready:
            logger.error("Media worker %d ended; another takes its place", worker.index)
            self._later(self._replace(worker.index))
        if rooms:
            self._on_event(WorkerLost(rooms=rooms, legs=legs))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _replace(self, index: int) -> None:
        """Starts a worker anew; one that keeps dying is started ever more slowly."""
        if asyncio.get_running_loop().time() - self._started_at[index] > STEADY_S:
            self._delays[index] = 0.0
        while True:
            delay_s = self._delays[index]
            self._delays[index] = min(LONGEST_DELAY_S, max(FIRST_DELAY_S, delay_s * 2))
            await asyncio.sleep(delay_s)
            try:
                await self._open(index)
                break
            except (OSError, RuntimeError) as error:
                logger.error("Media worker %d did not start: %s", index, error)
        if self._spare is None:
            await self._keep_spare()

    def _tell_load(self) -> None:
        """The busiest worker's load each second; the sums of all."""
        self._timer = asyncio.get_running_loop().call_later(LOAD_S, self._tell_load)
        loads = [worker.load for worker in self.workers]
        self._on_event(
            Load(
                share=max((load.share for load in loads), default=0.0),
                lag_ms=max((load.lag_ms for load in loads), default=0.0),
                accepting=any(load.accepting for load in loads),
                legs=len(self._roster),
                packets_out=self._gone_packets + sum(load.packets_out for load in loads),
            )
        )
