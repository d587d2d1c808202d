"""What a member costs in memory, whether a hundred joins and leaves leave anything behind, and how soon a
killed client is missed."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure, median, share_below
from tests.bench.forwarding import MEMBERS, WARM_S
from tests.bench.loading import loads
from tests.bench.serving import Served, serving
from tests.peers.guest import Guest
from tests.peers.pacing import Pacer

ROOMS_OF_KILLED = 2
LARGEST = 12
KILL_EVERY_S = 0.7
CYCLES = 100
SETTLE_S = 15.0
GROWTH_AT_MOST = 0.02


@dataclass(frozen=True)
class Weight:
    """Proportional resident bytes of a service: idle, and at two moments of a room of ten."""

    idle: int
    early: int
    late: int
    first_s: float
    last_s: float

    @property
    def growth(self) -> float:
        """What came on between the moments, as a share of the earlier."""
        return (self.late - self.early) / self.early

    def how(self) -> str:
        """The words about the growth."""
        return f"growth of the whole from second {self.first_s:.0f} to second {self.last_s:.0f}"

    def details(self) -> dict[str, float]:
        """The growth and the weights themselves, in MB."""
        weights = {"idle MB": self.idle, "early MB": self.early, "late MB": self.late}
        return {"growth": round(self.growth, 4), **{k: round(v / 1e6, 1) for k, v in weights.items()}}


async def _weigh(first_s: float, last_s: float) -> Weight:
    async with serving(1, MEMBERS) as served, loads(served, 1) as load:
        idle = served.memory()
        await load.ask("enter")
        await load.ask("publish")
        await asyncio.sleep(WARM_S + first_s)
        early = served.memory()
        await asyncio.sleep(last_s - first_s)
        late = served.memory()
    return Weight(idle, early, late, first_s, last_s)


async def memory() -> list[Figure]:
    """Bytes a member in a room of ten, and what is added to it within a minute."""
    weight = await _weigh(15.0, 65.0)
    return [
        Figure(
            figure="memory_per_member",
            value=round((weight.early - weight.idle) / MEMBERS),
            unit="bytes",
            how="proportional resident bytes of all processes with a room of ten sending, less those of the "
            f"idle service, / 10; {weight.how()}",
            details=weight.details(),
            valid=weight.growth <= GROWTH_AT_MOST,
        )
    ]


async def growth() -> list[Figure]:
    """What a room of ten adds to the memory from its second to its tenth minute; takes those ten minutes."""
    weight = await _weigh(120.0, 600.0)
    return [
        Figure(
            figure="memory_growth_10_minutes",
            value=weight.growth,
            unit="share",
            how="proportional resident bytes of all processes with a room of ten sending; " + weight.how(),
            details=weight.details(),
            valid=weight.growth <= GROWTH_AT_MOST,
        )
    ]


async def cycles() -> list[Figure]:
    """Tasks and descriptors that a hundred joins and leaves left behind."""
    async with serving(1, 12, pinned=False) as served:
        pacer = Pacer()
        sheet = served.sheets[0]
        leader = Guest(sheet["facilitators"][0]["link"], pacer, seed=1)
        await leader.join(sheet["session"])
        await leader.connect()
        await leader.knock()
        await leader.publish()
        comers = [Guest(p["link"], pacer, seed=9 + n) for n, p in enumerate(sheet["participants"])]
        for comer in comers:
            await _cycle(comer, leader, sheet["session"])
        before = await _left(served)
        began = time.monotonic()
        for n in range(CYCLES):
            await _cycle(comers[n % len(comers)], leader, sheet["session"])
        spent = time.monotonic() - began
        after = await _settled(served, before)
        for guest in (leader, *comers):
            await guest.close()
        pacer.close()
    tasks, descriptors = after[0] - before[0], after[1] - before[1]
    return [
        Figure(
            figure="cycles_100_leak",
            value=int(max(0, tasks) + max(0, descriptors)),
            unit="tasks + descriptors",
            how=f"{CYCLES} times ticket, socket, ICE, DTLS, admission, media, end, in {spent:.0f} s, by "
            f"{len(comers)} people in turn, some without a goodbye; counts of the room after at most "
            f"{SETTLE_S:.0f} s against those after the first {len(comers)}",
            details={"tasks": [before[0], after[0]], "descriptors": [before[1], after[1]]},
        )
    ]


async def _cycle(comer: Guest, leader: Guest, session: str) -> None:
    await comer.join(session)
    await comer.connect()
    if comer.state["stage"] == "door":
        await comer.knock()
        await leader.until_waiting(comer.member)
        await leader.admit(comer.member)
    await comer.until_full(1)
    await comer.publish()
    heard = comer.leg
    assert heard is not None
    async with asyncio.timeout(10):
        while heard.tally.packets < 3:
            await asyncio.sleep(0.01)
    await comer.hang_up(goodbye=comer.seed % 2 == 0)


async def _left(served: Served) -> tuple[int, int]:
    tasks = await served.metric("ipt_tasks")
    return int(tasks or 0), served.descriptors()


async def _settled(served: Served, before: tuple[int, int]) -> tuple[int, int]:
    """The counts once they are back, or what they are after SETTLE_S."""
    until = time.monotonic() + SETTLE_S
    while True:
        now = await _left(served)
        if time.monotonic() > until or (now[0] <= before[0] and now[1] <= before[1]):
            return now
        await asyncio.sleep(0.5)


async def killed() -> list[Figure]:
    """How soon the others see "reconnecting", and the fact is stored, when a client and its network
    vanish."""
    async with serving(ROOMS_OF_KILLED, LARGEST, pinned=False) as served:
        pacer = Pacer()
        rooms = [await _full_room(sheet, pacer) for sheet in served.sheets]
        kills = [
            _kill(guest, leader, served, n * KILL_EVERY_S)
            for leader, others in rooms
            for n, guest in enumerate(others)
        ]
        times = await asyncio.gather(*kills)
        for leader, others in rooms:
            for guest in (leader, *others):
                await guest.close()
        pacer.close()
    seen, stored = [t[0] for t in times], [t[1] for t in times]
    return [
        Figure(
            figure="killed_peer_gone_p95",
            value=share_below([max(pair) for pair in times], 0.95),
            unit="s",
            how=f"s from the last sign of life (no STUN, media or WebSocket, nothing closed) until "
            f"the facilitator sees 'reconnecting' and the fact is in the database; {len(times)} "
            f"clients killed in {ROOMS_OF_KILLED} rooms, all kept their seat",
            details={
                "seen p50": round(median(seen), 1),
                "stored p50": round(median(stored), 1),
                "max": round(max(max(pair) for pair in times), 1),
            },
        )
    ]


async def _full_room(sheet: dict[str, Any], pacer: Pacer) -> tuple[Guest, list[Guest]]:
    """A facilitator and everybody who is a participant of one room, admitted and sending."""
    leader = Guest(sheet["facilitators"][0]["link"], pacer, seed=1)
    others = [Guest(p["link"], pacer, seed=9 + n) for n, p in enumerate(sheet["participants"])]
    for guest in (leader, *others):
        await guest.join(sheet["session"])
        await guest.connect()
        await guest.knock()
    for guest in others:
        await leader.until_waiting(guest.member)
        await leader.admit(guest.member)
        await guest.publish()
    await leader.publish()
    return leader, others


async def _kill(guest: Guest, leader: Guest, served: Served, after: float) -> tuple[float, float]:
    await asyncio.sleep(after)
    member, seat = guest.member, guest.state["you"]["seat"]
    guest.vanish()
    at = time.monotonic()
    wall = time.time()

    def gone(state: dict[str, list[dict[str, object]]]) -> bool:
        return any(
            m["member"] == member and m["connection"] == "reconnecting" and m["seat"] == seat
            for m in state["members"]
        )

    assert leader.socket is not None
    await leader.socket.until(gone, 30)
    seen = time.monotonic() - at
    database = served.folder / "data" / "rooms.db"
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(_stored, database, member, wall):
            await asyncio.sleep(0.1)
    return seen, time.monotonic() - at


def _stored(database: Path, member: str, since: float) -> bool:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5) as connection:
        rows = connection.execute(
            "select count(*) from fact where member = ? and kind = 'transport_down'", (member,)
        )
        return bool(rows.fetchone()[0])
