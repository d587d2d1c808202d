"""One input to a room: the moment, the room, and what it causes."""

from dataclasses import dataclass, field

from care.facts import Kind
from server.media.messages import CloseLeg, Command
from server.rooms import told
from server.rooms.effects import Close, Effect, Note, Order, Send
from server.rooms.moment import Now
from server.rooms.state import Leg, RoomData, Seat, Stage


@dataclass(slots=True)
class Turn:
    """Collects the effects of one input."""

    room: RoomData
    now: Now
    effects: list[Effect] = field(default_factory=list)

    def send(self, socket: str, message: told.Told) -> None:
        """A message to one socket."""
        self.effects.append(Send(socket, message))

    def tell(self, seat: Seat, message: told.Told) -> None:
        """A message to the live socket of a seat, if there is one."""
        if seat.socket is not None:
            self.send(seat.socket, message)

    def notice(self, seat: Seat, code: str) -> None:
        """A notice to a seat; its words are added where the language is known."""
        self.tell(seat, told.Notice(code=code, words=""))

    def order(self, command: Command) -> None:
        """A command to the media engine."""
        self.effects.append(Order(command))

    def note(
        self,
        kind: Kind,
        member: str | None = None,
        connection: str | None = None,
        detail: str = "",
        at_ms: int | None = None,
    ) -> None:
        """A fact of now, or of an earlier moment of the monotonic clock."""
        mono_ms = self.now.mono_ms if at_ms is None else at_ms
        at = self.now.at(mono_ms)
        self.effects.append(
            Note(kind=kind, at=at, mono_ms=mono_ms, member=member, connection=connection, detail=detail)
        )

    def dismiss(self, socket: str, code: str, words: str = "", close: int = 1000) -> None:
        """Says goodbye to a socket, closes it, forgets it. The seat is not touched but loses the socket."""
        self.send(socket, told.Bye(code=code, words=words))
        self.forget(socket)
        self.effects.append(Close(socket, close))

    def forget(self, socket: str) -> None:
        """The socket is no more; its seat notes since when nobody is seen there."""
        gone = self.room.sockets.pop(socket)
        seat = self.room.seats[gone.entrant.member]
        if seat.socket == socket:
            seat.socket = None
            seat.unseen_ms = self.now.mono_ms
            self.end_greet(seat)

    def close_leg(self, seat: Seat) -> None:
        """Ends the seat's media; nothing is forwarded to or from it from this turn on."""
        if seat.leg is not None:
            self.order(CloseLeg(leg=seat.leg.id))
            self.lose(seat, seat.leg, self.now.mono_ms)

    def lose(self, seat: Seat, leg: Leg, last_alive_ms: int) -> None:
        """The seat is without media since then. Its connection id is dead."""
        seat.dead.append(leg.connection)
        seat.was_up = seat.was_up or leg.up
        seat.leg = None
        if seat.facilitator and leg.up:
            self.room.led_ms = max(self.room.led_ms or 0, last_alive_ms)
        self.without_media(seat, last_alive_ms)
        self.end_greet(seat)

    def without_media(self, seat: Seat, since_ms: int) -> None:
        """Starts the clock of a seat that has no media."""
        seat.lost_ms = since_ms
        seat.lost_at = self.now.at(since_ms)

    def end_greet(self, seat: Seat, *, counts: bool = True) -> None:
        """Ends the look this seat takes part in. A look that was open counts: the person has been met. It
        does not count when it ended in a refusal: perhaps it was somebody else.
        """
        greet = self.room.greet_of(seat.member)
        if greet is None:
            return
        del self.room.greets[greet.facilitator]
        met = self.room.seats[greet.member]
        if counts and greet.open and met.stage is Stage.LOBBY:
            met.greeted_device = met.device
            met.greeted_at = self.now.wall
            self.note(Kind.GREETED, met.member)
