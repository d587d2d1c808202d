"""Which legs an engine holds in which rooms, as its messages tell: what new rooms are judged by."""

import time
from collections.abc import Callable

from server.media.messages import Answered, Down, Event, Refused

REMEMBERED_S = 300.0
"A room whose people all lost their connection comes back as one that was here, however busy we are."


class Roster:
    """Legs by room. Offers and events of one engine pass through it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._room_of: dict[str, str] = {}
        self._answered: set[str] = set()
        self._legs: dict[str, set[str]] = {}
        self._emptied: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._room_of)

    def offered(self, room: str, leg: str) -> None:
        """An offer goes to the engine."""
        if leg not in self._room_of:
            self._room_of[leg] = room
            self._legs.setdefault(room, set()).add(leg)

    def heard(self, event: Event) -> None:
        """The engine says what became of a leg."""
        if isinstance(event, Answered):
            self._answered.add(event.leg)
        elif isinstance(event, Refused):
            if event.leg not in self._answered:
                self.forget(event.leg)
        elif isinstance(event, Down) and event.reason != "replaced":
            self.forget(event.leg)

    def forget(self, leg: str) -> None:
        """The leg is gone."""
        room = self._room_of.pop(leg, None)
        self._answered.discard(leg)
        if room is None:
            return
        self._legs[room].discard(leg)
        if not self._legs[room]:
            del self._legs[room]
            self._remember(room)

    def room_of(self, leg: str) -> str | None:
        """The room of a leg."""
        return self._room_of.get(leg)

    def legs_of(self, room: str) -> tuple[str, ...]:
        """The legs of a room."""
        return tuple(sorted(self._legs.get(room, ())))

    def knows(self, room: str) -> bool:
        """True for a room that has legs, or had some a few minutes ago."""
        emptied = self._emptied.get(room)
        return room in self._legs or (emptied is not None and self._clock() - emptied < REMEMBERED_S)

    def _remember(self, room: str) -> None:
        now = self._clock()
        self._emptied = {r: at for r, at in self._emptied.items() if now - at < REMEMBERED_S}
        self._emptied[room] = now
