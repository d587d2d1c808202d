"""What was ticked off in an individual meeting: sealed with the member's key, read by facilitators alone."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.meeting_checklist import known
from care.meeting_states import Booking
from care.roles import Action
from store import access_log, doors, individual, upsert
from store.doors import NotAllowed
from store.sealing import Keys
from store.tables import checklist, member

TABLE, COLUMN = "meeting_checklist", "ticks"


async def access_ticks(
    tx: AsyncConnection, keys: Keys, actor: str, booking_id: str, purpose: str, now: datetime
) -> tuple[str, ...]:
    """The codes ticked so far, in their order. Raises NotAllowed for anybody but a facilitator of the
    member's group. The reading is logged."""
    booking, person = await _mine(tx, actor, booking_id)
    await access_log.append(
        tx,
        keys,
        actor=actor,
        action="meeting_checklist",
        person=person,
        purpose=purpose,
        now=now,
        session=booking.session,
    )
    sealed = (
        await tx.execute(select(checklist.c.ticks_sealed).where(checklist.c.meeting == booking.id))
    ).scalar_one_or_none()
    opened = await keys.of(tx, [person])
    if sealed is None or person not in opened:
        return ()
    return known(booking.topic, json.loads(opened[person].open(TABLE, COLUMN, booking.id, sealed)))


async def save(
    tx: AsyncConnection, keys: Keys, actor: str, booking_id: str, codes: Iterable[str], now: datetime
) -> tuple[str, ...]:
    """Stores what is ticked now and returns it. Raises NotAllowed."""
    booking, person = await _mine(tx, actor, booking_id)
    kept = known(booking.topic, codes)
    sealed = await keys.seal(tx, person, TABLE, COLUMN, booking.id, json.dumps(kept))
    await upsert.put(tx, checklist, [{"meeting": booking.id, "ticks_sealed": sealed, "by": actor, "at": now}])
    return kept


async def _mine(tx: AsyncConnection, actor: str, booking_id: str) -> tuple[Booking, str]:
    booking = await individual.find(tx, booking_id)
    if booking is None or booking.session is None:
        raise NotAllowed(Action.KEEP_CHECKLIST.value)
    await doors.by_session(tx, actor, Action.KEEP_CHECKLIST, booking.session, booking.member)
    person = (await tx.execute(select(member.c.person).where(member.c.id == booking.member))).scalar_one()
    return booking, str(person)
