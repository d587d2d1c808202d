"""Which packets of an incoming stream are missing and when to ask for them again."""

from collections.abc import Iterable

FIRST_DELAY_MS = 10
"A gap younger than this is more often reordering than loss."
REPEAT_MS = 60
TRIES = 10
MAX_MISSING = 256
"More at once is a break in the stream: a key frame mends it, repeats do not."


class Missing:
    """Missing sequence numbers of one stream: number to [tries, time of the next request in ms]."""

    __slots__ = ("_wanted", "given_up")

    def __init__(self) -> None:
        self._wanted: dict[int, list[int]] = {}
        self.given_up = 0
        "Packets that never came after all tries."

    def __len__(self) -> int:
        return len(self._wanted)

    def __contains__(self, sequence: int) -> bool:
        return sequence in self._wanted

    def gap(self, first: int, count: int, now_ms: int, delay_ms: int = FIRST_DELAY_MS) -> bool:
        """Notes `count` missing numbers from `first` on; False when that is too many to repair.

        They are asked for `delay_ms` from now.
        """
        if len(self._wanted) + count > MAX_MISSING:
            self.given_up += len(self._wanted) + count
            self._wanted.clear()
            return False
        for distance in range(count):
            self._wanted[first + distance & 0xFFFF] = [0, now_ms + delay_ms]
        return True

    def arrived(self, sequence: int) -> bool:
        """Forgets a number that came after all; True when it was missing."""
        return self._wanted.pop(sequence, None) is not None

    def due(self, now_ms: int, rtt_ms: int = 0) -> list[int]:
        """Numbers to ask for now, in the order in which they went missing.

        Those asked for often enough are dropped.
        """
        pause = max(REPEAT_MS, rtt_ms + 20)
        found = []
        for sequence, entry in list(self._wanted.items()):
            if entry[1] > now_ms:
                continue
            if entry[0] >= TRIES:
                del self._wanted[sequence]
                self.given_up += 1
                continue
            entry[0] += 1
            entry[1] = now_ms + pause
            found.append(sequence)
        return found

    def forget(self, sequences: Iterable[int]) -> None:
        """Stops asking for these."""
        for sequence in sequences:
            self._wanted.pop(sequence, None)
