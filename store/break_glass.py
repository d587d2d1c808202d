"""Emergency access: a clinician who has no place in a group opens it for an hour with a reason. Every
reading is logged, and an admin who is somebody else reviews it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import access_log, audit, chain, people, upsert
from store.doors import NotAllowed
from store.ids import fresh_id, plausible
from store.people import one_line
from store.sealing import Keys
from store.tables import break_glass, group, member, person, staff, task

LIFE = timedelta(minutes=60)
REVIEW_WITHIN = timedelta(hours=72)
TASK = "review_break_glass"
LEAST_REASON = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """One opening of a group. `ends_at` is when it closes by itself."""

    id: str
    staff: str
    group: str
    title: str
    opened_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a participant is reached in an emergency."""

    member: str
    name: str = field(repr=False)
    address: str = field(repr=False)
    emergency: str = field(repr=False)


async def open_one(
    tx: AsyncConnection, keys: Keys, staff_id: str, group_id: str, reason: str, now: datetime
) -> BreakGlass:
    """Opens a group for an hour, with a task for the admins. Raises NotAllowed for anybody but a clinician
    with an open account, ValueError for a reason too short to review, LookupError for no such group."""
    await chain.hold(tx)
    who = (
        await tx.execute(
            select(staff.c.person).where(
                staff.c.id == staff_id, staff.c.clinician, staff.c.disabled_at.is_(None)
            )
        )
    ).scalar_one_or_none()
    if who is None:
        raise NotAllowed("break_glass")
    clean = one_line("reason", reason)
    if len(clean) < LEAST_REASON:
        raise ValueError("the reason is too short to be reviewed")
    if (await tx.execute(select(group.c.id).where(group.c.id == group_id))).first() is None:
        raise LookupError("no such group")
    key = fresh_id()
    await tx.execute(
        insert(break_glass).values(
            id=key,
            staff=staff_id,
            group=group_id,
            reason_sealed=await keys.seal(tx, who, "break_glass", "reason", key, clean),
            opened_at=now,
            ends_at=now + LIFE,
        )
    )
    await note(tx, keys, staff_id, "break_glass_opened", key, group_id, now)
    row = {
        "id": fresh_id(),
        "key": f"break_glass:{key}",
        "group": group_id,
        "kind": TASK,
        "owner_role": "admin",
        "reasons": {"codes": [], "break_glass": key},
        "priority": 1,
        "opened_at": now,
        "due_at": now + REVIEW_WITHIN,
        "state": "open",
    }
    await upsert.put_new(tx, task, [row])
    made = await by_id(tx, key)
    if made is None:
        raise LookupError("the opening is gone")
    return made


async def current(tx: AsyncConnection, staff_id: str, now: datetime) -> list[BreakGlass]:
    """What a clinician has open now, oldest first."""
    rows = await tx.execute(
        query()
        .where(
            break_glass.c.staff == staff_id, break_glass.c.closed_at.is_(None), break_glass.c.ends_at > now
        )
        .order_by(break_glass.c.opened_at)
    )
    return [as_glass(row) for row in rows]


async def by_id(tx: AsyncConnection, glass: str) -> BreakGlass | None:
    """One opening, None when there is none."""
    if not plausible(glass):
        return None
    row = (await tx.execute(query().where(break_glass.c.id == glass))).first()
    return None if row is None else as_glass(row)


async def close(tx: AsyncConnection, keys: Keys, glass: str, staff_id: str, now: datetime) -> None:
    """The clinician is done before the hour is over."""
    done = await tx.execute(
        update(break_glass)
        .where(break_glass.c.id == glass, break_glass.c.staff == staff_id, break_glass.c.closed_at.is_(None))
        .values(closed_at=now)
    )
    if done.rowcount == 1:
        await note(tx, keys, staff_id, "break_glass_closed", glass, None, now)


async def access_people(
    tx: AsyncConnection, keys: Keys, glass: str, staff_id: str, now: datetime
) -> dict[str, str]:
    """Names of the present participants, by member; one line in the audit. Raises NotAllowed when the opening
    is over or somebody else's."""
    found = await holding(tx, glass, staff_id, now)
    rows = await tx.execute(
        select(member.c.id).where(
            member.c.group == found.group, member.c.role == "participant", member.c.left_at.is_(None)
        )
    )
    await note(tx, keys, staff_id, "break_glass_names", glass, found.group, now)
    return await people.names(tx, keys, rows.scalars().all())


