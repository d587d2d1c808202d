"""Who appears in which slot. Pure, and the same for everybody with the same seats."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody who may be shown."""

    member: str
    seat: int
    facilitator: bool


def slots(own_seat: int, offered: int, others: Iterable[Seated], *, seats: int = 12) -> dict[int, str]:
    """Slot → member for a client in `own_seat` which offers that many slots.

    With a slot for every other seat the place follows from the seat, so nobody ever moves. With fewer,
    facilitators come first, then the lowest seats.
    """
    present = [other for other in others if other.seat != own_seat]
    if offered >= seats - 1:
        return {s.seat - (s.seat > own_seat): s.member for s in present}
    ranked = sorted(present, key=lambda s: (not s.facilitator, s.seat))
    return {slot: s.member for slot, s in enumerate(ranked[:offered])}
