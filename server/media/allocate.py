"""Dividing what a subscriber can take: sound first, then a base picture of everybody, then better pictures.

Pure: values in, layers out. Under pressure the best layers go first; when not even base pictures fit,
videos pause, those of people who were silent longest first, facilitators last.
"""

from collections.abc import Sequence
from typing import NamedTuple

PAUSED = -1
RISE = 1.15
"Share of its cost that must be free before a layer is raised or a video resumed, against flapping."


class Want(NamedTuple):
    """One visible video of a subscriber."""

    slot: int
    priority: int
    spoke_at: float
    "Monotonic seconds, the later the better its claim."
    rates: tuple[float, ...]
    "Bits per second of each layer that is sent now, lowest first; at least one."
    ideal: int
    "The layer that suits the size at which it is shown."
    now: int
    "The layer forwarded now, or PAUSED."


def divide(wants: Sequence[Want], room_bps: float, limit_bps: float | None) -> dict[int, int]:
    """The layer of each slot, or PAUSED. The budgets are for video alone, sound is taken off before.

    Without a limit nobody is paused: `room_bps` only holds back layers above the lowest.
    """
    claims = sorted(wants, key=lambda want: (-want.priority, -want.spoke_at, want.slot))
    chosen: dict[int, int] = {}
    left = room_bps
    for want in claims:
        cost = want.rates[0]
        needs = cost if want.now != PAUSED else cost * RISE
        if limit_bps is not None and needs > limit_bps:
            chosen[want.slot] = PAUSED
            continue
        chosen[want.slot] = 0
        left -= cost
        if limit_bps is not None:
            limit_bps -= cost
    _raise(claims, chosen, left if limit_bps is None else min(left, limit_bps))
    return chosen


def needed(wants: Sequence[Want]) -> float:
    """Bits per second of all videos at their ideal layers."""
    return sum(want.rates[want.ideal] for want in wants)


def ideal_layer(heights: Sequence[int], shown: int | None) -> int:
    """The lowest layer that fills `shown` pixels of height to three quarters; the middle one when unknown."""
    if shown is None:
        return min(1, len(heights) - 1)
    for place, height in enumerate(heights):
        if height >= shown * 0.75:
            return place
    return len(heights) - 1


def _raise(claims: Sequence[Want], chosen: dict[int, int], left: float) -> None:
    """Raises everybody by one layer before anybody by two."""
    for _ in range(2):
        for want in claims:
            level = chosen[want.slot]
            if level == PAUSED or level >= want.ideal or level + 1 >= len(want.rates):
                continue
            cost = want.rates[level + 1] - want.rates[level]
            if (cost if want.now > level else cost * RISE) <= left:
                chosen[want.slot] = level + 1
                left -= max(0.0, cost)
