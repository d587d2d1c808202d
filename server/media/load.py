"""How busy this process is, measured, and whether it takes more rooms."""

import time
from collections.abc import Callable
from typing import NamedTuple

WINDOW = 5
"Samples of a second each that the share is taken over."
HYSTERESIS = 0.15
"Rooms are taken again when the share is this far below the mark."
LAG_MS = 100.0
LAGS = 3
"A loop that is late by more, so many seconds running, is too busy whatever its share."


class Sample(NamedTuple):
    """The load of the last seconds."""

    share: float
    "CPU over wall time of the process, 0 to 1 for one core."
    lag_ms: float
    "The longest delay of a timer in the last second."
    accepting: bool


class Gate:
    """Says whether new rooms are taken; slow to change its mind."""

    def __init__(self, busy_share: float) -> None:
        self.accepting = True
        self._busy_share = busy_share
        self._late = 0

    def judge(self, share: float, lag_ms: float) -> bool:
        """True while new rooms are taken. Called each second."""
        self._late = self._late + 1 if lag_ms > LAG_MS else 0
        if share >= self._busy_share or self._late >= LAGS:
            self.accepting = False
        elif share < self._busy_share - HYSTERESIS and not self._late:
            self.accepting = True
        return self.accepting


class Meter:
    """Measures the process it runs in. `late` hears of each timer's delay, `sample` is called each second."""

    def __init__(
        self,
        busy_share: float,
        clock: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        self._gate = Gate(busy_share)
        self._clock = clock
        self._cpu = cpu
        self._marks = [(clock(), cpu())]
        self._lag_s = 0.0

    @property
    def accepting(self) -> bool:
        """As judged last."""
        return self._gate.accepting

    def late(self, seconds: float) -> None:
        """A timer ran this much after its time."""
        self._lag_s = max(self._lag_s, seconds)

    def sample(self) -> Sample:
        """The load now; begins the next second."""
        now, cpu = self._clock(), self._cpu()
        then, cpu_then = self._marks[0]
        self._marks = [*self._marks[-(WINDOW - 1) :], (now, cpu)]
        share = (cpu - cpu_then) / (now - then) if now > then else 0.0
        lag_ms, self._lag_s = self._lag_s * 1000, 0.0
        return Sample(share, lag_ms, self._gate.judge(share, lag_ms))
