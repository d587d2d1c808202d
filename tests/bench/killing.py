"""What a server that is killed again and again loses: decisions that it had acknowledged, and facts.

Several houses at once, each a real server of its own on SQLite or PostgreSQL. In each a coordinator decides
without a pause, people come and go, and a facilitator is in the room with sound and picture; at a moment of
chance comes `kill -9`, and the next server starts on the same state. The client writes down what it was told,
and in the end the log is held against the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import select

import store.links
import store.presence
from care.facts import Fact, Kind
from store import schema, tables
from store.database import Database
from store.groups import Member
from store.sealing import Keys
from store.settings import StoreSettings
from tests.bench.clinic import Office, one_group
from tests.bench.figure import Figure
from tests.peers.guest import Guest
from tests.peers.pacing import Pacer
from tests.peers.signalling import SignIn, Socket, Turned
from tests.services import postgres
from tests.services.circle import make_circle
from tests.services.process import free_port

HOUSES = 4
SHORT_LIVES, LONG_LIVES = 25, 2
SHORT_S, LONG_S = (0.0, 1.5), (11.0, 13.0)
"""How long a server lives once somebody is in. In a long life it has told of its connections once or more."""
IN_USE_S = 5.0
"""Nobody has come in by then on a crowded machine: it is killed all the same."""
SETTLED_S = 1.0
"""A fact that the client knew for this long must be there: ten times stricter than what is promised."""
BEAT_S = 10.0
"""How much of an open connection may be unknown, and a second for the telling itself."""
READY_S = 20.0
CHOICES = ("attended:phone", "attended:facilitator_saw")
LOST = (aiohttp.ClientError, ConnectionError, TimeoutError, Turned, AssertionError, json.JSONDecodeError)
"""How a client learns that its server is gone."""


@dataclass
class Life:
    """One server from its first answer to its death, and what the client was told meanwhile."""

    began: datetime
    ended: datetime
    decided: list[str] = field(default_factory=list)
    told: list[tuple[Kind, str, datetime]] = field(default_factory=list)
    in_use: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, kind: Kind, member: str) -> None:
        """The client knows of a fact as of now."""
        self.told.append((kind, member, datetime.now(UTC)))
        self.in_use.set()


@dataclass
class Lost:
    """What the log knows and the database does not."""

    decisions: int = 0
    facts: int = 0
    young: int = 0
    presence: int = 0

    def __iadd__(self, other: Lost) -> Lost:
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)
        return self


class Nursery:
    """Makes server processes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def server(self, environment: dict[str, str]) -> int:
        """The id of a new server with these settings."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(environment).encode() + b"\n")
            await self._process.stdin.drain()
            return int(await self._process.stdout.readline())


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """Ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.nursery", stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


