"""What one due message costs the scheduler while a hundred thousand others wait, against a thousand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

import store.groups
import store.outbox
from care import delivery
from care.delivery import Channel, MessageKind
from scheduler.mail import Letter
from scheduler.observe import Metrics
from scheduler.outbox import Sender
from scheduler.settings import SchedulerSettings
from scheduler.transports import Fate, Outcome
from scheduler.words import Words
from store import schema, tables
from store.database import Database
from store.ids import fresh_id
from store.sealing import Keys
from store.settings import StoreSettings
from tests.bench.figure import Figure, median
from tests.services.circle import make_circle

FEW, MANY = 1_000, 100_000
RUNS = 5
DUE = 100
STEP = 5_000
SENT_SHARE = 0.7
"""So many of the others are over; the rest waits for weeks to come."""


class Taker:
    """A provider that takes everything at once."""

    took = 0

    async def deliver(self, letter: Letter) -> Outcome:
        """Takes it."""
        self.took += 1
        return Outcome(Fate.SENT, "250")


class Post:
    """A database with so many messages, and a scheduler's sender over it."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.state, self.rows = StoreSettings(data_dir=folder), rows
        self.now = datetime(2027, 3, 2, 11, 0, tzinfo=UTC)
        self._taker = Taker()
        self._made = 0

    async def prepare(self) -> None:
        """A group, and the messages that are not due."""
        await schema.migrate(self.state)
        self.db, self.keys = await Database.open(self.state), Keys.load(self.state)
        async with self.db.write() as tx:
            self.circle = await make_circle(tx, self.keys, 10, self.now - timedelta(days=2))
            person = self.circle.coordinator.person
        for begin in range(0, self.rows, STEP):
            rows = [self._row(number, person) for number in range(begin, min(begin + STEP, self.rows))]
            async with self.db.write() as tx:
                await tx.execute(insert(tables.outbox), rows)
        chosen = SchedulerSettings(base_url="https://rooms.example", mail_daily_cap=1_000_000)
        self.sender = Sender(self.db, self.keys, chosen, {Channel.MAIL: self._taker}, Words(), Metrics())

    def _row(self, number: int, person: str) -> dict[str, object]:
        over = number < SENT_SHARE * self.rows
        at = (
            self.now
            + timedelta(minutes=number % 50_000) * (-1 if over else 1)
            + timedelta(days=-8 if over else 1)
        )
        return {
            "id": fresh_id(),
            "key": f"row|{number}",
            "kind": "join_link",
            "person": person,
            "channel": "mail",
            "urgent": False,
            "payload": {},
            "created_at": at,
            "due_at": at,
            "expires_at": at + timedelta(days=5),
            "state": "sent" if over else "pending",
            "attempts": 1 if over else 0,
            "repeats": 0,
            "result": "",
            "finished_at": at if over else None,
        }

    async def run(self) -> float:
        """Microseconds for each of the messages that are due."""
        async with self.db.write() as tx:
            for number in range(DUE):
                one = self.circle.participants[number % 10]
                self._made += 1
                await store.outbox.put(
                    tx,
                    delivery.key(MessageKind.JOIN_LINK_AGAIN, one.id, "asked", str(self._made)),
                    MessageKind.JOIN_LINK_AGAIN.value,
                    one.person,
                    {"member": one.id},
                    self.now,
                    self.now + timedelta(hours=12),
                    self.now,
                )
        before, began = self._taker.took, time.perf_counter()
        while self._taker.took < before + DUE:
            await self.sender.tick(self.now)
        return (time.perf_counter() - began) / DUE * 1e6


async def drain_cost() -> list[Figure]:
    """Both databases in turn, so that what else the machine does falls on both alike."""
    with TemporaryDirectory(prefix="ipt-bench-") as name:
        few, many = Post(Path(name) / "few", FEW), Post(Path(name) / "many", MANY)
        try:
            for post in (few, many):
                await post.prepare()
                await post.run()
            of_few, of_many = [], []
            for _ in range(RUNS):
                of_few.append(await few.run())
                of_many.append(await many.run())
        finally:
            for post in (few, many):
                await post.db.close()
    return [
        Figure(
            figure="drain_cost_100k",
            value=median(of_many),
            unit="us/message",
            against=f"the same with {FEW} rows",
            against_value=median(of_few),
            how=f"ticks of the sender over {DUE} due messages beside {MANY} rows, {SENT_SHARE:.0%} of them "
            f"over and the rest due later, from claim to record with a provider that takes all at once; "
            f"SQLite, medians of {RUNS} interleaved runs",
            details={
                "least and most": [round(min(of_many)), round(max(of_many))],
                "least and most, few": [round(min(of_few)), round(max(of_few))],
            },
        )
    ]
