"""What is still to be said about one check-in. Keys name the round, so nothing is searched but them."""

from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import outbox

KINDS = ("checkin_invitation", "weekly_checkin", "checkin_reminder")
DONE = "not_asked"


async def withdraw(
    tx: AsyncConnection, person: str, member: str, wave: str, number: int, now: datetime
) -> int:
    """Calls back what has not gone out about a round; returns how many messages."""
    starts = [f"{kind}|{member}|{wave}|{number}|" for kind in KINDS]
    done = await tx.execute(
        update(outbox)
        .where(
            outbox.c.person == person,
            outbox.c.state.in_(("pending", "claimed")),
            or_(*(outbox.c.key.startswith(start, autoescape=True) for start in starts)),
        )
        .values(state="withdrawn", token=None, lease_until=None, result=DONE, finished_at=now)
    )
    return done.rowcount
