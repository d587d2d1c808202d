"""Sign-ins: what a cookie stands for. Hashed, with an idle and an absolute limit; revoking the link ends
them."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import fresh_id, plausible
from store.tables import link, member, signin

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(hours=4)
TOUCH = timedelta(minutes=1)
ROOM = timedelta(minutes=10)
"How long a sign-in outlives the last proof that its person is in a room."


@dataclass(frozen=True, slots=True)
class Opened:
    """A new sign-in's token and its absolute end."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Who is asking. `device` is a public name of the bound device; `touch_due` asks for `touch` in a write
    transaction, which keeps the sign-in from idling out."""

    id: str
    member: str
    place: str
    role: str
    group: str
    person: str
    link: str
    purpose: str
    device: str
    first_use: bool
    new_device: bool
    expires_at: datetime
    touch_due: bool


async def open_one(
    tx: AsyncConnection,
    found: Row[tuple[Any, ...]],
    device_hash: bytes,
    now: datetime,
    *,
    first_use: bool,
    new_device: bool,
) -> Opened:
    """A new sign-in from a usable link; the device's earlier sign-in from the same link ends (RFC 6265
    cookies of one browser hold one). The limit is 12 hours, and the link's own end where it is
    longer-lived than a code."""
    await tx.execute(
        update(signin)
        .where(signin.c.link == found.id, signin.c.device_hash == device_hash, signin.c.closed_at.is_(None))
        .values(closed_at=now)
    )
    token = secrets.token_urlsafe(32)
    end = now + ABSOLUTE if found.single_use else min(found.expires_at, now + ABSOLUTE)
    await tx.execute(
        insert(signin).values(
            id=fresh_id(),
            token_hash=hashed(token),
            link=found.id,
            member=found.member,
            device_hash=device_hash,
            first_use=first_use,
            new_device=new_device,
            created_at=now,
            seen_at=now,
            expires_at=end,
        )
    )
    return Opened(token, end)


async def find(tx: AsyncConnection, place: str, token: str, now: datetime) -> SignIn | None:
    """The sign-in of a cookie at this place; None when it is unknown, over, idle for too long, closed, of
    another place, or the member has left."""
    if not plausible(place):
        return None
    query = (
        select(signin, link.c.purpose, member.c.place, member.c.role, member.c.group, member.c.person)
        .join(member, member.c.id == signin.c.member)
        .join(link, link.c.id == signin.c.link)
        .where(
            signin.c.token_hash == hashed(token),
            signin.c.closed_at.is_(None),
            signin.c.expires_at > now,
            signin.c.seen_at > now - IDLE,
            member.c.place == place,
            member.c.left_at.is_(None),
        )
    )
    row = (await tx.execute(query)).first()
    if row is None:
        return None
    return SignIn(
        id=row.id,
        member=row.member,
        place=row.place,
        role=row.role,
        group=row.group,
        person=row.person,
        link=row.link,
        purpose=row.purpose,
        device=device_name(row.device_hash),
        first_use=row.first_use,
        new_device=row.new_device,
        expires_at=row.expires_at,
        # The first use is always noted: `used` asks for it.
        touch_due=row.seen_at <= now - TOUCH or row.seen_at == row.created_at,
    )


async def holds(tx: AsyncConnection, signin_id: str, now: datetime) -> bool:
    """True while the sign-in is neither closed, over, nor idle for too long, and its member has not left."""
    query = (
        select(signin.c.id)
        .join(member, member.c.id == signin.c.member)
        .where(
            signin.c.id == signin_id,
            signin.c.closed_at.is_(None),
            signin.c.expires_at > now,
            signin.c.seen_at > now - IDLE,
            member.c.left_at.is_(None),
        )
    )
    return (await tx.execute(query)).first() is not None


async def used(tx: AsyncConnection, link_id: str) -> bool:
    """True when a sign-in made from this link was ever used, so that somebody has its cookie."""
    query = select(signin.c.id).where(signin.c.link == link_id, signin.c.seen_at > signin.c.created_at)
    return (await tx.execute(query.limit(1))).first() is not None


async def close_all(tx: AsyncConnection, link_ids: Sequence[str], now: datetime) -> None:
    """Signs out whoever came in by these links."""
    await tx.execute(
        update(signin).where(signin.c.link.in_(link_ids), signin.c.closed_at.is_(None)).values(closed_at=now)
    )


async def touch(tx: AsyncConnection, signin_id: str, now: datetime) -> None:
    """The person was here just now."""
    await tx.execute(
        update(signin).where(signin.c.id == signin_id, signin.c.seen_at < now).values(seen_at=now)
    )


async def keep(tx: AsyncConnection, ids: Sequence[str], now: datetime) -> None:
    """The people of these sign-ins are in a room: neither limit ends them there."""
    held = (signin.c.id.in_(ids), signin.c.closed_at.is_(None))
    await tx.execute(update(signin).where(*held).values(seen_at=now))
    until = now + ROOM
    await tx.execute(update(signin).where(*held, signin.c.expires_at < until).values(expires_at=until))


async def close(tx: AsyncConnection, signin_id: str, now: datetime) -> None:
    """Signs out."""
    await tx.execute(
        update(signin).where(signin.c.id == signin_id, signin.c.closed_at.is_(None)).values(closed_at=now)
    )


def device_name(device_hash: bytes) -> str:
    """A public name of a device: enough to tell two apart, nothing to come in with."""
    return device_hash.hex()[:16]


def hashed(token: str) -> bytes:
    """What the database keeps of a sign-in's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
