"""Somebody with an open concern has not come a quarter of an hour after the start: facilitators in the room
are asked, privately and once, to call. Members see nothing of it."""

import store.concern_access
import store.groups
import store.people
from server.rooms.live_room import LiveRoom
from server.rooms.registry import Registry
from server.rooms.told import Notice

LOOK_S = 20.0


class Absent:
    """Remembers whom it has asked about in which session."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._asked: set[tuple[str, str]] = set()

    async def look(self) -> None:
        """Looks at every open room that a facilitator can be told something in."""
        for session, live in list(self._registry.rooms.items()):
            if live.room.data.state == "open" and readers(live):
                await self._ask(session, live)

    async def _ask(self, session: str, live: LiveRoom) -> None:
        now, db = self._registry.clock(), self._registry.db
        async with db.read() as tx:
            found = await store.groups.session(tx, session)
            if found is None:
                return
            absent = await store.concern_access.not_come(tx, found.group, now.wall)
            fresh = [one for one in absent if (session, one) not in self._asked]
            names = await store.people.names(tx, self._registry.keys, fresh)
        for member, name in names.items():
            self._asked.add((session, member))
            for socket in readers(live):
                live.tell(socket, Notice(code="not_come", words=name))


def readers(live: LiveRoom) -> list[str]:
    """The sockets of the facilitators in a room."""
    return [one.socket for one in live.room.data.facilitators() if one.socket is not None]
