"""One room without I/O, driven by hand: time, sockets, messages and a media engine that only remembers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from care.facts import Kind
from care.roles import Role
from server.media import messages
from server.media.messages import Slot
from server.rooms import said, told
from server.rooms.effects import Close, Effect, KeepDoorstep, Note, OpenSheet, Order, Send
from server.rooms.moment import Now
from server.rooms.room import Room
from server.rooms.said import Message
from server.rooms.state import OVERRUN, Entrant, RoomData, Seat, Session, Socket

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ANY = TypeAdapter[Message](Message)


def session() -> Session:
    """A session of 90 minutes from START on."""
    return Session(
        id="session1",
        title="Tuesday group",
        ordinal=3,
        count=12,
        starts_at=START,
        ends_at=START + timedelta(minutes=90),
    )


def seats(facilitators: int, participants: int) -> dict[str, Seat]:
    """Facilitators f0, f1 … on the first seats, participants p0, p1 … behind them."""
    made: dict[str, Seat] = {}
    for number in range(facilitators):
        made[f"f{number}"] = Seat(
            member=f"f{number}", seat=number, role=Role.FACILITATOR, name=f"Facilitator {number}"
        )
    for number in range(participants):
        made[f"p{number}"] = Seat(
            member=f"p{number}", seat=facilitators + number, role=Role.PARTICIPANT, name=f"Person {number}"
        )
    return made


@dataclass
class Scene:
    """A room and everything it has asked for."""

    facilitators: int = 1
    participants: int = 3
    mono_ms: int = 1_000_000
    wall: datetime = START
    heard: dict[str, list[told.Told]] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    facts: list[Note] = field(default_factory=list)
    orders: list[messages.Command] = field(default_factory=list)
    asides: list[KeepDoorstep | OpenSheet] = field(default_factory=list)
    tables: dict[str, tuple[Slot, ...]] = field(default_factory=dict)
    legs: dict[str, bool] = field(default_factory=dict)
    "Legs the engine knows, and whether they are up."
    names: int = 0

    def __post_init__(self) -> None:
        data = RoomData(
            session=session(),
            seats=seats(self.facilitators, self.participants),
            deadline_at=session().ends_at + OVERRUN,
        )
        self.room = Room(data, self.now)

    @property
    def data(self) -> RoomData:
        """The room's own state."""
        return self.room.data

    @property
    def now(self) -> Now:
        """This moment."""
        return Now(self.mono_ms, self.wall)

    def pass_ms(self, ms: int) -> None:
        """Time passes; the room is woken whenever it asked to be."""
        until = self.mono_ms + ms
        while (due := self.room.next_ms(self.now)) is not None and due <= until:
            self._to(due)
            self.take(self.room.wake(self.now))
        self._to(until)

    def _to(self, mono_ms: int) -> None:
        self.wall += timedelta(milliseconds=mono_ms - self.mono_ms)
        self.mono_ms = mono_ms

    def fresh(self, kind: str) -> str:
        """A new name."""
        self.names += 1
        return f"{kind}-{self.names:08}"

    def open(
        self,
        member: str,
        *,
        device: str = "",
        tab: str | None = None,
        slots: int = 11,
        known: bool = False,
        link: str = "",
    ) -> str:
        """A socket says hello; its name."""
        entrant = Entrant(
            member=member,
            device=device or f"device-{member}",
            link=link or f"link-{member}",
            known=known,
            new_device=not known,
        )
        socket = Socket(id=self.fresh("socket"), entrant=entrant, slots=slots, tab=tab)
        self.take(self.room.opened(socket, self.now))
        return socket.id

    def close(self, socket: str) -> None:
        """The socket vanishes."""
        self.take(self.room.closed(socket, self.now))

    def say(self, socket: str, kind: str, **fields: Any) -> None:
        """A message that passed the border."""
        message = ANY.validate_python({"type": kind, **fields}, strict=True)
        assert isinstance(message, said.Said)
        self.take(self.room.handle(socket, message, self.now))

    def offer(self, socket: str, connection: str = "", request: int = 0) -> str:
        """An offer; the connection's id."""
        name = connection or self.fresh("connection")
        self.say(socket, "offer", request=request, connection=name, sdp="v=0")
        return name

    def event(self, happened: messages.Event) -> None:
        """An event of the engine."""
        match happened:
            case messages.Up(leg=leg):
                self.legs[leg] = True
            case messages.Down(leg=leg):
                self.legs.pop(leg, None)
                self.tables.pop(leg, None)
        self.take(self.room.event(happened, self.now))

    def leg(self, member: str) -> str:
        """The leg of a member."""
        leg = self.data.seats[member].leg
        assert leg is not None
        return leg.id

    def up(self, member: str) -> None:
        """The member's leg is connected."""
        self.event(messages.Up(leg=self.leg(member), at_ms=self.mono_ms))

    def down(self, member: str, reason: messages.DownReason = "silent", silent_ms: int = 0) -> None:
        """The member's leg is over."""
        self.event(messages.Down(leg=self.leg(member), reason=reason, last_alive_ms=self.mono_ms - silent_ms))

    def connected(self, member: str, **hello: Any) -> str:
        """Socket open, media up, at the door."""
        socket = self.open(member, **hello)
        self.offer(socket)
        self.up(member)
        return socket

    def leading(self, member: str = "f0", **hello: Any) -> str:
        """A facilitator in the room, sending sound and picture."""
        socket = self.connected(member, **hello)
        self.say(socket, "arrive")
        self.sending(socket)
        return socket

    def knocking(self, member: str, **hello: Any) -> str:
        """A participant who waits, connected."""
        socket = self.connected(member, **hello)
        self.say(socket, "arrive", where="at home", phone="1", alone=True, headphones=False)
        return socket

    def sending(self, socket: str) -> None:
        """Microphone and camera on."""
        self.say(socket, "mic", on=True)
        self.say(socket, "camera", on=True)

    def inside(self, member: str, leader: str, **hello: Any) -> str:
        """A participant who was greeted and admitted, sending."""
        socket = self.knocking(member, **hello)
        self.admit(member, leader)
        self.sending(socket)
        return socket

    def admit(self, member: str, leader: str) -> None:
        """Greets and admits."""
        self.say(leader, "greet", member=member)
        self.pass_ms(2000)
        self.say(leader, "admit", members=[member])

    def state(self, socket: str) -> told.State:
        """The newest view of a socket."""
        return next(m for m in reversed(self.heard[socket]) if isinstance(m, told.State))

    def codes(self, socket: str, kind: type = told.Notice) -> list[str]:
        """The codes of the notices (or errors, byes) a socket got."""
        return [m.code for m in self.heard.get(socket, []) if isinstance(m, kind)]

    def kinds(self, member: str | None = None) -> list[Kind]:
        """Facts so far, of one member if named."""
        return [n.kind for n in self.facts if member is None or n.member == member]

    def hears(self, member: str) -> set[str]:
        """Whose sound reaches this member now."""
        return self._receives(member, "audio")

    def sees(self, member: str) -> set[str]:
        """Whose picture reaches this member now."""
        return self._receives(member, "video")

    def _receives(self, member: str, kind: str) -> set[str]:
        leg = self.data.seats[member].leg
        rows = self.tables.get(leg.id, ()) if leg is not None else ()
        return {slot.source.split(".")[1] for slot in rows if slot.source and getattr(slot, kind)}

    def take(self, effects: list[Effect]) -> None:
        """Remembers what the room asked for."""
        for effect in effects:
            match effect:
                case Send(socket, message):
                    self.heard.setdefault(socket, []).append(message)
                case Close(socket, code):
                    self.closed[socket] = code
                case Note():
                    self.facts.append(effect)
                case Order(command):
                    self._order(command)
                case KeepDoorstep() | OpenSheet():
                    self.asides.append(effect)

    def _order(self, command: messages.Command) -> None:
        self.orders.append(command)
        match command:
            case messages.Offer(leg=leg):
                self.legs.setdefault(leg, False)
            case messages.CloseLeg(leg=leg):
                self.tables.pop(leg, None)
            case messages.Arrange(tables=tables):
                self.tables |= {table.leg: table.slots for table in tables}
