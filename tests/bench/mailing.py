"""What becomes of messages when schedulers and servers are killed again and again while a plan runs.

Several clinics at once, each with a real server, a real scheduler and a real mail server that takes its
time to answer. Groups are enrolled, members say that they cannot come, and at moments of chance comes
`kill -9` for one of the two processes; the next one starts on the same state. In the end every mail that
arrived is held against the rows of the outbox, and every purpose against the mails.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select, update

import store.groups
import store.links
import store.outbox
from care import delivery
from care.delivery import MessageKind
from store import schema, tables
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.bench.figure import Figure
from tests.bench.killing import LOST, Nursery, nursery, until_gone
from tests.peers.signalling import SignIn
from tests.scheduler import post_office
from tests.scheduler.post_office import PostOffice
from tests.services import postgres
from tests.services.circle import NAMES, make_person
from tests.services.process import free_port

CLINICS = 4
SERVER_SHARE = 0.15
"""How many of the deaths are the server's; the scheduler is the one that sends."""
LIFE_S = 0.25
"""At most so long a scheduler lives on once its first letter is on the wire."""
IN_USE_S = 4.0
SLOW_S = 0.04
"""At most so long the mail server takes to answer a text it has taken: the time in which nobody knows."""
QUIET_S, DRAINED_S = 20.0, 100.0
"""In the end it goes on while letters still arrive, and not for ever."""
MEMBERS, SESSIONS = 8, 20
GROUP = 10
TALKS_EACH_S = 0.1
UNDECIDED = ("pending", "claimed", "transmitting")


class SlowOffice(PostOffice):
    """Takes every letter, and answers a moment later."""

    dice = random.Random(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self.dice.uniform(0, SLOW_S))
        return answer


@dataclass
class Tally:
    """What the mails and the rows say in the end."""

    kills: int = 0
    kills_of_servers: int = 0
    letters: int = 0
    purposes: int = 0
    acknowledged: int = 0
    repeats: int = 0
    outside: int = 0
    unrecorded: int = 0
    forgotten: int = 0
    unwritten: int = 0
    unthanked: int = 0
    unfinished: int = 0
    phantoms: int = 0
    in_the_window: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)
        return self


