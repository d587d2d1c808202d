"""A check-in that somebody is asked for, as it stands in the database at a moment."""

from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import fresh_id
from store.tables import checkin

DAY = timedelta(days=1)


async def ask(
    tx: AsyncConnection, member_id: str, session: str, now: datetime, wave: str = "mid", **other: object
) -> str:
    """The id of a check-in that opened a day ago and closes in five."""
    about: dict[str, object] = {
        "id": fresh_id(),
        "member": member_id,
        "session": session,
        "wave": wave,
        "number": 1,
        "opens_at": now - DAY,
        "target_at": now,
        "closes_at": now + 5 * DAY,
        "state": "invited",
    }
    await tx.execute(insert(checkin).values(**about | other))
    return str((about | other)["id"])
