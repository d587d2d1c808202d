"""What one person has to do, over all groups they work with, and those groups themselves: a fixed number of
statements, each by an index, so that the size of the database does not matter."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import people, tasks
from store.sealing import Keys
from store.tables import group, member, task
from store.tables import session as meeting

AT_MOST = 200
STAFF = ("coordinator", "facilitator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to do. `place` is the reader's own in that group; `name` is the member's, "" where it is
    about nobody or the person was erased; `reasons` are codes, `code` or `code:number`."""

    task: str
    kind: str
    role: str
    group: str
    title: str
    place: str
    member: str | None
    name: str
    session: str | None
    ordinal: int | None
    reasons: tuple[str, ...]
    tried: int
    priority: int
    due_at: datetime
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """One group a person works with. `held` sessions are over; `members` are present participants; the next
    session may be running."""

    group: str
    place: str
    role: str
    title: str
    zone: str
    state: str
    count: int
    held: int
    members: int
    next_session: str | None
    next_ordinal: int | None
    next_starts_at: datetime | None
    next_ends_at: datetime | None
    last_starts_at: datetime | None


async def rows(
    tx: AsyncConnection, keys: Keys, person: str, now: datetime, limit: int = AT_MOST
) -> list[Item]:
    """What this person has to do now, soonest due first."""
    query = (
        _open_for(person)
        .add_columns(meeting.c.ordinal)
        .outerjoin(meeting, meeting.c.id == task.c.session)
        .order_by(task.c.due_at, task.c.id)
        .limit(limit)
    )
    found = (await tx.execute(query)).all()
    names = await people.names(tx, keys, {row.member for row in found if row.member})
    return [_item(row, names.get(row.member, ""), now) for row in found]


async def waiting(tx: AsyncConnection, person: str) -> int:
    """How many open tasks this person has."""
    return int(
        (await tx.execute(select(func.count()).select_from(_open_for(person).subquery()))).scalar_one()
    )


def _open_for(person: str) -> Select[tuple[object, ...]]:
    return (
        select(
            task.c.id,
            task.c.kind,
            task.c.owner_role,
            task.c.group,
            task.c.member,
            task.c.session,
            task.c.reasons,
            task.c.priority,
            task.c.due_at,
            group.c.title,
            member.c.place,
        )
        .select_from(member)
        .join(
            task,
            and_(task.c.group == member.c.group, task.c.owner_role == member.c.role, tasks.OPEN),
        )
        .join(group, group.c.id == member.c.group)
        .where(member.c.person == person, member.c.left_at.is_(None), member.c.role.in_(STAFF))
    )


def _item(row: Any, name: str, now: datetime) -> Item:
    return Item(
        task=row.id,
        kind=row.kind,
        role=row.owner_role,
        group=row.group,
        title=row.title,
        place=row.place,
        member=row.member,
        name=name,
        session=row.session,
        ordinal=row.ordinal,
        reasons=tuple(row.reasons.get("codes", ())),
        tried=int(row.reasons.get("tried", 0)),
        priority=row.priority,
        due_at=row.due_at,
        overdue=row.due_at <= now,
    )


async def groups(tx: AsyncConnection, person: str, now: datetime) -> list[GroupLine]:
    """The groups this person works with, the soonest next session first, those without one last."""
    mine = (
        await tx.execute(
            select(
                member.c.group,
                member.c.place,
                member.c.role,
                group.c.title,
                group.c.zone,
                group.c.state,
                group.c.sessions,
            )
            .join(group, group.c.id == member.c.group)
            .where(member.c.person == person, member.c.left_at.is_(None), member.c.role.in_(STAFF))
        )
    ).all()
    ids = _of(person)
    sessions = await _sessions(tx, ids)
    coming = await _next(tx, ids)
    present = await _present(tx, ids)
    lines = [_line(row, sessions.get(row.group), coming.get(row.group), present) for row in mine]
    later = now + timedelta(days=36500)
    return sorted(lines, key=lambda line: (line.next_starts_at or later, line.title, line.group))


def _of(person: str) -> Select[tuple[str]]:
    return select(member.c.group).where(
        member.c.person == person, member.c.left_at.is_(None), member.c.role.in_(STAFF)
    )


async def _sessions(tx: AsyncConnection, ids: Select[tuple[str]]) -> dict[str, Any]:
    rows = await tx.execute(
        select(
            meeting.c.group,
            func.count().filter(meeting.c.state == "closed").label("held"),
            func.max(meeting.c.starts_at).filter(meeting.c.state != "cancelled").label("last"),
        )
        .where(meeting.c.group.in_(ids))
        .group_by(meeting.c.group)
    )
    return {row.group: row for row in rows}


async def _next(tx: AsyncConnection, ids: Select[tuple[str]]) -> dict[str, Any]:
    soonest = (
        select(meeting.c.group, func.min(meeting.c.starts_at).label("starts_at"))
        .where(meeting.c.group.in_(ids), meeting.c.state.in_(("planned", "open")))
        .group_by(meeting.c.group)
        .subquery()
    )
    rows = await tx.execute(
        select(meeting.c.id, meeting.c.group, meeting.c.ordinal, meeting.c.starts_at, meeting.c.ends_at)
        .join(
            soonest,
            and_(soonest.c.group == meeting.c.group, soonest.c.starts_at == meeting.c.starts_at),
        )
        .where(or_(meeting.c.state == "planned", meeting.c.state == "open"))
    )
    return {row.group: row for row in rows}


async def _present(tx: AsyncConnection, ids: Select[tuple[str]]) -> dict[str, int]:
    rows = await tx.execute(
        select(member.c.group, func.count().label("people"))
        .where(member.c.group.in_(ids), member.c.left_at.is_(None), member.c.role == "participant")
        .group_by(member.c.group)
    )
    return {row.group: row.people for row in rows}


def _line(
    row: Any,
    sessions: Any | None,
    coming: Any | None,
    present: dict[str, int],
) -> GroupLine:
    return GroupLine(
        group=row.group,
        place=row.place,
        role=row.role,
        title=row.title,
        zone=row.zone,
        state=row.state,
        count=row.sessions,
        held=sessions.held if sessions else 0,
        members=present.get(row.group, 0),
        next_session=coming.id if coming else None,
        next_ordinal=coming.ordinal if coming else None,
        next_starts_at=coming.starts_at if coming else None,
        next_ends_at=coming.ends_at if coming else None,
        last_starts_at=sessions.last if sessions else None,
    )
