import asyncio
from typing import Any

from server.rooms import told
from server.rooms.outbound import MOST_WAITING, Outbound
from server.rooms.pace import Pace
from tests.server.scene import Scene


class Reader:
    """A socket that takes frames when it is let."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.code: int | None = None
        self.open = asyncio.Event()

    async def send_str(self, frame: str) -> None:
        await self.open.wait()
        self.frames.append(frame)

    async def close(self, *, code: int, drain: bool = True) -> None:
        self.code = code


def states() -> tuple[told.State, told.State]:
    scene = Scene()
    socket = scene.connected("p0")
    first = scene.state(socket)
    scene.say(socket, "arrive")
    return first, scene.state(socket)


async def run(out: Outbound, reader: Any) -> None:
    await out.run(reader)


async def test_a_newer_state_replaces_one_that_waits() -> None:
    older, newer = states()
    out, reader = Outbound(lambda m: m), Reader()
    out.put(older)
    out.put(told.Pulse(n=1, now_ms=0))
    out.put(newer)
    out.finish(1000)
    reader.open.set()
    await run(out, reader)
    assert [f.split('"')[3] for f in reader.frames] == ["pulse", "state"]
    assert f'"version":{newer.version}' in reader.frames[1]
    assert reader.code == 1000


async def test_a_client_that_does_not_read_is_told_so_and_closed() -> None:
    out, reader = Outbound(lambda m: m), Reader()
    for n in range(MOST_WAITING + 1):
        out.put(told.Pulse(n=n, now_ms=0))
    out.put(told.Pulse(n=0, now_ms=0))
    reader.open.set()
    await run(out, reader)
    assert len(reader.frames) == 1
    assert '"code":"slow"' in reader.frames[0]
    assert reader.code == 1013


async def test_what_was_said_before_the_end_arrives_before_it() -> None:
    out, reader = Outbound(lambda m: m), Reader()
    out.put(told.Bye(code="ended", words="x"))
    out.finish(1000)
    out.put(told.Pulse(n=0, now_ms=0))
    reader.open.set()
    await run(out, reader)
    assert len(reader.frames) == 1


def test_a_pace_allows_bursts_and_then_a_rate() -> None:
    pace = Pace(3, 2, 0)
    assert [pace.allow(0) for _ in range(4)] == [True, True, True, False]
    assert not pace.allow(499)
    assert pace.allow(500)
    assert not pace.allow(501)
    assert [pace.allow(100_000) for _ in range(4)] == [True, True, True, False]
