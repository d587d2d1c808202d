"""A live room without I/O: inputs go in with the moment, effects come out.

`handle` takes a message, `event` the media engine's, `opened` and `closed` a socket's life, `wake` only the
time. After each the room settles: what is due happens, the media tables that changed are sent in one command,
and every client whose view changed gets its complete new `state`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from care import roles
from care.roles import Action
from server.media import messages
from server.media.messages import Arrange, Slot, Table
from server.rooms import coming, door, moderation, said, tables, texting, timing, told, transport, view
from server.rooms.effects import Effect, Order, Send
from server.rooms.moment import Now
from server.rooms.state import RoomData, Seat, Socket, Stage
from server.rooms.turn import Turn

Handler = Callable[[Turn, Seat, Any], None]

OWN: dict[type[said.Said], Handler] = {
    said.Offer: transport.offer,
    said.Arrive: door.arrive,
    said.Mic: transport.mic,
    said.Camera: transport.camera,
    said.Show: transport.show,
    said.Text: texting.text,
}
LEADING: dict[type[said.Said], tuple[Action, Handler]] = {
    said.Admit: (Action.ADMIT, door.admit),
    said.Greet: (Action.GREET, door.greet),
    said.EndGreet: (Action.GREET, door.end_greet),
    said.SendBack: (Action.SEND_BACK, door.send_back),
    said.Decline: (Action.DECLINE, door.decline),
    said.Mute: (Action.MUTE_OTHERS, moderation.mute),
    said.Ask: (Action.ASK_OTHERS, moderation.ask),
    said.Remove: (Action.REMOVE, moderation.remove),
    said.Lock: (Action.LOCK, moderation.lock),
    said.End: (Action.END_ROOM, moderation.end),
    said.Sheet: (Action.OPEN_SHEET, moderation.sheet),
}


PASSED_ON = (messages.Levels, messages.Held, messages.Answered, messages.FirstMedia, messages.NoMedia)


class Room:
    """One session's live room."""

    def __init__(self, data: RoomData, now: Now) -> None:
        self.data = data
        self._version = now.wall_ms
        self._views: dict[str, told.State] = {}
        self._tables: dict[str, tuple[Slot, ...]] = {}

    def opened(self, socket: Socket, now: Now) -> list[Effect]:
        """A socket said hello."""
        return self._turn(now, lambda turn: coming.opened(turn, socket))

    def closed(self, socket: str, now: Now) -> list[Effect]:
        """A socket is gone."""
        return self._turn(now, lambda turn: coming.closed(turn, socket))

    def handle(self, socket: str, message: said.Said, now: Now) -> list[Effect]:
        """A message of a socket that said hello. Unknown sockets (dismissed a moment ago) have no say."""
        if socket not in self.data.sockets:
            return []
        return self._turn(now, lambda turn: dispatch(turn, socket, message))

    def event(self, happened: messages.Event, now: Now) -> list[Effect]:
        """An event of the media engine."""
        if isinstance(happened, PASSED_ON):
            # Four times a second in each room: only messages can come of these, so nothing is compared.
            turn = Turn(self.data, now)
            transport.event(turn, happened)
            return turn.effects
        return self._turn(now, lambda turn: transport.event(turn, happened))

    def worker_lost(self, legs: tuple[str, ...], last_alive: dict[str, int], now: Now) -> list[Effect]:
        """The media process of these legs died."""
        return self._turn(now, lambda turn: transport.worker_lost(turn, legs, last_alive))

    def revoked(self, member: str, link: str | None, now: Now) -> list[Effect]:
        """A link (or every link) of a member was withdrawn."""
        return self._turn(now, lambda turn: coming.revoked(turn, member, link))

    def vacated(self, member: str, now: Now) -> list[Effect]:
        """The member's place is not theirs any more."""
        return self._turn(now, lambda turn: coming.vacated(turn, member))

    def forwarded(self, member: str, now: Now) -> list[Effect]:
        """Somebody tried a member's link on another device and was refused: the facilitators learn it."""
        return self._turn(now, lambda turn: coming.forwarded(turn, member))

    def end(self, why: str, now: Now) -> list[Effect]:
        """The session was closed elsewhere."""
        return self._turn(now, lambda turn: timing.end_room(turn, why))

    def wake(self, now: Now) -> list[Effect]:
        """Time has passed."""
        return self._turn(now, lambda turn: None)

    def next_ms(self, now: Now) -> int | None:
        """The monotonic time of the next `wake`; None for never."""
        return timing.next_ms(Turn(self.data, now))

    def _turn(self, now: Now, act: Callable[[Turn], None]) -> list[Effect]:
        turn = Turn(self.data, now)
        act(turn)
        timing.pass_time(turn)
        self._arrange(turn)
        self._show(turn)
        return turn.effects

    def _arrange(self, turn: Turn) -> None:
        """Sends the tables that changed, before the states, so that admission is heard before it is drawn."""
        wanted = tables.wanted(self.data) if self.data.state != "ended" else {}
        changed = tuple(
            Table(leg=leg, slots=slots) for leg, slots in wanted.items() if self._tables.get(leg, ()) != slots
        )
        self._tables = wanted
        if changed:
            turn.effects.append(Order(Arrange(tables=changed)))

    def _show(self, turn: Turn) -> None:
        """Sends every view that changed."""
        views = {s.id: view.state(self.data, s, turn.now) for s in self.data.sockets.values()}
        for socket, fresh in views.items():
            if self._views.get(socket) != fresh:
                turn.effects.append(Send(socket, fresh))
        self._views = views
        turn.effects[:] = [self._dated(effect, turn.now) for effect in turn.effects]

    def _dated(self, effect: Effect, now: Now) -> Effect:
        """Gives a state its rising version and its time."""
        if not isinstance(effect, Send) or not isinstance(effect.message, told.State):
            return effect
        # Wall clock milliseconds as the floor let versions rise over restarts of the server too.
        self._version = max(self._version + 1, now.wall_ms)
        return Send(effect.socket, replace(effect.message, version=self._version, now_ms=now.wall_ms))


def dispatch(turn: Turn, socket: str, message: said.Said) -> None:
    """One message to the one function that knows it."""
    if isinstance(message, said.Leave):
        coming.leave(turn, socket)
    elif isinstance(message, said.TakeOver):
        coming.take_over(turn, socket)
    elif isinstance(message, said.Pulse):
        turn.send(socket, told.Pulse(n=message.n, now_ms=turn.now.wall_ms))
    elif isinstance(message, said.Blind):
        return  # counted where it was received
    elif not may(turn, socket, message):
        turn.send(socket, told.Error(code="not_allowed", words=""))
    else:
        handler = OWN.get(type(message)) or LEADING[type(message)][1]
        handler(turn, turn.room.seat_of(socket), message)


def may(turn: Turn, socket: str, message: said.Said) -> bool:
    """True when this socket holds its seat and its role and stage allow the message."""
    if not turn.room.live(socket):
        return False
    seat = turn.room.seat_of(socket)
    if type(message) in LEADING:
        return seat.stage is Stage.ROOM and roles.may(seat.role, LEADING[type(message)][0])
    return type(message) in OWN
