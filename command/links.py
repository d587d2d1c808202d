"""Personal links made at the shell: how staff come in until they can sign in, and how people are invited."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.links
import store.outbox
from care.delivery import MessageKind, key
from store.groups import Member

STAFF_LASTS = timedelta(hours=12)
PARTICIPANT_LASTS = timedelta(days=7)
STAFF = frozenset({"facilitator", "coordinator"})


class LinkRefused(Exception):
    """No link is made; the text says why."""


async def mint(tx: AsyncConnection, base_url: str, place: str, *, staff: bool, now: datetime) -> str:
    """A new link for the member at `place`, bound to the first device that opens it.

    A staff link lasts 12 hours. Raises LinkRefused when nobody has that place or the role does not fit.
    """
    member = await _member(tx, place)
    if (member.role in STAFF) != staff:
        raise LinkRefused(
            f"the place {place} belongs to a {member.role}; see `ipt-rooms link {_kind(member)}`"
        )
    expires_at = now + (STAFF_LASTS if staff else PARTICIPANT_LASTS)
    purpose = "staff" if staff else "join"
    token = await store.links.mint(tx, member.id, purpose, now, expires_at)
    return f"{base_url}/j#{token}"


async def invite(tx: AsyncConnection, place: str, now: datetime) -> str:
    """Puts an invitation to the group's next session into the outbox; gives the kind of the message.

    Who was invited before gets a new link instead, and every earlier one of theirs ends. Raises LinkRefused.
    """
    member = await _member(tx, place)
    if member.role in STAFF:
        raise LinkRefused("staff links are not mailed; use `ipt-rooms link staff`")
    coming = [each for each in await store.groups.sessions_of(tx, member.group) if each.ends_at > now]
    if not coming:
        raise LinkRefused("this group has no session to come")
    session = coming[0]
    about = {"member": member.id, "session": session.id}

    async def put(kind: MessageKind, revision: int) -> bool:
        purpose = key(kind, member.id, session.id, revision=revision)
        return await store.outbox.put(tx, purpose, kind, member.person, about, now, session.ends_at, now)

    first = key(MessageKind.INVITATION, member.id, session.id)
    if await store.outbox.find(tx, first) is None:
        await put(MessageKind.INVITATION, 0)
        return MessageKind.INVITATION
    await store.links.revoke(tx, member.id, "resent", now)
    revision = 1
    again = MessageKind.JOIN_LINK_AGAIN
    while await store.outbox.find(tx, key(again, member.id, session.id, revision=revision)) is not None:
        revision += 1
    await put(again, revision)
    return again


async def _member(tx: AsyncConnection, place: str) -> Member:
    member = await store.groups.member_by_place(tx, place)
    if member is None:
        raise LinkRefused(f"nobody has the place {place}; `ipt-rooms group list GROUP` shows the places")
    return member


def _kind(member: Member) -> str:
    return "staff" if member.role in STAFF else "participant"
