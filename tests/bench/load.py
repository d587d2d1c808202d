"""The load as a process of its own: `python -m tests.bench.load LINKS --rooms 0:4`, told what to do by JSON
lines.

Each line in is `{"do": NAME, ...}`; each is answered by one line `{"done": NAME, ...}`. End of input ends
the process.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import time
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvloop

from tests.peers import crowd, incoming
from tests.peers.incoming import Incoming
from tests.peers.pacing import Pacer

Json = dict[str, Any]


class Load:
    """The rooms of this process and what can be asked of them."""

    def __init__(self, sheets: list[Json], first: int) -> None:
        self.sheets, self.first = sheets, first
        self.pacer = Pacer()
        self.rooms: list[crowd.RoomOfPeers] = []
        self._marks: dict[Incoming, tuple[int, int]] = {}
        self._sent = 0
        self._cpu = self._at = 0.0

    async def enter(self, injected: float = 0.0) -> Json:
        """Fill the rooms."""
        began = time.monotonic()
        self.rooms = await crowd.enter_all(self.sheets, self.pacer, first=self.first, injected=injected)
        return {"seconds": time.monotonic() - began, "guests": sum(len(r.guests) for r in self.rooms)}

    async def publish(self) -> Json:
        """Everybody sends; garbage collection is off from now on."""
        for room in self.rooms:
            await room.publish()
        gc.collect()
        gc.freeze()
        gc.disable()
        return {}

    async def pause(self, drain: float = 1.0) -> Json:
        """Stop sending and let what is under way arrive."""
        for room in self.rooms:
            room.pause()
        await asyncio.sleep(drain)
        return {}

    async def go_on(self) -> Json:
        """Send again."""
        for room in self.rooms:
            room.go_on()
        return {}

    async def mark(self) -> Json:
        """Begin to count here."""
        self._marks = {stream: (stream.highest(), stream.packets) for stream in self._streams()}
        for room in self.rooms:
            for guest in room.guests:
                assert guest.leg is not None
                guest.leg.tally.clear()
        incoming.LATENCY[:] = array("L", [0]) * len(incoming.LATENCY)
        self._sent, self._cpu, self._at = self._published(), time.process_time(), time.monotonic()
        return {}

    async def count(self) -> Json:
        """Everything since the mark."""
        lost = 0
        for stream in self._streams():
            highest, packets = self._marks.get(stream, (stream.base - 1, 0))
            lost += (stream.highest() - highest) - (stream.packets - packets)
        return {
            "tally": asdict(crowd.total(self.rooms)),
            "gone": lost,
            "sent": self._published() - self._sent,
            "seconds": time.monotonic() - self._at,
            "cpu": time.process_time() - self._cpu,
            "late": self.pacer.late,
            "latency": {n: c for n, c in enumerate(incoming.LATENCY) if c},
        }

    async def run(self, seconds: float) -> Json:
        """Count over some seconds of sending."""
        await self.mark()
        await asyncio.sleep(seconds)
        return await self.count()

    def _streams(self) -> list[Incoming]:
        legs = (guest.leg for room in self.rooms for guest in room.guests)
        return [s for leg in legs if leg is not None for s in leg.incoming.values() if s.began]

    def _published(self) -> int:
        replays = (guest.replay for room in self.rooms for guest in room.guests)
        return sum(s.packets for r in replays if r is not None for s in r.leg.outgoing.values())

    async def close(self) -> Json:
        """All leave."""
        for room in self.rooms:
            await room.close()
        return {}


async def _serve(load: Load) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        name = order.pop("do")
        act: Callable[..., Awaitable[Json]] = getattr(load, name)
        try:
            result = await act(**order)
        except Exception as error:  # the process that asked must learn of it
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"done": name, **result}), flush=True)


async def _main(links: Path, rooms: str) -> None:
    first, end = (int(n) for n in rooms.split(":"))
    await _serve(Load(json.loads(links.read_text())["rooms"][first:end], first))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("links", type=Path)
    parser.add_argument("--rooms", default="0:1")
    arguments = parser.parse_args()
    uvloop.run(_main(arguments.links, arguments.rooms))
