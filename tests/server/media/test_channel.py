"""Lines between the server and a worker."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from server.media import channel as lines
from server.media.channel import (
    Begin,
    Channel,
    Failed,
    Logged,
    Ready,
    begin_from_line,
    line_of,
    told_from_line,
)
from server.media.messages import Up
from server.media.options import MediaOptions


class End:
    """One end of a pair."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.changed = asyncio.Event()
        self.ended = asyncio.Event()
        self.channel = Channel(self._line, self.ended.set)

    def _line(self, line: bytes) -> None:
        self.lines.append(line)
        self.changed.set()

    async def until(self, count: int) -> list[bytes]:
        async with asyncio.timeout(5):
            while len(self.lines) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.lines


@pytest.fixture
async def pair() -> AsyncIterator[tuple[End, End]]:
    """Two ends that hear each other."""
    ends = End(), End()
    for end, sock in zip(ends, socket.socketpair(), strict=True):
        await asyncio.get_running_loop().create_unix_connection(lambda end=end: end.channel, sock=sock)  # type: ignore[misc]
    yield ends
    for end in ends:
        end.channel.close()
    await asyncio.sleep(0)  # the loop closes their sockets in its next turn


def test_the_first_line_says_what_a_worker_is_to_be() -> None:
    begin = Begin(
        options=MediaOptions(port=5, tcp_port=6, bind=("127.0.0.1", "::1"), announced=("192.0.2.7",))
    )
    assert begin_from_line(line_of(begin)) == begin


@pytest.mark.parametrize(
    "told",
    [Ready(port=5), Failed(what="port", words="taken"), Logged(level=20, text="ä\n"), Up(leg="a", at_ms=1)],
)
def test_what_a_worker_says_survives_its_line(told: lines.Told) -> None:
    line = line_of(told)
    assert told_from_line(line) == told
    assert line.count(b"\n") == 1


@pytest.mark.parametrize("line", [b"", b"1", b"{}", b'{"type":"Ready"}', b'{"type":"Ready","x":1}', b"\xff"])
def test_a_line_that_says_nothing_is_a_value_error(line: bytes) -> None:
    for read in (told_from_line, begin_from_line):
        with pytest.raises(ValueError, match=r"."):
            read(line)


async def test_lines_arrive_whole_and_in_order_however_long(pair: tuple[End, End]) -> None:
    one, other = pair
    long = b"x" * 200_000 + b"\n"
    for line in (b"a\n", long, b"b\n"):
        one.channel.say(line)
    assert await other.until(3) == [b"a", long[:-1], b"b"]
    one.channel.close()
    await asyncio.wait_for(other.ended.wait(), 5)


async def test_an_end_that_says_no_more_still_hears_the_answer(pair: tuple[End, End]) -> None:
    one, other = pair
    one.channel.say(b"last\n")
    one.channel.finish()
    await asyncio.wait_for(other.ended.wait(), 5)
    assert other.lines == [b"last"]
    other.channel.say(b"answer\n")
    other.channel.close()
    assert await one.until(1) == [b"answer"]
    await asyncio.wait_for(one.ended.wait(), 5)


async def test_a_line_that_fails_does_not_take_the_next_with_it(
    pair: tuple[End, End], caplog: pytest.LogCaptureFixture
) -> None:
    one, other = pair
    heard: list[bytes] = []

    def take(line: bytes) -> None:
        heard.append(line)
        if line == b"bad":
            raise RuntimeError("bad")
        other.changed.set()

    other.channel._on_line = take
    one.channel.say(b"bad\ngood\n")
    await asyncio.wait_for(other.changed.wait(), 5)
    assert heard == [b"bad", b"good"]
    assert "could not be handled" in caplog.text


async def test_a_line_without_end_ends_the_channel(
    pair: tuple[End, End], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 1000)
    one, other = pair
    one.channel.say(b"x" * 5000)
    await asyncio.wait_for(other.ended.wait(), 5)
    assert other.lines == []
    await asyncio.wait_for(one.ended.wait(), 5)


async def test_a_peer_that_does_not_read_ends_the_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_WAITING_BYTES", 10_000)
    ours, theirs = socket.socketpair()
    end = End()
    await asyncio.get_running_loop().create_unix_connection(lambda: end.channel, sock=ours)
    for _ in range(100):
        end.channel.say(b"x" * 10_000 + b"\n")
    await asyncio.wait_for(end.ended.wait(), 5)
    end.channel.say(b"into nothing\n")
    theirs.close()
