"""JSON lines over a Unix socket pair: how the server and a media worker process talk.

Most lines are the engine's commands and events. Four more belong to the process itself: `Begin` is the first
line a worker gets; `Ready` or `Failed` is the first it says; `Logged` carries its log lines, so that all
lines of a server come out in one place and one form.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from server.media.messages import Command, Event, event_from_line, to_line
from server.media.options import MediaOptions

logger = logging.getLogger(__name__)

MAX_LINE_BYTES = 1024 * 1024
"Longer than any offer; a line without end is a broken peer."
MAX_WAITING_BYTES = 8 * 1024 * 1024
"A peer that reads nothing for so long does not live any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """What a worker is to be; its `port` and `tcp_port` are its own."""

    options: MediaOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The worker's ports are open."""

    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The worker could not start and ends."""

    what: Literal["port", "libraries"]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One line for the log."""

    level: int
    text: str


Told = Event | Ready | Failed | Logged
_OWN = {kind.__name__: kind for kind in (Ready, Failed, Logged)}


def line_of(message: Command | Event | Begin | Ready | Failed | Logged) -> bytes:
    """One JSON line, newline included."""
    if isinstance(message, Begin | Ready | Failed | Logged):
        return json.dumps({"type": type(message).__name__, **asdict(message)}).encode() + b"\n"
    return to_line(message)


def begin_from_line(line: bytes) -> Begin:
    """The first line of a worker. Raises ValueError when it is something else."""
    values = _object(line)
    if values.get("type") != "Begin":
        raise ValueError("The first line does not say how to begin")
    options: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in values["options"].items()
    }
    return Begin(options=MediaOptions(**options))


def told_from_line(line: bytes) -> Told:
    """What a worker says. Raises ValueError when it is nothing known."""
    values = _object(line)
    kind = _OWN.get(str(values.pop("type", "")))
    if kind is None:
        return event_from_line(line)
    try:
        made = kind(**values)
    except TypeError as error:
        raise ValueError("The line does not have the fields of its type") from error
    assert isinstance(made, Ready | Failed | Logged)
    return made


def _object(line: bytes) -> dict[str, Any]:
    values = json.loads(line)
    if not isinstance(values, dict):
        raise ValueError("The line holds no JSON object")
    return values


class Channel(asyncio.Protocol):
    """One end of the pair. `on_line` hears each line; `on_end` hears once that the other end is gone."""

    def __init__(self, on_line: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._on_line = on_line
        self._on_end: Callable[[], None] | None = on_end
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def say(self, line: bytes) -> None:
        """Sends a line, after those that wait; too many for a peer that does not read end the channel."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(line)
        if transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            transport.abort()

    def finish(self) -> None:
        """Says no more; the other end hears the end after the last line and may still answer."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()

    def close(self) -> None:
        """Ends the channel after the last line."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's word that the channel works."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses
        self._transport.set_write_buffer_limits(high=MAX_WAITING_BYTES)

    def data_received(self, data: bytes) -> None:
        """asyncio's word that something came."""
        self._buffer += data
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = rest
        for line in lines:
            try:
                self._on_line(bytes(line))
            except Exception:  # one line that cannot be dealt with must not take the next ones with it
                logger.exception("A line between server and worker could not be handled")
        if len(self._buffer) > MAX_LINE_BYTES and self._transport is not None:
            self._transport.abort()

    def eof_received(self) -> bool:
        """asyncio's word that the other end says no more; this end may still answer."""
        self._end()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio's word that the channel is gone."""
        self._end()

    def _end(self) -> None:
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end()
