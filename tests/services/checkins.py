"""Check-ins put into a database as a test needs them, whatever the plan of their group would be."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import fresh_id
from store.tables import checkin


async def put(
    tx: AsyncConnection,
    member: str,
    wave: str,
    opens_at: datetime,
    closes_at: datetime,
    number: int = 1,
    session: str | None = None,
    state: str = "due",
) -> str:
    """The id of a check-in that nobody opened yet, in place of the round the plan made."""
    one = (checkin.c.member == member) & (checkin.c.wave == wave) & (checkin.c.number == number)
    await tx.execute(delete(checkin).where(one, checkin.c.opened_at.is_(None)))
    key = fresh_id()
    await tx.execute(
        insert(checkin).values(
            id=key,
            member=member,
            wave=wave,
            number=number,
            session=session,
            opens_at=opens_at,
            target_at=opens_at,
            closes_at=closes_at,
            state=state,
        )
    )
    return key