async def access_reach(
    tx: AsyncConnection, keys: Keys, glass: str, staff_id: str, member_id: str, now: datetime
) -> Reach:
    """Contact and emergency contact of one participant, in the audit and in the person's own log. Raises
    NotAllowed as above, LookupError for a member of another group."""
    found = await holding(tx, glass, staff_id, now)
    row = (
        await tx.execute(
            select(person, member.c.id.label("member"))
            .join(member, member.c.person == person.c.id)
            .where(member.c.id == member_id, member.c.group == found.group, person.c.erased_at.is_(None))
        )
    ).first()
    if row is None:
        raise LookupError("no such member")
    await note(tx, keys, staff_id, "break_glass_read", member_id, found.group, now)
    await access_log.append(
        tx, keys, actor=staff_id, action="break_glass", person=row.id, purpose=glass, now=now
    )
    key = await keys.one(tx, row.id)
    return Reach(
        member=row.member,
        name=key.open("person", "name", row.id, row.name_sealed),
        address=key.open("person", "contact", row.id, row.contact_sealed),
        emergency=key.open("person", "emergency", row.id, row.emergency_sealed),
    )


async def unreviewed(tx: AsyncConnection) -> list[BreakGlass]:
    """Openings that no admin has reviewed, oldest first."""
    rows = await tx.execute(
        query().where(break_glass.c.reviewed_at.is_(None)).order_by(break_glass.c.opened_at)
    )
    return [as_glass(row) for row in rows]


async def access_reason(tx: AsyncConnection, keys: Keys, glass: str, by: str, now: datetime) -> str:
    """Why it was opened, for an admin. Raises NotAllowed for others, LookupError."""
    reader = select(staff.c.id).where(staff.c.id == by, staff.c.admin, staff.c.disabled_at.is_(None))
    if (await tx.execute(reader)).first() is None:
        raise NotAllowed("break_glass_reason")
    row = (
        await tx.execute(
            select(break_glass, staff.c.person)
            .join(staff, staff.c.id == break_glass.c.staff)
            .where(break_glass.c.id == glass)
        )
    ).first()
    if row is None:
        raise LookupError("no such opening")
    await note(tx, keys, by, "break_glass_reason_read", glass, row.group, now, role="admin")
    return await keys.open(tx, row.person, "break_glass", "reason", glass, row.reason_sealed)


async def review(tx: AsyncConnection, keys: Keys, glass: str, by: str, words: str, now: datetime) -> None:
    """An admin has looked at it; the task is done. Raises NotAllowed for one's own opening or no admin,
    LookupError for one that is reviewed or unknown."""
    await chain.hold(tx)
    row = (
        await tx.execute(
            select(staff.c.person).where(staff.c.id == by, staff.c.admin, staff.c.disabled_at.is_(None))
        )
    ).first()
    found = await by_id(tx, glass)
    if row is None or (found is not None and found.staff == by):
        raise NotAllowed("break_glass_review")
    sealed = await keys.seal(tx, row.person, "break_glass", "review", glass, one_line("review", words))
    done = await tx.execute(
        update(break_glass)
        .where(break_glass.c.id == glass, break_glass.c.reviewed_at.is_(None))
        .values(reviewed_by=by, reviewed_at=now, review_sealed=sealed)
    )
    if done.rowcount != 1 or found is None:
        raise LookupError("no such opening to review")
    await tx.execute(
        update(task)
        .where(task.c.key == f"break_glass:{glass}", task.c.state == "open")
        .values(state="done", finished_at=now, finished_by=by, outcome="reviewed")
    )
    await note(tx, keys, by, "break_glass_reviewed", glass, found.group, now, role="admin")


async def holding(tx: AsyncConnection, glass: str, staff_id: str, now: datetime) -> BreakGlass:
    """The opening, while it is this clinician's and its hour runs. Raises NotAllowed."""
    for found in await current(tx, staff_id, now):
        if found.id == glass:
            return found
    raise NotAllowed("break_glass")


async def note(
    tx: AsyncConnection,
    keys: Keys,
    actor: str,
    action: str,
    about: str,
    group_id: str | None,
    now: datetime,
    role: str = "clinician",
) -> None:
    """One line of the audit."""
    kind = "member" if action == "break_glass_read" else "break_glass"
    await audit.append(
        tx,
        keys,
        actor=actor,
        role=role,
        action=action,
        object=f"{kind}:{about}",
        now=now,
        group=group_id,
    )


def query() -> Select[Any]:
    """Openings with the titles of their groups."""
    return select(break_glass, group.c.title).join(group, group.c.id == break_glass.c.group)


def as_glass(row: Row[Any]) -> BreakGlass:
    """The opening of a row of `query`."""
    return BreakGlass(
        id=row.id,
        staff=row.staff,
        group=row.group,
        title=row.title,
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        closed_at=row.closed_at,
        reviewed_at=row.reviewed_at,
    )
