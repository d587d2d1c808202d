"""Who hears and sees whom. The one place that decides what the media engine forwards.

A waiting person appears in no table but that of the facilitator in an open private look with them. A held,
ended or not yet opened room forwards nothing.
"""

from server.media.messages import Slot
from server.rooms import seating
from server.rooms.state import RoomData, Seat, Stage

FACILITATOR_PRIORITY = 1


def audience(room: RoomData, seat: Seat) -> list[Seat]:
    """The people this seat may receive, in seat order, whether their media is up or not."""
    greet = room.greet_of(seat.member)
    if greet is not None:
        other = greet.member if greet.facilitator == seat.member else greet.facilitator
        return [room.seats[other]] if greet.open else []
    if seat.stage is not Stage.ROOM or room.state != "open":
        return []
    return [s for s in in_room(room) if s.member != seat.member and room.greet_of(s.member) is None]


def in_room(room: RoomData) -> list[Seat]:
    """Admitted people, gone for a moment or not, in seat order."""
    return sorted((s for s in room.seats.values() if s.stage is Stage.ROOM), key=lambda s: s.seat)


def slots_of(room: RoomData, seat: Seat) -> dict[int, Seat]:
    """Slot → the person shown there."""
    others = (seating.Seated(s.member, s.seat, s.facilitator) for s in audience(room, seat))
    placed = seating.slots(seat.seat, seat.slots, others)
    return {slot: room.seats[member] for slot, member in placed.items()}


def wanted(room: RoomData) -> dict[str, tuple[Slot, ...]]:
    """The table of every leg that is up."""
    return {s.leg.id: _row(room, s) for s in room.seats.values() if s.leg is not None and s.leg.up}


def _row(room: RoomData, seat: Seat) -> tuple[Slot, ...]:
    return tuple(
        Slot(
            index=slot,
            source=other.leg.id,
            audio=other.mic and not other.muted,
            video=other.camera,
            priority=FACILITATOR_PRIORITY if other.facilitator else 0,
        )
        for slot, other in sorted(slots_of(room, seat).items())
        if other.leg is not None and other.leg.up
    )
