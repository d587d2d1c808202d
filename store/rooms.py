"""The state of a room that outlives its process: a restarted server restores rooms, admissions and seats
from here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import upsert
from store.tables import room, seat


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRecord:
    """One member's place in one room. `stage` is a word of the rooms' protocol; `greeted_device` a
    device's public name."""

    seat: int
    stage: str
    muted: bool = False
    admitted_at: datetime | None = None
    greeted_at: datetime | None = None
    greeted_device: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRecord:
    """One room. `state` is open, held (every facilitator dropped) or ended."""

    state: str
    locked: bool = False
    opened_at: datetime | None = None
    deadline_at: datetime | None = None
    held_at: datetime | None = None
    ended_at: datetime | None = None
    seats: Mapping[str, SeatRecord] = field(default_factory=dict)


async def load(tx: AsyncConnection, session: str) -> RoomRecord | None:
    """The room of a session with its seats by member; None when it was never opened."""
    row = (await tx.execute(select(room).where(room.c.session == session))).first()
    if row is None:
        return None
    seats = {
        found.member: SeatRecord(
            seat=found.seat,
            stage=found.stage,
            muted=found.muted,
            admitted_at=found.admitted_at,
            greeted_at=found.greeted_at,
            greeted_device=found.greeted_device,
        )
        for found in await tx.execute(select(seat).where(seat.c.session == session))
    }
    return RoomRecord(
        state=row.state,
        locked=row.locked,
        opened_at=row.opened_at,
        deadline_at=row.deadline_at,
        held_at=row.held_at,
        ended_at=row.ended_at,
        seats=seats,
    )


async def save(tx: AsyncConnection, session: str, record: RoomRecord) -> None:
    """Stores the whole room. Seats that the record does not name stay as they were, and a room that is over
    stays over, whatever a late record says."""
    row = {name: value for name, value in asdict(record).items() if name != "seats"}
    await upsert.put(tx, room, [{"session": session, **row}], where=room.c.state != "ended")
    await upsert.put(
        tx,
        seat,
        [{"session": session, "member": who, **asdict(place)} for who, place in record.seats.items()],
    )


async def save_seat(tx: AsyncConnection, session: str, member: str, record: SeatRecord) -> None:
    """Stores one seat of a stored room."""
    await upsert.put(tx, seat, [{"session": session, "member": member, **asdict(record)}])


async def end(tx: AsyncConnection, session: str, now: datetime) -> bool:
    """The room is over for good; True the first time."""
    done = await tx.execute(
        update(room)
        .where(room.c.session == session, room.c.state != "ended")
        .values(state="ended", ended_at=now)
    )
    return done.rowcount == 1


async def unended(tx: AsyncConnection) -> list[str]:
    """The sessions whose rooms are open or held."""
    return list((await tx.execute(select(room.c.session).where(room.c.state != "ended"))).scalars())


async def greeted(tx: AsyncConnection, member: str, device: str) -> bool:
    """True when a facilitator has looked at this member on this device before, in any session."""
    found = await tx.execute(
        select(seat.c.session).where(seat.c.member == member, seat.c.greeted_device == device).limit(1)
    )
    return found.first() is not None