class House:
    """One state directory and database, and the people around it."""

    def __init__(self, state: StoreSettings, log: Path, dice: random.Random) -> None:
        self.state, self.log, self.dice = state, log, dice
        self.origin = f"http://127.0.0.1:{free_port()}"
        self.lives: list[Life] = []
        self.session = ""
        self._pacer = Pacer()

    async def prepare(self) -> None:
        """A group with sessions to decide about, and another whose session is open now."""
        await schema.migrate(self.state)
        db, keys = await Database.open(self.state), Keys.load(self.state)
        now = datetime.now(UTC)
        try:
            self.office: Office = await one_group(db, keys)
            async with db.write() as tx:
                circle = await make_circle(tx, keys, 3, now - timedelta(minutes=1))
                self.session = circle.session
                self._links = {
                    one.id: f"{self.origin}/j#{await self._link(tx, one, now)}"
                    for one in (circle.facilitator, *circle.participants)
                }
                self._leader = circle.facilitator.id
            # One browser each for all their lives: a link opens on one device.
            self._people = {
                member: SignIn(link) for member, link in self._links.items() if member != self._leader
            }
            self._guest = Guest(self._links[self._leader], self._pacer)
            async with db.read() as tx:
                mine = tables.session.c.group == self.office.group
                rows = await tx.execute(
                    select(tables.session.c.id).where(mine, tables.session.c.state == "closed")
                )
                people = (tables.member.c.group == self.office.group, tables.member.c.role == "participant")
                self._held = [row.id for row in rows]
                self._members = [
                    row.id for row in await tx.execute(select(tables.member.c.id).where(*people))
                ]
        finally:
            await db.close()

    async def _link(self, tx: object, one: Member, now: datetime) -> str:
        purpose = "join" if one.role == "participant" else "staff"
        return await store.links.mint(tx, one.id, purpose, now, now + timedelta(hours=3))  # type: ignore[arg-type]

    def environment(self) -> dict[str, str]:
        """The settings of its servers."""
        given = {
            "log": str(self.log),
            "IPT_DATA_DIR": str(self.state.data_dir),
            "IPT_BIND": self.origin.removeprefix("http://"),
            "IPT_BASE_URL": self.origin,
            "IPT_MEDIA_BIND": "127.0.0.1",
        }
        return given | ({"IPT_DATABASE_URL": self.state.database_url} if self.state.database_url else {})

    async def live(self, made: Nursery, spans: tuple[float, float]) -> None:
        """One server: born, used, killed."""
        process = await made.server(self.environment())
        try:
            await self._until_it_answers()
            life = Life(datetime.now(UTC), datetime.now(UTC))
            self.lives.append(life)
            async with asyncio.TaskGroup() as using:
                clients = [self._decide(life), self._lead(life)]
                clients += [self._come_and_go(life, one) for one in self._links if one != self._leader]
                tasks = [using.create_task(work) for work in clients]
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(life.in_use.wait(), IN_USE_S)
                await asyncio.sleep(self.dice.uniform(*spans))
                os.kill(process, signal.SIGKILL)
                life.ended = datetime.now(UTC)
                for task in tasks:
                    task.cancel()
        finally:
            await until_gone(process)

    async def _until_it_answers(self) -> None:
        try:
            async with asyncio.timeout(READY_S), aiohttp.ClientSession() as http:
                while True:
                    with contextlib.suppress(aiohttp.ClientError):
                        async with http.get(f"{self.origin}/healthz"):
                            return
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise RuntimeError("a server did not come up: " + self.log.read_text()[-1000:]) from None

    async def _decide(self, life: Life) -> None:
        """One correction after another; each that was answered is in the log."""
        cookies = {f"desk-{self.office.desk}": self.office.token}
        page = f"{self.origin}/s/{self.office.place}/attendance/"
        with contextlib.suppress(*LOST):
            async with aiohttp.ClientSession(cookies=cookies, headers={"Origin": self.origin}) as http:
                async with http.get(page + self._held[0]) as reply:
                    csrf = re.search(r'name="csrf" value="([^"]+)"', await reply.text())
                assert csrf is not None, f"no form: {reply.status}"
                while True:
                    key = f"{len(self.lives)}-{len(life.decided)}"
                    choice = {f"choice-{self.dice.choice(self._members)}": self.dice.choice(CHOICES)}
                    data = {"csrf": csrf[1], "key": key} | choice
                    where = page + self.dice.choice(self._held)
                    async with http.post(where, data=data, allow_redirects=False) as reply:
                        if reply.status != 303:
                            raise RuntimeError(f"a decision was answered with {reply.status}")
                        life.decided.append(key)

    async def _come_and_go(self, life: Life, member: str) -> None:
        """Somebody who opens the room's page again and again."""
        who = self._people[member]
        with contextlib.suppress(*LOST):
            if not who.place:
                await who.enter()
            while True:
                socket = await Socket.join(who, self.session, slots=0)
                life.tell(Kind.SOCKET_OPEN, member)
                await asyncio.sleep(self.dice.uniform(0.05, 0.4))
                await socket.close()
                await asyncio.sleep(0.6 if len(life.told) > 60 else 0.0)  # tickets are one a second

    async def _lead(self, life: Life) -> None:
        """The facilitator: in the room, connected, sending."""
        guest = self._guest
        try:
            with contextlib.suppress(*LOST):
                await guest.join(self.session)
                life.tell(Kind.SOCKET_OPEN, self._leader)
                await guest.connect()
                await guest.knock()
                assert guest.socket is not None
                await guest.socket.until(lambda state: state["stage"] == "room")
                await guest.publish()
                life.tell(Kind.TRANSPORT_UP, self._leader)
                await asyncio.Event().wait()
        finally:
            if guest.replay is not None:
                guest.replay.close(goodbye=False)
            if guest.socket is not None:
                await guest.socket.close()

    async def lost(self) -> Lost:
        """The log against the database."""
        db = await Database.open(self.state)
        try:
            async with db.read() as tx:
                stored = {row.key for row in await tx.execute(select(tables.decision.c.key))}
                facts = await store.presence.facts(tx, self.session)
        finally:
            await db.close()
            self._pacer.close()
            for who in (self._guest.sign_in, *self._people.values()):
                await who.close()
        found = Lost()
        for life in self.lives:
            found.decisions += len(set(life.decided) - stored)
            found += missing(life, facts)
        # The last server was not followed by another that would have ended what it left open.
        for life in self.lives[:-1]:
            found.presence += unknown_presence(life, facts)
        return found


