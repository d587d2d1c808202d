"""Sending at even times: one timer for any number of senders, so that a hundred peers do not cost a hundred
timers."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

SLACK = 0.0005
BEHIND = 1.0


@dataclass(order=True)
class Turn:
    """What is due at `at` (loop time, seconds) and each `period` afterwards."""

    at: float
    number: int
    period: float = field(compare=False)
    act: Callable[[], object] = field(compare=False)
    stopped: bool = field(default=False, compare=False)

    def stop(self) -> None:
        """No further turn."""
        self.stopped = True


class Pacer:
    """Calls each turn's `act` at its times; late turns are caught up unless more than BEHIND seconds late."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._turns: list[Turn] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self.late = 0

    def every(self, period: float, act: Callable[[], object], *, phase: float = 0.0) -> Turn:
        """Call `act` each `period` seconds, the first time `phase` seconds from now."""
        turn = Turn(self._loop.time() + phase, next(self._numbers), period, act)
        heapq.heappush(self._turns, turn)
        self._arm()
        return turn

    def close(self) -> None:
        """Stop all turns."""
        self._turns.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._turns[0].at, self._run) if self._turns else None

    def _run(self) -> None:
        self._timer = None
        now = self._loop.time() + SLACK
        while self._turns and self._turns[0].at <= now:
            turn = heapq.heappop(self._turns)
            if turn.stopped:
                continue
            turn.act()
            turn.at += turn.period
            if turn.at < now - BEHIND:
                self.late += 1
                turn.at = now
            heapq.heappush(self._turns, turn)
        if self._timer is None:
            self._arm()
