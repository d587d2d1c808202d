"""What a live room knows. Plain values, changed only by the functions of this package on the event loop.

A *seat* outlives its sockets and legs: it belongs to the person. What of it is stored is in `kept.py`.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from care.roles import Role

OVERRUN = timedelta(minutes=30)
"How long after its planned end a room closes by itself."


class Stage(StrEnum):
    """How far a seat has come. `greet`, `held`, `elsewhere` and `ended` follow from other facts."""

    DOOR = "door"
    LOBBY = "lobby"
    ROOM = "room"
    DECLINED = "declined"
    REMOVED = "removed"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The session a room belongs to."""

    id: str
    title: str
    ordinal: int
    count: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """Who a ticket speaks for. `device` is the public name of the bound device; `known` means that a
    facilitator has met this person on it before."""

    member: str
    device: str
    link: str
    known: bool
    new_device: bool
    language: str = "en"
    signin: str = ""
    "The sign-in behind the ticket, kept alive while its person is in the room."


@dataclass(slots=True, kw_only=True)
class Socket:
    """One WebSocket that said hello."""

    id: str
    entrant: Entrant
    slots: int
    tab: str | None


@dataclass(slots=True, kw_only=True)
class Leg:
    """One transport at the media engine. It stays known until the engine has said Down."""

    id: str
    member: str
    connection: str
    up: bool = False


@dataclass(slots=True, kw_only=True)
class Seat:
    """A person's fixed place in this room."""

    member: str
    seat: int
    role: Role
    name: str
    stage: Stage = Stage.DOOR
    device: str | None = None
    link: str | None = None
    "The link behind the socket that took the seat last."
    new_device: bool = False
    known: bool = False
    greeted_device: str | None = None
    greeted_at: datetime | None = None
    admitted_at: datetime | None = None
    mic: bool = False
    camera: bool = False
    muted: bool = False
    alone: bool | None = None
    headphones: bool | None = None
    since: datetime | None = None
    "When the person came to the door or knocked."
    unread: int = 0
    socket: str | None = None
    "The live socket; others of the same member are elsewhere."
    unseen_ms: int | None = None
    "Monotonic time since which there is no live socket."
    leg: Leg | None = None
    lost_ms: int | None = None
    "Monotonic time of the last proof of media life while no leg is up; None while one is."
    lost_at: datetime | None = None
    "The same moment on the wall."
    was_up: bool = False
    slots: int = 0
    heights: tuple[tuple[int, int], ...] = ()
    dead: deque[str] = field(default_factory=lambda: deque(maxlen=16))
    "Connection ids that ended; an offer for one is refused."

    @property
    def facilitator(self) -> bool:
        """True for a facilitator's seat."""
        return self.role is Role.FACILITATOR

    @property
    def up(self) -> bool:
        """True while media can flow."""
        return self.leg is not None and self.leg.up

    @property
    def must_greet(self) -> bool:
        """True when a facilitator has to look before admitting: a person not yet met on this device."""
        return not self.facilitator and not self.known and self.greeted_device != self.device


@dataclass(slots=True, kw_only=True)
class Greet:
    """A private look. It opens a moment after both were told."""

    facilitator: str
    member: str
    opens_ms: int
    open: bool = False


RoomState = Literal["waiting", "open", "held", "ended"]


@dataclass(slots=True, kw_only=True)
class RoomData:
    """Everything of one room."""

    session: Session
    seats: dict[str, Seat]
    state: RoomState = "waiting"
    locked: bool = False
    opened_at: datetime | None = None
    deadline_at: datetime
    sockets: dict[str, Socket] = field(default_factory=dict)
    legs: dict[str, Leg] = field(default_factory=dict)
    greets: dict[str, Greet] = field(default_factory=dict)
    "Private looks by facilitator."
    led_ms: int | None = None
    "Last proof of life of a facilitator whose media ended."
    warned: bool = False
    speaking: tuple[str, ...] = ()

    def greet_of(self, member: str) -> Greet | None:
        """The look this member takes part in, on either side."""
        return next((g for g in self.greets.values() if member in (g.facilitator, g.member)), None)

    def seat_of(self, socket: str) -> Seat:
        """The seat a socket speaks for, live or elsewhere."""
        return self.seats[self.sockets[socket].entrant.member]

    def live(self, socket: str) -> bool:
        """True when this socket holds its seat."""
        return self.seat_of(socket).socket == socket

    def facilitators(self) -> list[Seat]:
        """Facilitators who are in the room, with or without media."""
        return [s for s in self.seats.values() if s.facilitator and s.stage is Stage.ROOM]
