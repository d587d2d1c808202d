"""What a room asks its shell to do. A room performs nothing itself."""

from dataclasses import dataclass
from datetime import datetime

from care.facts import Kind
from server.media.messages import Command
from server.rooms.told import Told


@dataclass(frozen=True, slots=True)
class Send:
    """A message to one socket."""

    socket: str
    message: Told


@dataclass(frozen=True, slots=True)
class Close:
    """Close one socket after what was sent before."""

    socket: str
    code: int = 1000


@dataclass(frozen=True, slots=True)
class Order:
    """A command to the media engine."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A presence fact to append."""

    kind: Kind
    at: datetime
    mono_ms: int
    member: str | None = None
    connection: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeepDoorstep:
    """Doorstep answers to store, sealed."""

    member: str
    where: str
    phone: str
    alone: bool | None
    headphones: bool | None


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """An emergency sheet to read, to log, and to send to `socket`."""

    socket: str
    actor: str
    member: str


Effect = Send | Close | Order | Note | KeepDoorstep | OpenSheet
