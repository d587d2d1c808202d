"""Where a member is tonight and how to reach them: asked before every session, sealed, opened only for a
facilitator with a line in the access log, deleted after 72 hours (`store.retention`)."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.roles import Action
from store import access_log, doors, people, upsert
from store.sealing import Keys
from store.tables import doorstep, member

LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The emergency sheet of one member. `at` is None and the answers are empty when nothing was answered."""

    where: str = field(repr=False)
    phone: str = field(repr=False)
    emergency: str = field(repr=False)
    alone: bool | None
    headphones: bool | None
    at: datetime | None


async def put(
    tx: AsyncConnection,
    keys: Keys,
    session: str,
    member_id: str,
    where: str,
    phone: str,
    alone: bool | None,
    headphones: bool | None,
    now: datetime,
) -> None:
    """Stores the answers for this session; later answers replace earlier ones. Raises LookupError for no
    such member, ValueError for answers over 200 characters."""
    if len(where) > LONGEST or len(phone) > LONGEST:
        raise ValueError(f"the answers may have {LONGEST} characters")
    key = await keys.one(tx, await person_of(tx, member_id))
    row = f"{session}.{member_id}"
    await upsert.put(
        tx,
        doorstep,
        [
            {
                "session": session,
                "member": member_id,
                "where_sealed": key.seal("doorstep", "where", row, writable(where)),
                "phone_sealed": key.seal("doorstep", "phone", row, writable(phone)),
                "alone": alone,
                "headphones": headphones,
                "at": now,
            }
        ],
    )


async def answered(tx: AsyncConnection, session: str) -> dict[str, tuple[bool | None, bool | None]]:
    """Who answered, with alone and headphones: what the door shows. Nothing sealed is opened."""
    rows = await tx.execute(select(doorstep).where(doorstep.c.session == session))
    return {row.member: (row.alone, row.headphones) for row in rows}


async def access_sheet(
    tx: AsyncConnection, keys: Keys, session: str, member_id: str, actor: str, now: datetime
) -> Sheet:
    """The emergency sheet, logged. Raises NotAllowed unless the actor facilitates this member's group,
    LookupError for no such member."""
    await doors.by_session(tx, actor, Action.OPEN_SHEET, session, member_id)
    person = await person_of(tx, member_id)
    await access_log.append(
        tx, keys, actor=actor, action="sheet", person=person, purpose="emergency", now=now, session=session
    )
    emergency = await people.emergency(tx, keys, person)
    row = (
        await tx.execute(
            select(doorstep).where(doorstep.c.session == session, doorstep.c.member == member_id)
        )
    ).first()
    if row is None:
        return Sheet(where="", phone="", emergency=emergency, alone=None, headphones=None, at=None)
    key = await keys.one(tx, person)
    place = f"{session}.{member_id}"
    return Sheet(
        where=key.open("doorstep", "where", place, row.where_sealed),
        phone=key.open("doorstep", "phone", place, row.phone_sealed),
        emergency=emergency,
        alone=row.alone,
        headphones=row.headphones,
        at=row.at,
    )


def writable(text: str) -> str:
    """The text without half characters, which a browser may send and nothing can store: the rest is
    needed."""
    return text.encode("utf-8", "replace").decode()


async def person_of(tx: AsyncConnection, member_id: str) -> str:
    """Whose place it is. Raises LookupError."""
    found: str | None = (
        await tx.execute(select(member.c.person).where(member.c.id == member_id))
    ).scalar_one_or_none()
    if found is None:
        raise LookupError("no such member")
    return found
