"""A member's dates under a secret address that a calendar may read by itself: off until asked for, one at a
time, revocable. It gives away times and nothing else, since such an address leaks more easily than a link.

The token is 32 random bytes; the database holds its hash.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit, chain
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import calendar_feed, member

NOTED_EVERY = timedelta(hours=1)
TOKEN_LENGTH = 43  # of 32 bytes in URL-safe base 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An address that is open. `read_at` is when a calendar last asked, to the hour."""

    id: str
    member: str
    group: str
    created_at: datetime
    read_at: datetime | None


async def turn_on(tx: AsyncConnection, keys: Keys, member_id: str, now: datetime) -> str:
    """The token of a new address; an older one of this member ends. Raises LookupError for a member who has
    left."""
    await chain.hold(tx)
    found = await tx.execute(
        select(member.c.group)
        .where(member.c.id == member_id, member.c.left_at.is_(None))
        .with_for_update(of=member)
    )
    group = found.scalar_one_or_none()
    if group is None:
        raise LookupError("no such member")
    await _end(tx, member_id, now)
    token = secrets.token_urlsafe(32)
    await tx.execute(
        insert(calendar_feed).values(id=fresh_id(), member=member_id, token_hash=_hash(token), created_at=now)
    )
    await _note(tx, keys, member_id, group, "calendar_feed_on", now)
    return token


async def turn_off(tx: AsyncConnection, keys: Keys, member_id: str, now: datetime) -> bool:
    """Ends the member's address; False when there was none."""
    await chain.hold(tx)
    feed = await of_member(tx, member_id)
    if feed is None or not await _end(tx, member_id, now):
        return False
    await _note(tx, keys, member_id, feed.group, "calendar_feed_off", now)
    return True


async def of_member(tx: AsyncConnection, member_id: str) -> Feed | None:
    """The member's open address, None when there is none."""
    return await _one(tx, calendar_feed.c.member == member_id)


async def by_token(tx: AsyncConnection, token: str) -> Feed | None:
    """Whose dates a calendar may read, None for a token that is unknown, ended, or of somebody who left."""
    if len(token) != TOKEN_LENGTH:
        return None
    return await _one(tx, calendar_feed.c.token_hash == _hash(token))


async def noted(tx: AsyncConnection, feed_id: str, now: datetime) -> None:
    """Keeps that a calendar asked, at most once an hour: the member sees whether the address is in use."""
    await tx.execute(
        update(calendar_feed)
        .where(
            calendar_feed.c.id == feed_id,
            or_(calendar_feed.c.read_at.is_(None), calendar_feed.c.read_at <= now - NOTED_EVERY),
        )
        .values(read_at=now)
    )


def due_to_note(feed: Feed, now: datetime) -> bool:
    """Whether this reading is to be kept."""
    return feed.read_at is None or feed.read_at <= now - NOTED_EVERY


async def _one(tx: AsyncConnection, which: object) -> Feed | None:
    row = (
        await tx.execute(
            select(calendar_feed, member.c.group)
            .join(member, member.c.id == calendar_feed.c.member)
            .where(which, calendar_feed.c.revoked_at.is_(None), member.c.left_at.is_(None))  # type: ignore[arg-type]
        )
    ).first()
    if row is None:
        return None
    return Feed(id=row.id, member=row.member, group=row.group, created_at=row.created_at, read_at=row.read_at)


async def _end(tx: AsyncConnection, member_id: str, now: datetime) -> bool:
    done = await tx.execute(
        update(calendar_feed)
        .where(calendar_feed.c.member == member_id, calendar_feed.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount > 0


async def _note(
    tx: AsyncConnection, keys: Keys, member_id: str, group: str, action: str, now: datetime
) -> None:
    await audit.append(
        tx,
        keys,
        actor=member_id,
        role="participant",
        action=action,
        object=f"member:{member_id}",
        group=group,
        now=now,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
