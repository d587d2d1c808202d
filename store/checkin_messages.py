"""What is still to be said about one check-in. Keys name the round, so nothing is searched but them."""

from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, cast, exists, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.replan import NOT_ASKED, OUT
from store.digests import MERGED
from store.tables import checkin, outbox

INVITATIONS = ("checkin_invitation", "weekly_checkin")
KINDS = (*INVITATIONS, "checkin_reminder")


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
        .values(state="withdrawn", token=None, lease_until=None, result=NOT_ASKED, finished_at=now)
    )
    return done.rowcount


def invitation_is_out() -> ColumnElement[bool]:
    """True for check-ins whose invitation went out, or may have, by itself or in a digest."""
    number = cast(checkin.c.number, Text)
    keys = [
        kind + "|" + checkin.c.member + "|" + checkin.c.wave + "|" + number + "|0" for kind in INVITATIONS
    ]
    out = or_(
        outbox.c.state.in_(sorted(OUT)),
        and_(outbox.c.state == "withdrawn", outbox.c.result == MERGED),
    )
    return exists().where(outbox.c.key.in_(keys), out)