@dataclass
class Clinic:
    """One state directory, its mail server, and the people who cause messages."""

    state: StoreSettings
    log: Path
    dice: random.Random
    office: PostOffice
    enrolled: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    caught: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)

    async def prepare(self) -> None:
        """A group whose members will say that they cannot come."""
        self.origin = f"http://127.0.0.1:{free_port()}"
        await schema.migrate(self.state)
        self.db, self.keys = await Database.open(self.state), Keys.load(self.state)
        now = datetime.now(UTC)
        async with self.db.write() as tx:
            group = await store.groups.create_group(tx, "Tuesday", "Europe/Berlin", SESSIONS, now)
            members = [
                await store.groups.add_member(
                    tx, group, await make_person(tx, self.keys, NAMES[seat], now), "participant", seat, now
                )
                for seat in range(1, MEMBERS + 1)
            ]
            sessions = [
                await store.groups.create_session(
                    tx,
                    group,
                    ordinal,
                    now + timedelta(days=3 * ordinal),
                    now + timedelta(days=3 * ordinal, hours=1),
                    "Europe/Berlin",
                )
                for ordinal in range(1, SESSIONS + 1)
            ]
            links = {
                one.id: await store.links.mint(tx, one.id, "join", now, now + timedelta(hours=3))
                for one in members
            }
        self._browsers = {one: SignIn(f"{self.origin}/j#{token}") for one, token in links.items()}
        self._pairs = [(member.id, session) for session in sessions for member in members]
        self.dice.shuffle(self._pairs)

    async def enrol(self) -> None:
        """Two more members of a group that begins tomorrow: with the next plan they get their links."""
        now = datetime.now(UTC)
        async with self.db.write() as tx:
            seat = 1 + len(self.enrolled) % GROUP
            if seat == 1:
                self._newest = await store.groups.create_group(tx, "Wednesday", "Europe/Berlin", 12, now)
                starts, ends = now + timedelta(hours=20), now + timedelta(hours=21)
                await store.groups.create_session(tx, self._newest, 1, starts, ends, "Europe/Berlin")
            for each in (seat, seat + 1):
                person = await make_person(tx, self.keys, NAMES[each], now)
                member = await store.groups.add_member(tx, self._newest, person, "participant", each, now)
                self.enrolled.append(member.id)

    def environment(self, role: str) -> dict[str, str]:
        """The settings of one of its processes."""
        given = {
            "role": role,
            "log": str(self.log),
            "IPT_DATA_DIR": str(self.state.data_dir),
            "IPT_BASE_URL": self.origin,
            "IPT_BIND": self.origin.removeprefix("http://"),
            "IPT_MEDIA_BIND": "127.0.0.1",
            "IPT_TICK_S": "0.1",
            "IPT_SMTP_HOST": "127.0.0.1",
            "IPT_SMTP_PORT": str(self.office.port),
            "IPT_SMTP_SECURITY": "none",
            "IPT_MAIL_FROM": "Appointments <appointments@clinic.example>",
            "IPT_MAIL_DAILY_CAP": "1000",
            "IPT_MAIL_QUIET_FROM": "00:00",
            "IPT_MAIL_QUIET_UNTIL": "00:00",
        }
        return given | ({"IPT_DATABASE_URL": self.state.database_url} if self.state.database_url else {})

    async def run(self, made: Nursery, kills: int) -> None:
        """So many deaths, then the peace in which everything is to arrive."""
        server = await made.server(self.environment("server"))
        talking = asyncio.create_task(self._talk())
        try:
            for _ in range(kills):
                if self.dice.random() < SERVER_SHARE:
                    await until_gone(server)
                    self.tally.kills += 1
                    self.tally.kills_of_servers += 1
                    server = await made.server(self.environment("server"))
                else:
                    await self._life(made)
            talking.cancel()
            await self._peace(made)
        finally:
            talking.cancel()
            await until_gone(server)
            for browser in self._browsers.values():
                await browser.close()

    async def _life(self, made: Nursery) -> None:
        """One scheduler: born, at work, killed."""
        await self.enrol()
        before = len(self.office.took)
        process = await made.server(self.environment("scheduler"))
        ended = time.monotonic() + IN_USE_S
        wanted = before + self.dice.randint(1, 3)
        while len(self.office.took) < wanted and time.monotonic() < ended:
            await asyncio.sleep(0.005)
        # Half of them die while the mail server is about to answer.
        await asyncio.sleep(self.dice.uniform(0, self.dice.choice((SLOW_S, LIFE_S))))
        os.kill(process, signal.SIGKILL)
        await until_gone(process)
        self.tally.kills += 1
        await self._note_the_dead()

    async def _note_the_dead(self) -> None:
        """Which letters were on the wire; the leases of the dead run out at once instead of in minutes."""
        leased = tables.outbox.c.state.in_(("claimed", "transmitting"))
        async with self.db.write() as tx:
            rows = await tx.execute(select(tables.outbox.c.id, tables.outbox.c.state).where(leased))
            self.caught.update(row.id for row in rows if row.state == "transmitting")
            past = datetime.now(UTC) - timedelta(seconds=1)
            await tx.execute(update(tables.outbox).where(leased).values(lease_until=past))

    async def _talk(self) -> None:
        """Members say through the server that they cannot come. What was answered is owed word of thanks."""
        while self._pairs:
            member, session = self._pairs.pop()
            with contextlib.suppress(*LOST):
                if await self._away(self._browsers[member], session):
                    self.told.append(delivery.key(MessageKind.ABSENCE_THANKS, member, session))
                    self.tally.acknowledged += 1
            await asyncio.sleep(TALKS_EACH_S)

    async def _away(self, who: SignIn, session: str) -> bool:
        if not who.place:
            await who.enter()
        page = f"{who.origin}/s/{who.place}/away/{session}"
        async with who.http.get(page) as shown:
            csrf = re.search(r'name="csrf" value="([^"]+)"', await shown.text())
        if csrf is None:
            return False
        data, headers = {"csrf": csrf[1], "category": "work"}, {"Origin": who.origin}
        async with who.http.post(page, data=data, headers=headers, allow_redirects=False) as reply:
            return reply.status == 303

    async def _peace(self, made: Nursery) -> None:
        """A scheduler that nobody kills; a person decides about what was lost twice on the wire."""
        process = await made.server(self.environment("scheduler"))
        try:
            began = lately = time.monotonic()
            arrived = len(self.office.took)
            while await self._left() and time.monotonic() < min(began + DRAINED_S, lately + QUIET_S):
                if len(self.office.took) > arrived:
                    arrived, lately = len(self.office.took), time.monotonic()
                await asyncio.sleep(0.1)
        finally:
            await until_gone(process)

    async def _left(self) -> int:
        """Messages without an end, and members nobody has written to yet."""
        now = datetime.now(UTC)
        async with self.db.write() as tx:
            for row in await store.outbox.listing(tx, state="uncertain"):
                await store.outbox.put_back(tx, row.id, now, most=99)
            # What a plan wants later, or what waits for somebody's morning, is not due.
            waiting = select(func.count()).where(
                tables.outbox.c.state.in_(UNDECIDED), tables.outbox.c.due_at <= now
            )
            links = select(func.count()).where(tables.outbox.c.kind == MessageKind.JOIN_LINK.value)
            open_ones, written = (
                (await tx.execute(waiting)).scalar_one(),
                (await tx.execute(links)).scalar_one(),
            )
        return open_ones + len(self.enrolled) - written

    async def verdict(self) -> Tally:
        """Mails against rows, purposes against mails."""
        async with self.db.read() as tx:
            written = await store.outbox.listing(tx, limit=100_000)
        await self.db.close()
        now = datetime.now(UTC)
        undecided = {row.key for row in written if row.state in UNDECIDED and row.due_at <= now}
        copies = Counter(str(mail["Message-ID"]) for mail in self.office.took)
        by_member = {
            row.payload["member"]
            for row in written
            if row.kind == MessageKind.JOIN_LINK and row.state == "sent"
        }
        sent_keys = {row.key for row in written if row.state == "sent"}
        rows = {row.message_id: row for row in written if row.message_id}
        found = self.tally
        found.letters, found.purposes = sum(copies.values()), len(copies)
        for message_id, count in copies.items():
            row, more = rows.get(message_id), count - 1
            found.repeats += more
            found.outside += max(0, more - (self.caught[row.id] if row else 0))
            found.unrecorded += max(0, more - (row.repeats if row else 0))
        found.in_the_window = sum(self.caught.values())
        found.unwritten = len(set(self.enrolled) - by_member)
        found.unthanked = len(set(self.told) - sent_keys)
        found.unfinished = len(undecided)
        found.phantoms = sum(row.state == "sent" and not copies[row.message_id] for row in rows.values())
        found.forgotten = len((set(self.enrolled) - by_member) | (set(self.told) - sent_keys) | undecided)
        found.forgotten += found.phantoms
        return found