async def until_gone(process: int) -> None:
    """Returns when the system has cleared the process away, and its locks with it."""
    with contextlib.suppress(ProcessLookupError):
        while True:
            os.kill(process, signal.SIGKILL)
            await asyncio.sleep(0.005)


def missing(life: Life, facts: list[Fact]) -> Lost:
    """Facts of one life that the client knew and the database does not hold."""
    held = Counter((one.kind, one.member) for one in facts if life.began <= one.at <= life.ended)
    found = Lost()
    for settled in (True, False):  # what was known for longer is looked for first
        for kind, member, at in life.told:
            if ((life.ended - at).total_seconds() >= SETTLED_S) is not settled:
                continue
            if held[kind, member] > 0:
                held[kind, member] -= 1
            elif settled:
                found.facts += 1
            else:
                found.young += 1
    return found


def unknown_presence(life: Life, facts: list[Fact]) -> int:
    """Connections whose end was put earlier than their last proof of life allows."""
    ups = [one for one in facts if one.kind is Kind.TRANSPORT_UP and life.began <= one.at <= life.ended]
    downs = {one.connection: one.at for one in facts if one.kind is Kind.TRANSPORT_DOWN}
    known_until = life.ended - timedelta(seconds=BEAT_S + 1)
    return sum(downs.get(one.connection, one.at) < max(one.at, known_until) for one in ups)


async def killed() -> list[Figure]:
    """All houses at once, half of them on PostgreSQL where that is installed."""
    seed, began = int(time.time()), time.monotonic()
    programs = postgres.binaries()
    cluster = None if programs is None else await asyncio.to_thread(postgres.Postgres, programs)
    with tempfile.TemporaryDirectory(prefix="ipt-bench-") as name:
        try:
            houses = []
            for number in range(HOUSES):
                state = StoreSettings(data_dir=Path(name) / f"house-{number}")
                if cluster is not None and number % 2:
                    state = StoreSettings(
                        data_dir=state.data_dir, database_url=cluster.url(cluster.make(empty=True))
                    )
                houses.append(House(state, Path(name) / f"log-{number}", random.Random(seed + number)))
                await houses[-1].prepare()
            async with nursery() as made, asyncio.TaskGroup() as living:
                for house in houses:
                    living.create_task(_lives(house, made))
            lost = Lost()
            for house in houses:
                lost += await house.lost()
        finally:
            if cluster is not None:
                await asyncio.to_thread(cluster.stop)
    lives = [life for house in houses for life in house.lives]
    told, decided = sum(len(one.told) for one in lives), sum(len(one.decided) for one in lives)
    return [
        Figure(
            figure="kill_points_lost",
            value=lost.decisions + lost.facts + lost.presence,
            unit="lost",
            how=f"{len(lives)} times kill -9 of a live server at a moment of chance (seed {seed}), {HOUSES} "
            f"houses at once, {'half on PostgreSQL' if cluster else 'SQLite alone'}; acknowledged decisions "
            f"missing, facts missing that the client had known for {SETTLED_S:.0f} s, connections whose end "
            f"is put more than {BEAT_S:.0f} s before the kill",
            details={
                "kills": len(lives),
                "decisions acknowledged": decided,
                "facts known": told,
                "decisions lost": lost.decisions,
                "facts lost": lost.facts,
                "presence lost": lost.presence,
                f"facts lost that were younger than {SETTLED_S:.0f} s": lost.young,
                "s": round(time.monotonic() - began),
            },
            valid=len(lives) >= 100 and decided > len(lives) and told > len(lives),
        )
    ]


async def _lives(house: House, made: Nursery) -> None:
    kinds = [LONG_S] * LONG_LIVES + [SHORT_S] * SHORT_LIVES
    house.dice.shuffle(kinds)
    for spans in kinds:
        await house.live(made, spans)
