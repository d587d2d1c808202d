"""A room with its sockets and its alarm clock: performs what the room asks for."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from care.facts import Fact
from server.media.messages import Engine
from server.observe import Metrics
from server.rooms import kept, told, words
from server.rooms.effects import Close, Effect, KeepDoorstep, Note, OpenSheet, Order, Send
from server.rooms.keeper import Keeper
from server.rooms.moment import Now
from server.rooms.outbound import Outbound
from server.rooms.room import Room
from server.rooms.state import Socket
from store.ids import fresh_id
from store.rooms import RoomRecord

log = logging.getLogger(__name__)


class LiveRoom:
    """One room of this process. Every method runs on the event loop and returns at once."""

    def __init__(
        self,
        room: Room,
        record: RoomRecord | None,
        *,
        boot: str,
        engine: Engine,
        keeper: Keeper,
        metrics: Metrics,
        clock: Callable[[], Now],
        aside: Callable[["LiveRoom", KeepDoorstep | OpenSheet], Coroutine[Any, Any, None]],
        start: Callable[[Coroutine[Any, Any, None]], None],
        translate: words.Translate,
    ) -> None:
        self.room = room
        self.session = room.data.session.id
        self.outbound: dict[str, Outbound] = {}
        self._record = record
        self._boot = boot
        self._engine = engine
        self._keeper = keeper
        self._metrics = metrics
        self._clock = clock
        self._aside = aside
        self._start = start
        self._translate = translate
        self._frozen = False
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def ended(self) -> bool:
        """True once the room is over."""
        return self.room.data.state == "ended"

    def enter(self, socket: Socket) -> Outbound:
        """A socket that said hello; its frames come out of what is returned."""
        language = socket.entrant.language
        out = Outbound(lambda message: words.spoken(message, language, self._translate))
        self.outbound[socket.id] = out
        self.act(partial(self.room.opened, socket))
        return out

    def gone(self, socket: str) -> None:
        """The socket is closed."""
        self.outbound.pop(socket, None)
        self.act(partial(self.room.closed, socket))

    def act(self, step: Callable[[Now], list[Effect]]) -> None:
        """Performs one input of the room and sets the alarm for what is due next."""
        if self._frozen:
            return
        now = self._clock()
        try:
            for effect in step(now):
                self._perform(effect)
        except (
            Exception
        ):  # the border of a room: one wrong step must not end its clock, its people or other rooms
            self._metrics.failures.inc()
            log.exception("A step of a room failed", extra={"action": "room_failed", "session": self.session})
        self._keep(now)
        self._set_alarm(now)

    def leave_alone(self) -> None:
        """The room takes no more input: its process ends and its seats stay as they are."""
        self._frozen = True

    def stop(self) -> None:
        """No more alarms."""
        if self._alarm is not None:
            self._alarm.cancel()

    def fact(self, note: Note) -> None:
        """Queues one fact of this session."""
        self._keeper.fact(
            Fact(
                id=fresh_id(),
                session=self.session,
                member=note.member,
                connection=note.connection,
                kind=note.kind,
                at=note.at,
                mono_ms=note.mono_ms,
                boot=self._boot,
                detail=note.detail,
            )
        )

    def tell(self, socket: str, message: told.Told) -> None:
        """A message to one socket, if it is still here."""
        if socket in self.outbound:
            self.outbound[socket].put(message)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send(socket, message):
                self.tell(socket, message)
            case Close(socket, code):
                if socket in self.outbound:
                    self.outbound[socket].finish(code)
            case Order(command):
                self._engine.send(command)
            case Note():
                self.fact(effect)
            case KeepDoorstep() | OpenSheet():
                self._start(self._aside(self, effect))

    def _keep(self, now: Now) -> None:
        """Stores the room when something that outlives the process has changed."""
        record = kept.record(self.room.data, self._record, now.wall)
        if record is not None and record != self._record:
            self._record = record
            self._keeper.room(self.session, record)

    def _set_alarm(self, now: Now) -> None:
        self.stop()
        due_ms = self.room.next_ms(now)
        if due_ms is not None:
            delay_s = max(0.0, (due_ms - now.mono_ms) / 1000)
            self._alarm = asyncio.get_running_loop().call_later(delay_s, self.act, self.room.wake)
