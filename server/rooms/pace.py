"""How fast one socket may speak."""


class Pace:
    """A bucket of `capacity` that refills by `per_s`. Times are monotonic milliseconds."""

    def __init__(self, capacity: float, per_s: float, now_ms: int) -> None:
        self._capacity = capacity
        self._per_ms = per_s / 1000
        self._left = capacity
        self._at_ms = now_ms

    def allow(self, now_ms: int) -> bool:
        """Takes one token; False when there is none."""
        self._left = min(self._capacity, self._left + (now_ms - self._at_ms) * self._per_ms)
        self._at_ms = now_ms
        if self._left < 1:
            return False
        self._left -= 1
        return True
