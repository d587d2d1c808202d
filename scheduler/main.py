"""The scheduler process: the table of ticks, run until it is told to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

import store.checkpoints
import store.signals
import store.ticks
from care.delivery import Channel
from scheduler import (
    channels,
    checkpoints,
    escalation,
    join_links,
    observe,
    plans,
    promises,
    retention,
    sessions,
    tasks,
)
from scheduler.clockwork import Clock, Tick
from scheduler.observe import Metrics
from scheduler.outbox import Sender
from scheduler.settings import SchedulerSettings
from scheduler.words import Words
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings

log = logging.getLogger(__name__)

HEARTBEAT = "clock"  # the row the server's readiness looks at
LEAP = "clock_leapt"  # beats while the wall clock is in doubt
TOPIC = "clock"  # a signal here, {"what": "accept"}, says that the wall clock is right
PLANNED_AGAIN = timedelta(minutes=1)
HOURLY = timedelta(hours=1)


class Scheduler:
    """Everything one scheduler process owns, built on an open database."""

    def __init__(
        self, settings: SchedulerSettings, db: Database, keys: Keys, audit_notes: Path | None = None
    ) -> None:
        self._db = db
        self._keys = keys
        self._audit_notes = audit_notes
        self.metrics = Metrics()
        transports = channels.choose(settings, db, keys)
        self.sender = Sender(db, keys, settings, transports, Words(), self.metrics)
        self.clock = Clock(self._table(timedelta(seconds=settings.tick_s)), self.metrics)
        self._signals = store.signals.Reader()

    def _table(self, often: timedelta) -> Sequence[Tick]:
        """What runs and how often. Nothing is due here: every tick asks the database."""
        db, keys, metrics = self._db, self._keys, self.metrics

        async def close_sessions(now: datetime) -> None:
            await sessions.tick(db, metrics, now)

        async def open_and_end(now: datetime) -> None:
            await plans.advance(db, now)

        async def reconcile(now: datetime) -> None:
            await plans.tick(db, now)

        async def plan(now: datetime) -> None:
            await join_links.tick(db, now)
            await promises.tick(db, now)

        async def know_tasks(now: datetime) -> None:
            await tasks.tick(db, now)

        async def note_audit(now: datetime) -> None:
            if self._audit_notes is not None:
                await checkpoints.tick(db, self._audit_notes, now)

        async def delete_old(now: datetime) -> None:
            await retention.tick(db, metrics, now)

        async def call_next(now: datetime) -> None:
            await escalation.tick(db, keys, now)

        return (
            Tick(name="heartbeat", every=often, body=self.beat, always=True),
            Tick(name="plan", every=PLANNED_AGAIN, body=plan),
            Tick(name="sessions", every=often, body=close_sessions),
            Tick(name="checkins", every=often, body=open_and_end),
            Tick(name="reconcile", every=often, body=reconcile),
            Tick(name="tasks", every=often, body=know_tasks),
            Tick(name="escalation", every=often, body=call_next, always=True),
            Tick(name="alerts", every=often, body=self.sender.urgent, always=True),
            Tick(name="outbox", every=often, body=self.sender.tick),
            Tick(name="retention", every=HOURLY, body=delete_old),
            Tick(name="audit", every=HOURLY, body=note_audit),
        )

    async def beat(self, now: datetime) -> None:
        """Shows that the clock goes and which channels have somewhere to go, and listens for a person who
        accepts a leap."""
        async with self._db.write() as tx:
            await store.ticks.beat(tx, HEARTBEAT, now)
            for channel in Channel:
                if self.sender.going_out(channel):
                    await store.ticks.beat(tx, channel.value, now)
            if self.clock.leap is not None:
                await store.ticks.beat(tx, LEAP, now)
            heard = await self._signals.poll(tx)
        if any(signal.topic == TOPIC and signal.body.get("what") == "accept" for signal in heard):
            self.clock.accept()


async def run(settings: SchedulerSettings, store_settings: StoreSettings, stop: asyncio.Event) -> None:
    """Ticks until `stop` is set. The caller has checked the schema and holds the role."""
    async with AsyncExitStack() as stack:
        db = await Database.open(store_settings)
        stack.push_async_callback(db.close)
        notes = store.checkpoints.file_of(store_settings)
        scheduler = Scheduler(settings, db, Keys.load(store_settings), notes)
        if settings.scheduler_metrics_bind:
            await stack.enter_async_context(_shown(scheduler.metrics, settings.scheduler_metrics_bind))
        if not scheduler.sender.going_out(Channel.MAIL):
            log.warning("Mail is not configured; messages wait", extra={"action": "mail_not_configured"})
        scheduler.clock.start()
        log.info("The clock goes", extra={"action": "scheduler_started"})
        await stop.wait()
        await scheduler.clock.stop()
        log.info("The clock stops", extra={"action": "scheduler_stopped"})


@asynccontextmanager
async def _shown(metrics: Metrics, bind: str) -> AsyncIterator[None]:
    """Serves the metrics on `host:port` while the block runs."""
    host, _, port = bind.rpartition(":")
    runner = web.AppRunner(observe.metrics_app(metrics), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        yield
    finally:
        await runner.cleanup()
