"""What of a room outlives its process, and how a room comes back from it."""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime

from care.roles import Role
from server.rooms.moment import Now
from server.rooms.state import OVERRUN, RoomData, Seat, Session, Stage
from store.groups import Member
from store.rooms import RoomRecord, SeatRecord

RoomKey = tuple[str, str]


def record(data: RoomData, former: RoomRecord | None, now: datetime) -> RoomRecord | None:
    """What to store of this room now; None before it was opened."""
    if data.opened_at is None:
        return None
    return RoomRecord(
        state=data.state,
        locked=data.locked,
        opened_at=data.opened_at,
        deadline_at=data.deadline_at,
        held_at=_since(data.state == "held", former.held_at if former else None, now),
        ended_at=_since(data.state == "ended", former.ended_at if former else None, now),
        seats={s.member: _seat(s) for s in data.seats.values() if s.device or s.stage is not Stage.DOOR},
    )


def _since(holds: bool, before: datetime | None, now: datetime) -> datetime | None:
    return (before or now) if holds else None


def _seat(seat: Seat) -> SeatRecord:
    return SeatRecord(
        seat=seat.seat,
        stage=seat.stage.value,
        muted=seat.muted,
        admitted_at=seat.admitted_at,
        greeted_at=seat.greeted_at,
        greeted_device=seat.greeted_device,
    )


def seat_of(member: Member, name: str) -> Seat:
    """A fresh seat of a member. Raises ValueError for a member without one."""
    if member.seat is None:
        raise ValueError("a coordinator has no seat")
    return Seat(member=member.id, seat=member.seat, role=Role(member.role), name=name, dead=deque(maxlen=16))


def restore(
    session: Session,
    seats: Iterable[Seat],
    kept: RoomRecord | None,
    answers: Mapping[str, tuple[bool | None, bool | None]],
    now: Now,
) -> RoomData:
    """The room as it was when it was last stored; people inside count as gone since now."""
    data = RoomData(
        session=session, seats={s.member: s for s in seats}, deadline_at=session.ends_at + OVERRUN
    )
    if kept is not None:
        data.state = kept.state  # type: ignore[assignment]
        data.locked = kept.locked
        data.opened_at = kept.opened_at
        data.deadline_at = kept.deadline_at or data.deadline_at
    for seat in data.seats.values():
        found = kept.seats.get(seat.member) if kept is not None else None
        if found is not None:
            _take_up(seat, found, now)
        seat.alone, seat.headphones = answers.get(seat.member, (None, None))
    return data


def _take_up(seat: Seat, found: SeatRecord, now: Now) -> None:
    seat.stage = Stage(found.stage)
    seat.muted = found.muted
    seat.admitted_at = found.admitted_at
    seat.greeted_at = found.greeted_at
    seat.greeted_device = found.greeted_device
    if seat.stage in (Stage.ROOM, Stage.LOBBY):
        seat.since = now.wall
        seat.unseen_ms = seat.lost_ms = now.mono_ms
        seat.lost_at = now.wall
        seat.was_up = True
