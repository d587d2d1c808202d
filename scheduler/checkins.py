"""Invitations to check-ins that are open: one message for each, written with the change that asks for it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
import store.groups
import store.outbox
from care import checkins, delivery
from care.delivery import MessageKind
from store.database import Database
from store.groups import Session


async def tick(db: Database, now: datetime) -> None:
    """Ends the check-ins that are over and invites to those that opened."""
    async with db.write() as tx:
        await store.checkins.expire(tx, now)
        await invite(tx, now)


async def plan_first(db: Database, now: datetime) -> None:
    """Plans the check-in before the first session for members of groups that begin within two weeks."""
    async with db.read() as tx:
        soon = await store.groups.starting_between(tx, now, now + checkins.PRE_OPEN)
        firsts = [session for session in soon if session.ordinal == 1]
        items = [
            checkins.before(meeting(first), member.id, member.joined_at)
            for first in firsts
            for member in await store.groups.members(tx, first.group)
            if member.role == "participant"
        ]
    if items:
        async with db.write() as tx:
            await plan(tx, [item for item in items if item is not None])


def meeting(session: Session) -> checkins.Meeting:
    """A stored session, as far as check-ins ask about it."""
    return checkins.Meeting(
        id=session.id,
        ordinal=session.ordinal,
        count=session.count,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )


async def plan(tx: AsyncConnection, items: Sequence[checkins.Item]) -> None:
    """Stores planned check-ins; one that is planned already takes the new times, any other stays."""
    for item in items:
        await store.checkins.put(tx, item.member, item.anchor, item.wave.value, item.opens_at, item.closes_at)


async def invite(tx: AsyncConnection, now: datetime) -> int:
    """Puts one invitation into the outbox for each check-in that is open and uninvited; returns how many.

    The key makes a second invitation to the same check-in impossible.
    """
    due = await store.checkins.due(tx, now)
    for item in due:
        await store.outbox.put(
            tx,
            delivery.key(MessageKind.CHECKIN_INVITATION, item.member, item.wave, str(item.number)),
            MessageKind.CHECKIN_INVITATION.value,
            item.person,
            {"member": item.member, "checkin": item.id},
            due_at=now,
            expires_at=item.closes_at,
            now=now,
        )
        await store.checkins.set_invited(tx, item.id)
    return len(due)
