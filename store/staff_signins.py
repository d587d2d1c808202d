"""Sign-ins of the staff at their desks: 30 minutes without use, 12 hours in all, and never at an end while
the person is in a running room."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import signals
from store.ids import fresh_id, plausible
from store.signins import hashed
from store.tables import member, staff, staff_signin

TOPIC = "staff"
ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
TOUCH = timedelta(minutes=1)
ROOM = timedelta(minutes=10)
"How long a sign-in outlives the last proof that its person is in a room."
LABEL = 80


@dataclass(frozen=True, slots=True)
class Opened:
    """A new sign-in: its token belongs in a cookie and nowhere else."""

    id: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSignIn:
    """Who is asking. `how` is password, passkey, invite or link; `proved_at` the last proof of it, None for a
    link; `touch_due` asks for `touch` in a write transaction."""

    id: str
    staff: str
    desk: str
    person: str
    admin: bool
    clinician: bool
    how: str
    label: str
    created_at: datetime
    seen_at: datetime
    proved_at: datetime | None
    expires_at: datetime
    touch_due: bool


async def open_one(
    tx: AsyncConnection, staff_id: str, how: str, now: datetime, label: str = "", limit: timedelta = ABSOLUTE
) -> Opened:
    """A new sign-in of an account."""
    made = Opened(fresh_id(), secrets.token_urlsafe(32), now + min(limit, ABSOLUTE))
    await tx.execute(
        insert(staff_signin).values(
            id=made.id,
            staff=staff_id,
            token_hash=hashed(made.token),
            how=how,
            label="".join(letter for letter in label if letter.isprintable())[:LABEL],
            created_at=now,
            seen_at=now,
            proved_at=now,
            expires_at=made.expires_at,
        )
    )
    return made


async def find(tx: AsyncConnection, desk: str, token: str, now: datetime) -> DeskSignIn | None:
    """The sign-in of a cookie at this desk; None when it is unknown, over, idle for too long, closed, of
    another desk, or the account is closed."""
    if not plausible(desk):
        return None
    query = usable(now).where(staff_signin.c.token_hash == hashed(token), staff.c.desk == desk)
    row = (await tx.execute(query)).first()
    return None if row is None else as_signin(row, now)


async def holds(tx: AsyncConnection, signin_id: str, now: datetime) -> bool:
    """True while the sign-in can be used."""
    return (await tx.execute(usable(now).where(staff_signin.c.id == signin_id))).first() is not None


async def of_staff(tx: AsyncConnection, staff_id: str, now: datetime) -> list[DeskSignIn]:
    """The sign-ins of an account that can be used, newest first."""
    rows = await tx.execute(
        usable(now).where(staff_signin.c.staff == staff_id).order_by(staff_signin.c.created_at.desc())
    )
    return [as_signin(row, now) for row in rows]


async def touch(tx: AsyncConnection, signin_id: str, now: datetime) -> None:
    """The person was here just now."""
    await tx.execute(
        update(staff_signin)
        .where(staff_signin.c.id == signin_id, staff_signin.c.seen_at < now)
        .values(seen_at=now)
    )


async def keep(tx: AsyncConnection, ids: Sequence[str], now: datetime) -> None:
    """The people of these sign-ins are in a room: neither limit ends them there."""
    held = (staff_signin.c.id.in_(ids), staff_signin.c.closed_at.is_(None))
    await tx.execute(update(staff_signin).where(*held).values(seen_at=now))
    until = now + ROOM
    await tx.execute(
        update(staff_signin).where(*held, staff_signin.c.expires_at < until).values(expires_at=until)
    )


async def proved(tx: AsyncConnection, signin_id: str, now: datetime) -> None:
    """The person has proved again who they are. A sign-in by a link counts as one by password
    from then on."""
    by_link = staff_signin.c.how == "link"
    await tx.execute(update(staff_signin).where(staff_signin.c.id == signin_id).values(proved_at=now))
    await tx.execute(
        update(staff_signin).where(staff_signin.c.id == signin_id, by_link).values(how="password")
    )


async def close(tx: AsyncConnection, signin_id: str, why: str, now: datetime) -> None:
    """Signs out. Servers close the sockets that were opened with it."""
    done = await tx.execute(
        update(staff_signin)
        .where(staff_signin.c.id == signin_id, staff_signin.c.closed_at.is_(None))
        .values(closed_at=now, closed_why=why)
    )
    if done.rowcount == 1:
        await signals.put(tx, TOPIC, {"what": "signed_out", "signin": signin_id}, now)


async def close_all(
    tx: AsyncConnection, staff_id: str, why: str, now: datetime, keep: str | None = None
) -> None:
    """Signs an account out everywhere, except for the sign-in `keep`."""
    open_ones = select(staff_signin.c.id).where(
        staff_signin.c.staff == staff_id, staff_signin.c.closed_at.is_(None)
    )
    for signin_id in (await tx.execute(open_ones)).scalars().all():
        if signin_id != keep:
            await close(tx, signin_id, why, now)


async def close_linked(tx: AsyncConnection, members: Sequence[str], now: datetime) -> None:
    """A personal link of these members has ended, and with it what it opened at their desks."""
    query = (
        select(staff_signin.c.id)
        .join(staff, staff.c.id == staff_signin.c.staff)
        .join(member, member.c.person == staff.c.person)
        .where(member.c.id.in_(members), staff_signin.c.how == "link", staff_signin.c.closed_at.is_(None))
    )
    for signin_id in (await tx.execute(query)).scalars().all():
        await close(tx, signin_id, "link_revoked", now)


def usable(now: datetime) -> Select[Any]:
    """Sign-ins that can be used now, with their accounts."""
    return (
        select(staff_signin, staff.c.desk, staff.c.person, staff.c.admin, staff.c.clinician)
        .join(staff, staff.c.id == staff_signin.c.staff)
        .where(
            staff_signin.c.closed_at.is_(None),
            staff_signin.c.expires_at > now,
            staff_signin.c.seen_at > now - IDLE,
            staff.c.disabled_at.is_(None),
        )
    )


def as_signin(row: Row[Any], now: datetime) -> DeskSignIn:
    """The sign-in of a row of `usable`."""
    return DeskSignIn(
        id=row.id,
        staff=row.staff,
        desk=row.desk,
        person=row.person,
        admin=row.admin,
        clinician=row.clinician,
        how=row.how,
        label=row.label,
        created_at=row.created_at,
        seen_at=row.seen_at,
        proved_at=None if row.how == "link" else row.proved_at,
        expires_at=row.expires_at,
        touch_due=row.seen_at <= now - TOUCH,
    )
