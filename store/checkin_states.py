"""Whether check-ins are done or missing. The one thing about them that a coordinator may know: this reads the
columns that say so and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import checkin
from store.tables import session as meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInState:
    """One round of one member: done, waived, open until a moment, to come, or missing. `session_at` is when
    the session begins that a weekly one comes before."""

    id: str
    wave: str
    number: int
    state: str
    opens_at: datetime
    closes_at: datetime
    session_at: datetime | None


async def of_member(tx: AsyncConnection, member_id: str, now: datetime) -> list[CheckInState]:
    """A member's rounds by their start; those that were called off are left out."""
    rows = await tx.execute(
        select(
            checkin.c.id,
            checkin.c.wave,
            checkin.c.number,
            checkin.c.state,
            checkin.c.opens_at,
            checkin.c.closes_at,
            meeting.c.starts_at.label("session_at"),
        )
        .outerjoin(meeting, meeting.c.id == checkin.c.session)
        .where(checkin.c.member == member_id, checkin.c.state != "superseded")
        .order_by(checkin.c.opens_at)
    )
    return [
        CheckInState(
            id=row.id,
            wave=row.wave,
            number=row.number,
            state=said(row.state, row.opens_at, row.closes_at, now),
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            session_at=row.session_at,
        )
        for row in rows
    ]


def said(state: str, opens_at: datetime, closes_at: datetime, now: datetime) -> str:
    """`done`, `waived`, `missing`, `open` or `ahead`."""
    if state == "waived":
        return "waived"
    if state == "submitted":
        return "done"
    if state == "expired" or closes_at <= now:
        return "missing"
    return "open" if opens_at <= now else "ahead"
