"""The clock: interval ticks and nothing else. What is due stands in the database, never in here.

Job stores of APScheduler 3 must not be shared and lose a one-off job whose moment passes during a stall,
so none is used: ticks live in memory, may run late, are merged when several were missed and never overlap.
This is the one file that imports APScheduler.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from care import delivery
from scheduler import observe
from scheduler.observe import Metrics

log = logging.getLogger(__name__)

GRACE_S = 4.0  # a letter cut off while it is handed over becomes uncertain, so give it time

Body = Callable[[datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One line of the table: what runs, how often, and whether it goes on while the clock is in doubt."""

    name: str
    every: timedelta
    body: Body
    always: bool = False


class Clock:
    """Runs the table. While the wall clock is in doubt only ticks marked `always` run, until `accept`."""

    def __init__(self, table: Sequence[Tick], metrics: Metrics) -> None:
        self._table = tuple(table)
        self._metrics = metrics
        self._reading = read()
        self.leap: timedelta | None = None
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        # That a slow tick skipped a turn is normal here and not worth a warning each time.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Every tick runs once at once, then at its interval."""
        for tick in self._table:
            self._scheduler.add_job(
                self.run,
                IntervalTrigger(seconds=tick.every.total_seconds(), timezone=UTC),
                args=(tick,),
                id=tick.name,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Starts no tick any more; running ones have GRACE_S to finish before they are cancelled."""
        self._scheduler.pause()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await self._idle.wait()
        self._scheduler.shutdown(wait=False)

    def accept(self) -> None:
        """A person says that the wall clock is right now."""
        if self.leap is not None:
            log.warning("The clock is accepted", extra={"action": "clock_accepted"})
        self.leap = None

    async def run(self, tick: Tick) -> None:
        """One run of one tick. Whatever it raises is logged by kind and counted; the next run tries again."""
        reading = read()
        self.look(reading)
        if self.leap is not None and not tick.always:
            self._metrics.ticks.labels(tick.name, "paused").inc()
            return
        self._running += 1
        self._idle.clear()
        try:
            await tick.body(reading.wall)
        except Exception as failure:
            log.error(
                "A tick failed", extra={"action": "tick_failed", "tick": tick.name, **observe.told(failure)}
            )
            self._metrics.ticks.labels(tick.name, "failed").inc()
            return
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()
        self._metrics.ticks.labels(tick.name, "done").inc()
        self._metrics.tick_seconds.labels(tick.name).observe(time.monotonic() - reading.monotonic_s)

    def look(self, reading: delivery.Reading) -> None:
        """Compares both clocks with the last look; more than an hour apart puts the wall clock in doubt."""
        leap = delivery.leapt(self._reading, reading)
        self._reading = reading
        if leap is not None:
            self.leap = leap
            log.error(
                "The clock leapt", extra={"action": "clock_leapt", "seconds": round(leap.total_seconds())}
            )
        self._metrics.clock_in_doubt.set(self.leap is not None)


def read() -> delivery.Reading:
    """Both clocks now."""
    return delivery.Reading(wall=datetime.now(UTC), monotonic_s=time.monotonic())
