"""When Python's cycle collector may look at everything: never while a packet waits.

A full collection walks every object there is, which takes tens of milliseconds once a hundred people are
connected. What the start leaves behind lives as long as the process and is put out of its sight; the young
generations stay automatic, they cost microseconds; the old one is collected when a room has ended, otherwise
in a moment without media, and where there is none for long, rarely.
"""

import gc
import time

NEVER = 1_000_000_000
QUIET_S = 30.0
"Between two collections in quiet moments."
LONGEST_S = 600.0
"Between two collections at all, so that memory stays bounded in a room that never rests."


class Rubbish:
    """The policy of this process. Its age counts from now, in monotonic seconds."""

    def __init__(self) -> None:
        self._before: tuple[int, int, int] | None = None
        self._collected_at = time.monotonic()
        self._packets = 0
        self._room_ended = False

    def begin(self) -> None:
        """After the start: what is here stays, and full collections do not come by themselves any more."""
        self._before = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.set_threshold(self._before[0], self._before[1], NEVER)

    def end(self) -> None:
        """Puts back what `begin` changed."""
        if self._before is not None:
            gc.set_threshold(*self._before)
            gc.unfreeze()
            self._before = None

    def room_ended(self) -> None:
        """What a room leaves behind is collected at the next turn."""
        self._room_ended = True

    def turn(self, now: float, packets: int) -> bool:
        """Called each second with a count that rises with the media; True when everything was collected."""
        quiet, self._packets = packets == self._packets, packets
        age_s = now - self._collected_at
        if not self._room_ended and age_s <= (QUIET_S if quiet else LONGEST_S):
            return False
        self._room_ended = False
        self._collected_at = now
        gc.collect()
        return True
