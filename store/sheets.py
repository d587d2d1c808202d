"""The personal sheet of a contract: what one member works on. For the member and the facilitators only,
sealed under the member's key; each change is a new number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import access_log, audit, chain
from store.doors import NotAllowed
from store.sealing import Keys
from store.tables import member, personal_sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One number of a member's sheet: `body` as it was saved."""

    number: int
    body: Mapping[str, object] = field(repr=False)
    by: str
    at: datetime


async def access_sheet(
    tx: AsyncConnection, keys: Keys, member_id: str, actor: str, purpose: str, now: datetime
) -> Sheet | None:
    """The newest sheet of a member, None before there is one. A facilitator's look is logged, the member's
    own is not. Raises NotAllowed for anybody else."""
    person, role = await door(tx, member_id, actor)
    row = (
        await tx.execute(
            select(personal_sheet)
            .where(personal_sheet.c.member == member_id)
            .order_by(personal_sheet.c.number.desc())
            .limit(1)
        )
    ).first()
    if row is None:
        return None
    if role == "facilitator":
        await access_log.append(
            tx, keys, actor=actor, action="personal_sheet", person=person, purpose=purpose, now=now
        )
    place = f"{member_id}:{row.number}"
    text = await keys.open(tx, person, "personal_sheet", "body", place, row.body_sealed)
    return Sheet(number=row.number, body=json.loads(text), by=row.made_by, at=row.made_at)


async def save_sheet(
    tx: AsyncConnection, keys: Keys, member_id: str, body: Mapping[str, object], by: str, now: datetime
) -> int:
    """The number of the new sheet. Raises NotAllowed for anybody but the member and the facilitators."""
    person, role = await door(tx, member_id, by)
    await chain.hold(tx)
    newest = await tx.execute(
        select(func.max(personal_sheet.c.number)).where(personal_sheet.c.member == member_id)
    )
    number = (newest.scalar_one() or 0) + 1
    text = json.dumps(dict(body), sort_keys=True)
    sealed = await keys.seal(tx, person, "personal_sheet", "body", f"{member_id}:{number}", text)
    await tx.execute(
        insert(personal_sheet).values(
            member=member_id, number=number, body_sealed=sealed, made_by=by, made_at=now
        )
    )
    group_id = (await tx.execute(select(member.c.group).where(member.c.id == member_id))).scalar_one()
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="sheet_saved",
        object=f"member:{member_id}",
        group=group_id,
        after=text,
        person=person,
        now=now,
    )
    return number


async def door(tx: AsyncConnection, member_id: str, actor: str) -> tuple[str, str]:
    """The member's person and the actor's role, for the member and the group's present facilitators. Raises
    NotAllowed."""
    other = member.alias()
    row = (
        await tx.execute(
            select(member.c.person, other.c.role, other.c.id)
            .join(other, other.c.group == member.c.group)
            .where(member.c.id == member_id, other.c.id == actor, other.c.left_at.is_(None))
        )
    ).first()
    if row is None or not (row.role == "facilitator" or row.id == member_id):
        raise NotAllowed("personal_sheet")
    return row.person, row.role
