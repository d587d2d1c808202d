"""What rooms say to the media engine and what it answers: plain values, one JSON object a line.

Commands go in, events come out, nothing else crosses. The same values pass through a function call when the
engine lives in the server and through a socket when it lives in a worker. Times named `_ms` are
CLOCK_MONOTONIC milliseconds, equal in all processes of one machine. Ids are opaque strings chosen by the
rooms.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

Kind = Literal["audio", "video"]
DownReason = Literal["closed", "silent", "ice_failed", "dtls_failed", "requested", "replaced"]
RefusedCause = Literal["bad_offer", "no_bundle", "no_media", "busy", "room_changed", "stopping"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An SDP offer of one PeerConnection.

    The first of a leg opens it; a later one re-negotiates or restarts ICE.
    """

    room: str
    leg: str
    request: int
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What one pair of receive sections of a subscriber carries."""

    index: int
    source: str | None
    "The leg to forward, or None for an empty seat."
    audio: bool = True
    video: bool = True
    priority: int = 0
    "Videos of the lowest priority are paused first under pressure; facilitators carry 1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All slots of one subscriber; a slot which is not named is empty."""

    leg: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrange:
    """Full replacement of the forwarding tables named here; other subscribers keep theirs."""

    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefer:
    """Heights in device pixels at which a subscriber shows its slots; 0 means hidden."""

    leg: str
    heights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLeg:
    """Ends one leg: DTLS close_notify, then Down with reason `requested`."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRoom:
    """Ends all legs of a room."""

    room: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to the offer with the same request number."""

    leg: str
    request: int
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The offer was not taken; an older connection of the leg, if any, goes on."""

    leg: str
    request: int
    cause: RefusedCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """ICE and DTLS are done: media can flow."""

    leg: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstMedia:
    """The first authenticated media packet of that kind came from the leg."""

    leg: str
    kind: Kind
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """The leg is over; the engine has forgotten it."""

    leg: str
    reason: DownReason
    last_alive_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMedia:
    """The leg has been up for 15 s, a table forwards it, and nothing came. Said once."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """Last proof of life of every leg that is up, each 5 s."""

    legs: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Who speaks in a room now; only on change."""

    room: str
    speaking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The slots whose video is paused for a subscriber to keep its sound.

    The full list, empty when all are back.
    """

    leg: str
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How busy the engine is, each second.

    `share` is CPU over wall time, 0 to 1 per worker (the busiest one).
    """

    share: float
    lag_ms: float
    accepting: bool
    legs: int
    packets_out: int
    "Packets forwarded since the start."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLost:
    """A worker process died: these legs are gone and their members need a fresh connection."""

    rooms: tuple[str, ...]
    legs: tuple[str, ...]


Command = Offer | Arrange | Prefer | CloseLeg | CloseRoom
Event = Answered | Refused | Up | FirstMedia | Down | NoMedia | Alive | Levels | Held | Load | WorkerLost
OnEvent = Callable[[Event], None]


class Engine(Protocol):
    """A media engine: in this process or in workers.

    Events reach the callback on the event loop, never inside `send`.
    """

    async def start(self) -> None:
        """Opens the ports. Raises OSError when one is taken."""

    def send(self, command: Command) -> None:
        """Takes one command; never blocks, never raises for what the command says."""

    async def stop(self) -> None:
        """Closes every leg and port."""


def to_line(message: Command | Event) -> bytes:
    """One JSON line, newline included."""
    values = asdict(message)
    values["type"] = type(message).__name__
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def command_from_line(line: bytes) -> Command:
    """The command of a line. Raises ValueError when it is none."""
    message = _from_line(line, _COMMANDS)
    assert isinstance(message, Command)
    return message


def event_from_line(line: bytes) -> Event:
    """The event of a line. Raises ValueError when it is none."""
    message = _from_line(line, _EVENTS)
    assert isinstance(message, Event)
    return message


_COMMANDS: dict[str, type[Any]] = {c.__name__: c for c in (Offer, Arrange, Prefer, CloseLeg, CloseRoom)}
_EVENTS: dict[str, type[Any]] = {
    c.__name__: c
    for c in (Answered, Refused, Up, FirstMedia, Down, NoMedia, Alive, Levels, Held, Load, WorkerLost)
}


def _from_line(line: bytes, known: dict[str, type[Any]]) -> object:
    values = json.loads(line)
    if not isinstance(values, dict) or values.get("type") not in known:
        raise ValueError("The line holds no known message")
    kind = known[values.pop("type")]
    try:
        if kind is Arrange:
            return Arrange(tables=tuple(_table(t) for t in values["tables"]))
        return kind(**{name: _frozen(value) for name, value in values.items()})
    except (KeyError, TypeError) as error:
        raise ValueError("The message does not have the fields of its type") from error


def _table(values: dict[str, Any]) -> Table:
    return Table(leg=values["leg"], slots=tuple(Slot(**slot) for slot in values["slots"]))


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
