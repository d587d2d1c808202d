"""Load processes and how to speak to them."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.bench.serving import LOAD_CORE, Served
from tests.peers.incoming import BUCKET_NS

Json = dict[str, Any]
LINE = 1 << 24


@dataclass(frozen=True)
class Count:
    """What all load processes counted together between a mark and the reading."""

    tally: Counter[str]
    gone: int
    sent: int
    seconds: float
    cpu: float
    latency: dict[int, int]

    @property
    def rate(self) -> float:
        """Forwarded packets a second that were decrypted and found right."""
        return self.tally["packets"] / self.seconds

    def faults(self) -> dict[str, int]:
        """Counts that must be zero whatever the network did."""
        names = ("spoilt", "strangers", "misplaced", "mistimed", "mispictured", "misnumbered", "unauthentic")
        return {name: self.tally[name] for name in names if self.tally[name]}


class Loads:
    """Several load processes asked as one."""

    def __init__(self, processes: list[asyncio.subprocess.Process]) -> None:
        self.processes = processes

    async def ask(self, do: str, **fields: Any) -> list[Json]:
        """Give an order to all and wait for all; RuntimeError with the words of whoever failed."""
        return await asyncio.gather(*(self._one(p, {"do": do, **fields}) for p in self.processes))

    async def _one(self, process: asyncio.subprocess.Process, order: Json) -> Json:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        answer: Json = json.loads(line) if line else {"error": "the load process ended"}
        if "error" in answer:
            raise RuntimeError(f"load, {order['do']}: {answer['error']}")
        return answer

    async def count(self) -> Count:
        """Everything since the mark, summed."""
        return summed(await self.ask("count"))


def summed(answers: list[Json]) -> Count:
    """The counts of several processes together."""
    tally: Counter[str] = Counter()
    latency: Counter[int] = Counter()
    for answer in answers:
        tally.update(answer["tally"])
        latency.update({int(bucket): count for bucket, count in answer["latency"].items()})
    return Count(
        tally=tally,
        gone=sum(a["gone"] for a in answers),
        sent=sum(a["sent"] for a in answers),
        seconds=max(a["seconds"] for a in answers),
        cpu=sum(a["cpu"] for a in answers),
        latency=dict(latency),
    )


BUCKET_MS = BUCKET_NS / 1e6


@asynccontextmanager
async def loads(served: Served, rooms: int, processes: int = 1) -> AsyncIterator[Loads]:
    """Load processes on the other core, each with its share of the rooms; ended with the block."""
    bounds = [rooms * n // processes for n in range(processes + 1)]
    started = [await _start(served, f"{first}:{end}") for first, end in itertools.pairwise(bounds)]
    try:
        yield Loads(started)
    finally:
        for process in started:
            assert process.stdin is not None
            process.stdin.close()
        for process in started:
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _start(served: Served, rooms: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "taskset", "-c", str(LOAD_CORE), sys.executable, "-m", "tests.bench.load",
        str(served.links), "--rooms", rooms,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE,
    )  # fmt: skip
