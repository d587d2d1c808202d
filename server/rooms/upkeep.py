"""What a server does again and again for its rooms: proofs of life, leases, words of other processes."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import store.groups
import store.presence
import store.signins
import store.staff_signins
from server.media.messages import CloseRoom
from server.rooms.live_room import LiveRoom
from server.rooms.registry import LEASE_S, Registry
from server.staff.desk import LINK
from store.signals import Reader, Signal

log = logging.getLogger(__name__)

BEAT_S = 10.0
BURY_S = 30.0
STEADY_MS = 45_000
"The database has answered for longer than a server may be silent."
KEEP_S = 60.0
SIGNALS_S = 0.5
"A withdrawn link closes its sockets within a second."


async def every(stop: asyncio.Event, seconds: float, what: str, step: Callable[[], Awaitable[None]]) -> None:
    """Does the step again and again until told to stop, never cut off in the middle of one.

    A failure is logged once when it begins and once when it is over.
    """
    broken = False
    while not stop.is_set():
        try:
            await step()
            if broken:
                broken = False
                log.warning("Works again", extra={"action": f"{what}_works"})
        except Exception:  # the border of a loop of upkeep: it outlives any one step
            if not broken:
                broken = True
                log.exception("Fails", extra={"action": f"{what}_fails"})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()


async def beat(registry: Registry) -> None:
    """Stores that this server lives, and each connection's last proof of life."""
    now = registry.clock()
    proofs = {leg: now.at(alive_ms) for leg, alive_ms in registry.alive.items()}
    for live in registry.rooms.values():
        proofs |= dict.fromkeys(live.room.data.sockets, now.wall)
    async with registry.db.write() as tx:
        revived = await store.presence.beat(tx, registry.boot, now.wall, proofs, registry.node)
    if revived:
        log.warning("Another server had taken this one for dead", extra={"action": "revived"})
        registry.say_anew(now)
    if registry.beat_ms is None or now.mono_ms - registry.beat_ms > 2 * BEAT_S * 1000:
        registry.beating_since_ms = now.mono_ms
    registry.beat_ms = now.mono_ms


async def bury(registry: Registry) -> None:
    """Closes the open connections of servers that died and did not come back.

    After the database was away every server's last beat is old: nobody is buried before all had time to beat.
    """
    now = registry.clock()
    since_ms = registry.beating_since_ms
    if since_ms is None or now.mono_ms - since_ms < STEADY_MS:
        return
    async with registry.db.write() as tx:
        await store.presence.close_open(tx, registry.boot, now.wall, now.mono_ms, registry.node)


async def leases(registry: Registry) -> None:
    """Renews the lease of every room here. One that another server took meanwhile is given up."""
    for session, live in list(registry.rooms.items()):
        if live.ended and not live.outbound:
            registry.forget(session)
            await registry.live.release(session, registry.node)
        elif not await registry.live.renew(session, registry.node, LEASE_S):
            log.error("A room is held by another server", extra={"action": "lease_lost", "session": session})
            registry.give_up(live, "moved")
            registry.engine.send(CloseRoom(room=session))
            registry.forget(session)
        else:
            for socket in list(live.room.data.sockets.values()):
                await registry.live.arrive(session, socket.entrant.member, LEASE_S)


class Present:
    """Keeps the sign-ins of people who are in a room: no idle or absolute limit ends one there."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def keep(self) -> None:
        """Notes every person with a socket as seen."""
        rooms = self._registry.rooms.values()
        entrants = [socket.entrant for live in rooms for socket in live.room.data.sockets.values()]
        desks = {one.signin for one in entrants if one.link.startswith(LINK)}
        links = {one.signin for one in entrants if not one.link.startswith(LINK)} - {""}
        if not desks and not links:
            return
        now = self._registry.clock().wall
        async with self._registry.db.write() as tx:
            await store.staff_signins.keep(tx, sorted(desks), now)
            await store.signins.keep(tx, sorted(links), now)


class Signals:
    """Words of other processes through the database."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._reader = Reader()
        self._leaving: set[tuple[str, str]] = set()
        "Session and member of seats that wait for the end of their media."

    async def poll(self) -> None:
        """Takes what is new and acts on it."""
        async with self._registry.db.read() as tx:
            fresh = await self._reader.poll(tx)
        self._vacate()
        for signal in fresh:
            if signal.topic == "links":
                self._links(signal)
            elif signal.topic == "sessions":
                await self._sessions(signal)
            elif signal.topic == "staff" and signal.body.get("what") == "signed_out":
                self._signed_out(f"{LINK}{signal.body.get('signin')}")
            elif signal.topic == "staff":
                await self._rights(str(signal.body.get("member")))

    def _links(self, signal: Signal) -> None:
        member, link = str(signal.body.get("member")), str(signal.body.get("link"))
        for live in self._registry.rooms.values():
            if member not in live.room.data.seats:
                continue
            if signal.body.get("what") == "revoked":
                live.act(partial(live.room.revoked, member, link))
            elif signal.body.get("what") == "other_device":
                live.act(partial(live.room.forwarded, member))

    def _signed_out(self, link: str) -> None:
        """Closes the sockets that were opened with this sign-in."""
        for live in self._registry.rooms.values():
            for member in {
                socket.entrant.member
                for socket in live.room.data.sockets.values()
                if socket.entrant.link == link
            }:
                live.act(partial(live.room.revoked, member, link))

    async def _rights(self, member: str) -> None:
        """A place was given, changed or taken: what was open with the former rights closes. The seat is made
        anew, with the role it has now, when the person comes back.
        """
        async with self._registry.db.read() as tx:
            found = await store.groups.member_by_id(tx, member)
        for live in self._registry.rooms.values():
            seat = live.room.data.seats.get(member)
            if seat is None or (found is not None and (found.role, found.seat) == (seat.role, seat.seat)):
                continue
            live.act(partial(live.room.revoked, member, None))
            self._leaving.add((live.session, member))
        self._vacate()

    def _vacate(self) -> None:
        """Removes seats of people who are no longer here, once their media has ended."""
        for session, member in list(self._leaving):
            live = self._registry.rooms.get(session)
            if live is not None:
                live.act(partial(live.room.vacated, member))
            if live is None or member not in live.room.data.seats:
                self._leaving.discard((session, member))

    async def _sessions(self, signal: Signal) -> None:
        live = self._registry.rooms.get(str(signal.body.get("session")))
        if live is None:
            return
        if signal.body.get("what") in ("closed", "cancelled"):
            live.act(partial(live.room.end, "session_closed"))
        elif signal.body.get("what") == "moved" and live.room.data.state == "waiting":
            await release(self._registry, live)


async def release(registry: Registry, live: LiveRoom) -> None:
    """Lets a room go that nobody has opened: its people come again at once and find it with its new hours, or
    are told that it is too early.
    """
    registry.give_up(live, "moved")
    registry.engine.send(CloseRoom(room=live.session))
    registry.forget(live.session)
    await registry.live.release(live.session, registry.node)
