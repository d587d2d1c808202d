"""The live rooms of this process: made on the first ticket or restored at the start, fed with the engine's
events.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

import store.presence
from care.facts import Kind
from server.media import messages
from server.media.messages import Engine
from server.observe import Metrics
from server.rooms import aside, loading
from server.rooms.effects import KeepDoorstep, Note, OpenSheet
from server.rooms.keeper import Keeper
from server.rooms.live_room import LiveRoom
from server.rooms.moment import Now
from server.rooms.room import Room
from server.rooms.told import Bye
from server.rooms.words import Translate
from store.database import Database
from store.ids import fresh_id
from store.live import Live
from store.sealing import Keys

log = logging.getLogger(__name__)

LEASE_S = 30.0
"How long another server waits before it takes a silent server's room."


class RoomRefused(Exception):
    """The room cannot be had on this server; `code` is a word of the protocol."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Registry:
    """All rooms here. `node` names this server in the directory, `boot` this run of it in the facts."""

    def __init__(
        self,
        *,
        db: Database,
        keys: Keys,
        live: Live,
        metrics: Metrics,
        clock: Callable[[], Now],
        node: str,
        translate: Translate = lambda _language, sentence: sentence,
    ) -> None:
        self.db = db
        self.keys = keys
        self.live = live
        self.metrics = metrics
        self.clock = clock
        self.node = node
        self.boot = fresh_id()
        self.rooms: dict[str, LiveRoom] = {}
        self.keeper = Keeper(db, metrics, clock)
        self.accepting = True
        self.beat_ms: int | None = None
        self.beating_since_ms: int | None = None
        self.alive: dict[str, int] = {}
        "Last proof of life of each leg, monotonic milliseconds."
        self._engine: Engine | None = None
        self._translate = translate
        self._making: dict[str, asyncio.Lock] = {}
        self._aside: set[asyncio.Task[None]] = set()

    def use(self, engine: Engine) -> None:
        """The media engine whose events come to `on_event`. Called once, before anything else."""
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The media engine. Raises RuntimeError before `use`."""
        if self._engine is None:
            raise RuntimeError("the registry has no media engine")
        return self._engine

    async def room(self, session: str) -> LiveRoom:
        """The live room of a session, made or restored when it is not here yet.

        Raises RoomRefused: `elsewhere`, `busy` or `unknown`.
        """
        lock = self._making.setdefault(session, asyncio.Lock())
        async with lock:
            found = self.rooms.get(session)
            if found is not None:
                return found
            if not self.accepting:
                raise RoomRefused("busy")
            if not await self.live.lease(session, self.node, LEASE_S):
                raise RoomRefused("elsewhere")
            return await self.make(session)

    async def make(self, session: str) -> LiveRoom:
        """Loads the room and lets it run here; the lease is held. Raises RoomRefused `unknown`."""
        now = self.clock()
        loaded = await loading.load(self.db, self.keys, session, now)
        if loaded is None:
            await self.live.release(session, self.node)
            raise RoomRefused("unknown")
        made = LiveRoom(
            Room(loaded.data, now),
            loaded.record,
            boot=self.boot,
            engine=self.engine,
            keeper=self.keeper,
            metrics=self.metrics,
            clock=self.clock,
            aside=self._beside,
            start=self.start,
            translate=self._translate,
        )
        self.rooms[session] = made
        if loaded.record is not None and loaded.record.state != "ended":
            # Whoever ran it before may have said that the service stopped; said twice, this does no harm.
            made.fact(Note(kind=Kind.SERVICE_STARTED, at=now.wall, mono_ms=now.mono_ms, detail="taken_up"))
        self.metrics.rooms.set(len(self.rooms))
        made.act(made.room.wake)
        return made

    async def restore(self) -> None:
        """At the start: closes what an earlier run left open and brings every unended room back."""
        now = self.clock()
        async with self.db.write() as tx:
            await store.presence.beat(tx, self.boot, now.wall, {}, self.node)
            await store.presence.close_open(tx, self.boot, now.wall, now.mono_ms, self.node)
        for session in await loading.unended(self.db):
            try:
                await self.room(session)
            except RoomRefused as refusal:
                log.warning("A room was not restored", extra={"action": "not_restored", "code": refusal.code})

    def on_event(self, happened: messages.Event) -> None:
        """One event of the media engine, to the room it belongs to."""
        match happened:
            case messages.Load():
                self._load(happened)
            case messages.Alive(legs=legs):
                self.alive.update(legs)
            case messages.WorkerLost(legs=legs):
                self._worker_lost(legs)
            case messages.Levels(room=session):
                self._pass(session, happened)
            case _:
                if isinstance(happened, messages.Down):
                    self.alive.pop(happened.leg, None)
                    self.metrics.downs.labels(happened.reason).inc()
                elif isinstance(happened, messages.Up):
                    self.alive[happened.leg] = happened.at_ms
                self._pass(happened.leg.split(".", 1)[0], happened)
        self.metrics.legs.set(len(self.alive))

    def _pass(self, session: str, happened: messages.Event) -> None:
        live = self.rooms.get(session)
        if live is not None:
            live.act(partial(live.room.event, happened))

    def _load(self, load: messages.Load) -> None:
        self.accepting = load.accepting
        self.metrics.share.set(load.share)
        self.metrics.lag.set(load.lag_ms)
        self.metrics.accepting.set(int(load.accepting))
        self.metrics.packets.set(load.packets_out)

    def _worker_lost(self, legs: tuple[str, ...]) -> None:
        """Every room that had a leg there asks its people for fresh connections."""
        self.metrics.workers_lost.inc()
        log.error("A media worker ended", extra={"action": "worker_lost", "legs": len(legs)})
        for session in {leg.split(".", 1)[0] for leg in legs}:
            live = self.rooms.get(session)
            if live is not None:
                alive = dict(self.alive)
                live.act(partial(live.room.worker_lost, legs, alive))
        for leg in legs:
            self.alive.pop(leg, None)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs a small piece of work beside the rooms; it is awaited at the end."""
        task = asyncio.get_running_loop().create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _beside(self, live: LiveRoom, effect: KeepDoorstep | OpenSheet) -> None:
        await aside.perform(self.db, self.keys, self.clock, live, effect)

    def forget(self, session: str) -> None:
        """The room is not ours any more, or over and empty."""
        gone = self.rooms.pop(session, None)
        lock = self._making.get(session)
        if lock is not None and not lock.locked():
            del self._making[session]
        if gone is not None:
            gone.stop()
        self.metrics.rooms.set(len(self.rooms))

    def give_up(self, live: LiveRoom, code: str) -> None:
        """The room goes on without this process: its facts are closed, its people are told, it takes nothing
        more.
        """
        live.stop()
        self._last_facts(live, self.clock(), stopped=code != "moved")
        self.dismiss(live, code, 1012)
        live.leave_alone()

    def dismiss(self, live: LiveRoom, code: str, close: int) -> None:
        """Says goodbye to every socket of a room without touching its seats."""
        for socket in list(live.outbound):
            live.tell(socket, Bye(code=code, words=""))
            live.outbound[socket].finish(close)

    def say_restart(self) -> None:
        """Every client learns that the server restarts; this run's facts are closed before its sockets."""
        for live in self.rooms.values():
            self.give_up(live, "restart")

    async def stop(self) -> None:
        """The server has ended in order: what is still to be stored is stored, the rooms are free."""
        now = self.clock()
        if self._aside:
            await asyncio.wait(self._aside, timeout=3)
        try:
            await self.keeper.flush()
            async with self.db.write() as tx:
                await store.presence.stopped(tx, self.boot, now.wall)
        except (TimeoutError, SQLAlchemyError, OSError) as error:
            # The next start closes what is left open, from the last proofs of life.
            log.error(
                "Not everything was stored", extra={"action": "stop_unstored", "error": type(error).__name__}
            )
        for session in list(self.rooms):
            await self.live.release(session, self.node)

    def say_anew(self, now: Now) -> None:
        """Another server closed everything of this one: what is open here is open from now on."""
        for live in self.rooms.values():
            data = live.room.data
            if data.state in ("open", "held"):
                live.fact(Note(kind=Kind.SERVICE_STARTED, at=now.wall, mono_ms=now.mono_ms, detail="revived"))
            begun = [(Kind.SOCKET_OPEN, s.entrant.member, s.id) for s in data.sockets.values()]
            begun += [(Kind.TRANSPORT_UP, leg.member, leg.id) for leg in data.legs.values() if leg.up]
            for kind, member, connection in begun:
                live.fact(
                    Note(kind=kind, at=now.wall, mono_ms=now.mono_ms, member=member, connection=connection)
                )

    def _last_facts(self, live: LiveRoom, now: Now, *, stopped: bool) -> None:
        data = live.room.data
        for socket in data.sockets.values():
            live.fact(
                Note(
                    kind=Kind.SOCKET_CLOSED,
                    at=now.wall,
                    mono_ms=now.mono_ms,
                    member=socket.entrant.member,
                    connection=socket.id,
                    detail="service_stopped",
                )
            )
        for leg in data.legs.values():
            if leg.up:
                proof_ms = max(self.alive.get(leg.id, now.mono_ms), now.mono_ms - 5000)
                live.fact(
                    Note(
                        kind=Kind.TRANSPORT_DOWN,
                        at=now.at(proof_ms),
                        mono_ms=proof_ms,
                        member=leg.member,
                        connection=leg.id,
                        detail="service_stopped",
                    )
                )
        if stopped and data.state in ("open", "held"):
            live.fact(Note(kind=Kind.SERVICE_STOPPED, at=now.wall, mono_ms=now.mono_ms, detail="in_order"))
