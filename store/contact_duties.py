"""A question for the next contact is the facilitators'. In a group that nobody leads it would wait for ever:
there it is the coordinator's task to find somebody who asks it. The task says that, and nothing of why."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.concern import State
from care.safety import Level
from care.thresholds import Kind, Owner, Wanted
from store import alerts
from store.tables import concern

WAITING = (State.OPEN.value, State.ACKNOWLEDGED.value)
NOBODY_LEADS = "nobody_leads"


async def wanted(tx: AsyncConnection, group_id: str) -> tuple[Wanted, ...]:
    """One task for each member whom nobody in the group could ask; none where somebody leads it. What is
    sooner than the next contact stands above the work list already."""
    if await alerts.led(tx, group_id):
        return ()
    rows = await tx.execute(
        select(concern.c.id, concern.c.member, concern.c.contact_by)
        .where(
            concern.c.group == group_id,
            concern.c.level == Level.ASK.value,
            concern.c.state.in_(WAITING),
        )
        .order_by(concern.c.contact_by.desc(), concern.c.id)
    )
    first = {row.member: row for row in rows}
    return tuple(
        Wanted(
            key=f"{Kind.CLINICAL_CONTACT}|{row.member}|{row.id}",
            kind=Kind.CLINICAL_CONTACT,
            group=group_id,
            member=row.member,
            session=None,
            reasons=(NOBODY_LEADS,),
            due_at=row.contact_by,
            owner_role=Owner.COORDINATOR,
        )
        for row in first.values()
    )
