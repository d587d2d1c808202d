"""The individual meetings of a group's members, read: who booked which, and what has been settled."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.meeting_states import SETTLED, Booking, State
from store.ids import plausible
from store.tables import individual, member, slot
from store.tables import session as meeting


async def bookings_of_group(tx: AsyncConnection, group_id: str) -> list[Booking]:
    """Every booking of a group's participants, oldest first, those that were called off included."""
    rows = await tx.execute(query().where(member.c.group == group_id))
    return [as_booking(row) for row in rows]


async def of_member(tx: AsyncConnection, member_id: str) -> list[Booking]:
    """Every booking of one member, oldest first."""
    rows = await tx.execute(query().where(individual.c.member == member_id))
    return [as_booking(row) for row in rows]


async def of_session(tx: AsyncConnection, session_id: str) -> Booking | None:
    """The booking whose room this is, None for a session of a group."""
    if not plausible(session_id):
        return None
    row = (await tx.execute(query().where(individual.c.session == session_id))).first()
    return None if row is None else as_booking(row)


async def find(tx: AsyncConnection, booking_id: str) -> Booking | None:
    """The booking, None when there is none."""
    if not plausible(booking_id):
        return None
    row = (await tx.execute(query().where(individual.c.id == booking_id))).first()
    return None if row is None else as_booking(row)


async def led_by(tx: AsyncConnection, person_id: str) -> Sequence[Booking]:
    """What this person leads in any group and is not over, soonest first."""
    leading = member.alias()
    rows = await tx.execute(
        query()
        .join(leading, leading.c.id == slot.c.facilitator)
        .where(leading.c.person == person_id, individual.c.state == State.BOOKED)
    )
    return sorted((as_booking(row) for row in rows), key=lambda one: (one.starts_at is None, one.starts_at))


async def settled(tx: AsyncConnection, member_id: str, topic: str) -> Booking | None:
    """What settles a topic for a member; None where a meeting is needed."""
    rows = await tx.execute(
        query().where(
            individual.c.member == member_id,
            individual.c.topic == topic,
            individual.c.state.in_([one.value for one in SETTLED]),
        )
    )
    row = rows.first()
    return None if row is None else as_booking(row)


def query() -> Select[tuple[Any, ...]]:
    """Bookings with their times and who leads them."""
    return (
        select(
            individual,
            meeting.c.starts_at,
            meeting.c.ends_at,
            meeting.c.sequence,
            slot.c.facilitator,
        )
        .select_from(individual)
        .join(member, member.c.id == individual.c.member)
        .outerjoin(meeting, meeting.c.id == individual.c.session)
        .outerjoin(slot, slot.c.id == individual.c.slot)
        .order_by(individual.c.made_at, individual.c.id)
    )


def as_booking(row: Row[tuple[Any, ...]]) -> Booking:
    """The booking of a row of `query`."""
    return Booking(
        id=row.id,
        member=row.member,
        topic=row.topic,
        state=State(row.state),
        session=row.session,
        facilitator=row.facilitator,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        made_at=row.made_at,
        sequence=row.sequence or 0,
    )
