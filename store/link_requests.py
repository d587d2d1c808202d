"""A fresh link to the contact on file. Staff and members may ask; nobody who asks ever sees a token."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import delivery
from care.delivery import MessageKind
from store import outbox, people
from store.sealing import Keys
from store.tables import member, session
from store.tables import outbox as messages

MOST_AN_HOUR = 3
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


async def resend(tx: AsyncConnection, member_id: str, now: datetime) -> bool:
    """Queues a new join link for a participant; False when that is nobody's place, a staff member's
    (theirs are made at the shell only), or three were asked for within the hour. Earlier links go on
    working."""
    found = await tx.execute(
        select(member.c.person, member.c.group).where(
            member.c.id == member_id, member.c.left_at.is_(None), member.c.role == "participant"
        )
    )
    row = found.first()
    if row is None:
        return False
    asked = await asked_before(tx, row.person)
    if sum(at > now - HOUR for at in asked) >= MOST_AN_HOUR:
        return False
    coming = await next_session(tx, row.group, now)
    about, ends_at = coming if coming is not None else ("", now + DAY)
    payload = {"member": member_id, "session": about} if about else {"member": member_id}
    return await outbox.put(
        tx,
        delivery.key(MessageKind.JOIN_LINK_AGAIN, member_id, about, step=str(len(asked) + 1)),
        MessageKind.JOIN_LINK_AGAIN.value,
        row.person,
        payload,
        due_at=now,
        expires_at=ends_at,
        now=now,
    )


async def request(tx: AsyncConnection, keys: Keys, address: str, now: datetime) -> None:
    """What somebody gets who typed an address: a fresh link in that mailbox if it is on file. The caller
    says the same words either way, and limits how often it is asked."""
    for person in await people.by_contact(tx, keys, address):
        places = await tx.execute(
            select(member.c.id).where(member.c.person == person, member.c.left_at.is_(None))
        )
        for place in places.scalars().all():
            await resend(tx, place, now)


async def asked_before(tx: AsyncConnection, person: str) -> list[datetime]:
    """When this person's links were asked for again, ever."""
    rows = await tx.execute(
        select(messages.c.created_at).where(
            messages.c.person == person, messages.c.kind == MessageKind.JOIN_LINK_AGAIN.value
        )
    )
    return list(rows.scalars())


async def next_session(tx: AsyncConnection, group: str, now: datetime) -> tuple[str, datetime] | None:
    """The running or next session of a group, with its end."""
    rows = await tx.execute(
        select(session.c.id, session.c.ends_at)
        .where(session.c.group == group, session.c.state.in_(("planned", "open")), session.c.ends_at > now)
        .order_by(session.c.starts_at)
        .limit(1)
    )
    row = rows.first()
    return None if row is None else (row.id, row.ends_at)
