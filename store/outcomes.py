"""How a membership ended, as a clinician says. Nothing derives it; what was said before stays beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.completion import Outcome
from store import access_log, audit, chain
from store.doors import NotAllowed
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import member, outcome, staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement about one member; `number` counts them, the highest holds."""

    member: str
    number: int
    code: Outcome
    has_note: bool
    by: str
    at: datetime


async def say(
    tx: AsyncConnection, keys: Keys, member_id: str, code: Outcome, note: str, by: str, now: datetime
) -> Said:
    """Keeps an outcome. `by` is a staff account. Raises NotAllowed for one that is not a clinician's,
    LookupError for no such member."""
    await chain.hold(tx)
    await clinician(tx, by)
    about = (
        await tx.execute(select(member.c.person, member.c.group).where(member.c.id == member_id))
    ).first()
    if about is None:
        raise LookupError("no such member")
    newest = await tx.execute(select(func.max(outcome.c.number)).where(outcome.c.member == member_id))
    key, number = fresh_id(), (newest.scalar_one() or 0) + 1
    sealed = await keys.seal(tx, about.person, "outcome", "note", key, note) if note else None
    await tx.execute(
        insert(outcome).values(
            id=key, member=member_id, number=number, code=code.value, note_sealed=sealed, by=by, at=now
        )
    )
    await audit.append(
        tx,
        keys,
        actor=by,
        role="clinician",
        action="outcome_said",
        object=f"member:{member_id}",
        group=about.group,
        after=f"{code.value} {note}",
        person=about.person,
        now=now,
    )
    return Said(member=member_id, number=number, code=code, has_note=bool(note), by=by, at=now)


async def of_group(tx: AsyncConnection, group_id: str) -> dict[str, Said]:
    """The outcome that holds for each member who has one."""
    rows = await tx.execute(
        select(outcome)
        .join(member, member.c.id == outcome.c.member)
        .where(member.c.group == group_id)
        .order_by(outcome.c.number)
    )
    return {row.member: as_said(row) for row in rows}


async def access_note(
    tx: AsyncConnection, keys: Keys, member_id: str, number: int, by: str, now: datetime
) -> str:
    """What the clinician wrote beside an outcome, "" for nothing, logged. Raises NotAllowed, LookupError."""
    await clinician(tx, by)
    row = (
        await tx.execute(
            select(outcome.c.id, outcome.c.note_sealed, member.c.person)
            .join(member, member.c.id == outcome.c.member)
            .where(outcome.c.member == member_id, outcome.c.number == number)
        )
    ).first()
    if row is None:
        raise LookupError("no such outcome")
    await access_log.append(
        tx, keys, actor=by, action="outcome_note", person=row.person, purpose="clinician", now=now
    )
    if row.note_sealed is None:
        return ""
    return await keys.open(tx, row.person, "outcome", "note", row.id, row.note_sealed)


async def clinician(tx: AsyncConnection, staff_id: str) -> None:
    """Nothing, for a clinician's open account. Raises NotAllowed."""
    found = await tx.execute(
        select(staff.c.id).where(staff.c.id == staff_id, staff.c.clinician, staff.c.disabled_at.is_(None))
    )
    if found.first() is None:
        raise NotAllowed("outcome")


def as_said(row: Row[Any]) -> Said:
    """The statement of a row."""
    return Said(
        member=row.member,
        number=row.number,
        code=Outcome(row.code),
        has_note=row.note_sealed is not None,
        by=row.by,
        at=row.at,
    )