@asynccontextmanager
async def slow_office(dice: random.Random) -> AsyncIterator[PostOffice]:
    """A mail server that takes its time."""
    async with post_office.opened(office=SlowOffice()) as office:
        assert isinstance(office, SlowOffice)
        office.dice = dice
        yield office


async def killed(kills: int, seed: int, folder: Path, clinics: int = CLINICS) -> tuple[Tally, bool]:
    """So many deaths over all clinics, half of them on PostgreSQL where there is one; and if there is."""
    programs = postgres.binaries()
    cluster = None if programs is None else await asyncio.to_thread(postgres.Postgres, programs)
    total = Tally()
    try:
        async with contextlib.AsyncExitStack() as stack:
            made = await stack.enter_async_context(nursery())
            running = []
            for number in range(clinics):
                dice = random.Random(seed + number)
                state = StoreSettings(data_dir=folder / f"clinic-{number}")
                if cluster is not None and number % 2:
                    url = cluster.url(cluster.make(empty=True))
                    state = StoreSettings(data_dir=state.data_dir, database_url=url)
                office = await stack.enter_async_context(slow_office(dice))
                running.append(Clinic(state, folder / f"log-{number}", dice, office))
                await running[-1].prepare()
            async with asyncio.TaskGroup() as living:
                for number, clinic in enumerate(running):
                    living.create_task(
                        clinic.run(made, kills * (number + 1) // clinics - kills * number // clinics)
                    )
            for clinic in running:
                total += await clinic.verdict()
    finally:
        if cluster is not None:
            await asyncio.to_thread(cluster.stop)
    return total, cluster is not None


async def kills_200() -> list[Figure]:
    """Two hundred deaths; duplicates that nothing explains, and what was never sent."""
    seed, began = int(time.time()), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ipt-bench-") as name:
        found, with_postgres = await killed(200, seed, Path(name))
    how = (
        f"{found.kills} times kill -9 of a live scheduler or server at a moment of chance (seed {seed}), "
        f"{CLINICS} clinics at once, {'half on PostgreSQL' if with_postgres else 'SQLite alone'}, a real "
        f"mail server that takes up to {SLOW_S * 1000:.0f} ms to answer; "
    )
    details = {name: count for name, count in vars(found).items() if name not in ("outside", "forgotten")}
    details["s"] = round(time.monotonic() - began)
    valid = found.kills >= 200 and found.letters > found.kills and found.acknowledged > 0
    return [
        Figure(
            figure="duplicates_200_kills",
            value=found.outside + found.unrecorded,
            unit="mails",
            how=how
            + "mails that arrived twice although no kill fell between the handing over and its record, or "
            "whose repeat is not on record",
            details=details,
            valid=valid,
        ),
        Figure(
            figure="forgotten_200_kills",
            value=found.forgotten,
            unit="messages",
            how=how
            + "links of enrolled members, acknowledged notices and rows called sent that never arrived",
            details=details,
            valid=valid,
        ),
    ]
