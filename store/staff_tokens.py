"""One-time links for the staff: an invitation to make an account, or a way back after a loss. Only hashes
are kept; a newer link ends the older ones; a link is used up when the account is complete, not by looking."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit
from store.ids import fresh_id
from store.sealing import Keys
from store.signins import hashed
from store.tables import staff, staff_token

COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Given:
    """What a link is for: `invite` or `reset`."""

    staff: str
    purpose: str


async def mint(
    tx: AsyncConnection, keys: Keys, staff_id: str, purpose: str, by: str, now: datetime, life: timedelta
) -> str:
    """A new token; earlier ones of the account end. `by` is an account or the command line."""
    await revoke(tx, staff_id, now)
    token = secrets.token_urlsafe(32)
    await tx.execute(
        insert(staff_token).values(
            id=fresh_id(),
            staff=staff_id,
            purpose=purpose,
            token_hash=hashed(token),
            created_at=now,
            expires_at=now + life,
        )
    )
    await audit.append(
        tx,
        keys,
        actor=by,
        role=COMMAND if by == COMMAND else "admin",
        action=f"staff_link_{purpose}",
        object=f"staff:{staff_id}",
        now=now,
    )
    return token


async def opens(tx: AsyncConnection, token: str, now: datetime) -> Given | None:
    """What the link is good for; None for one that is unknown, used, ended or of a closed account."""
    row = (await tx.execute(usable(token, now))).first()
    return None if row is None else Given(row.staff, row.purpose)


async def redeem(tx: AsyncConnection, token: str, now: datetime) -> Given | None:
    """The same, once: two at a time cannot both have it."""
    row = (await tx.execute(usable(token, now))).first()
    if row is None:
        return None
    done = await tx.execute(
        update(staff_token)
        .where(staff_token.c.id == row.id, staff_token.c.used_at.is_(None))
        .values(used_at=now)
    )
    return Given(row.staff, row.purpose) if done.rowcount == 1 else None


async def revoke(tx: AsyncConnection, staff_id: str, now: datetime) -> None:
    """Ends every unused link of an account."""
    await tx.execute(
        update(staff_token)
        .where(
            staff_token.c.staff == staff_id,
            staff_token.c.used_at.is_(None),
            staff_token.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def usable(token: str, now: datetime) -> Select[Any]:
    """The link of this token, if it can be used now."""
    return (
        select(staff_token)
        .join(staff, staff.c.id == staff_token.c.staff)
        .where(
            staff_token.c.token_hash == hashed(token),
            staff_token.c.used_at.is_(None),
            staff_token.c.revoked_at.is_(None),
            staff_token.c.expires_at > now,
            staff.c.disabled_at.is_(None),
        )
    )
