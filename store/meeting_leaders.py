"""An individual meeting whose facilitator has left: found, and at its own hour led by another one."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from care.meeting_duties import unled
from care.meeting_states import Booking, State
from care.slots import overlap
from store import chain, groups, individual, meeting_messages, meeting_times
from store.booking import BEGUN, GONE, NOT_FREE, Refused, written_down
from store.groups import Member
from store.ids import fresh_id
from store.meeting_messages import BOOKED
from store.meeting_times import Slot
from store.sealing import Keys
from store.tables import individual as table
from store.tables import session as meeting
from store.tables import slot


async def without(tx: AsyncConnection, group_id: str, now: datetime) -> list[Booking]:
    """The booked meetings of a group that nobody leads any more, soonest first."""
    bookings = await individual.bookings_of_group(tx, group_id)
    return unled(bookings, await meeting_times.leaders(tx, group_id), now)


async def hand_over(
    tx: AsyncConnection, keys: Keys, booking: Booking, leader_id: str, by: Member, now: datetime
) -> Booking:
    """The same meeting at the same hour, led by this facilitator; both are told. Raises Refused for a meeting
    that is over, has begun or has somebody who leads it, and where the other one is not there or not free."""
    await chain.hold(tx)
    held = await individual.find(tx, booking.id)
    who, leader = await groups.member_by_id(tx, booking.member), await groups.member_by_id(tx, leader_id)
    if held is None or who is None or leader is None or held.state is not State.BOOKED:
        raise Refused(GONE)
    leaders = await meeting_times.leaders(tx, who.group)
    if leader.id not in leaders or held.facilitator in leaders:
        raise Refused(GONE)
    if held.starts_at is None or held.starts_at <= now:
        raise Refused(BEGUN)
    former = await _slot_of(tx, held)
    busy = await meeting_times.busy_of(tx, leader.person, now, held.session, offers=False)
    if any(overlap(former.span, one) for one in busy):
        raise Refused(NOT_FREE)
    sequence = await _led(tx, held, former, leader, now)
    people = (who, leader)
    await meeting_messages.put(tx, BOOKED, held.id, str(held.session), sequence, people, held.starts_at, now)
    await written_down(tx, keys, "meeting_handed_over", held.id, who, by, "", now)
    found = await individual.find(tx, held.id)
    if found is None:
        raise Refused(GONE)
    return found


async def _slot_of(tx: AsyncConnection, held: Booking) -> Slot:
    key = (await tx.execute(select(table.c.slot).where(table.c.id == held.id))).scalar_one()
    found = await meeting_times.find(tx, str(key))
    if found is None:
        raise Refused(GONE)
    return found


async def _led(tx: AsyncConnection, held: Booking, former: Slot, leader: Member, now: datetime) -> int:
    """Gives the meeting to the other's hour; returns how often it changed. The one it leaves is offered no
    more, and what the other one offered at that moment is this."""
    own = (slot.c.facilitator == leader.id) & (slot.c.starts_at == former.starts_at)
    await tx.execute(update(slot).where(own, slot.c.state == "offered").values(state="withdrawn"))
    await tx.execute(update(slot).where(slot.c.id == former.id).values(state="withdrawn"))
    key = fresh_id()
    await tx.execute(
        insert(slot).values(
            id=key,
            facilitator=leader.id,
            topic=former.topic,
            local_at=former.local_at,
            zone=former.zone,
            tzdata=former.tzdata,
            starts_at=former.starts_at,
            ends_at=former.ends_at,
            state="offered",
            made_at=now,
        )
    )
    try:
        await tx.execute(update(table).where(table.c.id == held.id).values(slot=key))
    except IntegrityError:
        raise Refused(GONE) from None
    done = await tx.execute(
        update(meeting)
        .where(meeting.c.id == held.session, meeting.c.state == "planned")
        .values(sequence=meeting.c.sequence + 1)
        .returning(meeting.c.sequence)
    )
    row = done.first()
    if row is None:
        raise Refused(BEGUN)
    return int(row.sequence)
