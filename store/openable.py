"""Whatever has a room: a session of a group, or one member's individual meeting.

Only the rooms, the door and the clock that closes them ask here. Everybody else asks `store.groups`, which
knows the sessions of groups and nothing else.
"""

from datetime import datetime

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.groups import OVERRUN, Session, session
from store.ids import plausible
from store.tables import group, member, room
from store.tables import session as meeting


async def find(tx: AsyncConnection, session_id: str) -> Session | None:
    """The session or individual meeting with this id, None when there is none."""
    found = await session(tx, session_id)
    if found is not None or not plausible(session_id):
        return found
    row = (await tx.execute(own_query().where(meeting.c.id == session_id))).first()
    return None if row is None else as_own(row)


def open_to(found: Session, group_id: str, member_id: str, role: str) -> bool:
    """Whether somebody of this place may know of the session at all: everybody of its group, or, of an
    individual meeting, its member and the group's facilitators."""
    if found.group != group_id:
        return False
    return found.member is None or found.member == member_id or role == "facilitator"


async def due_to_close(tx: AsyncConnection, now: datetime) -> list[Session]:
    """Individual meetings whose end has passed, by the same rule as sessions of groups. Oldest first."""
    over = or_(
        room.c.session.is_(None),
        room.c.state == "ended",
        room.c.deadline_at <= now,
        meeting.c.ends_at <= now - OVERRUN,
    )
    rows = await tx.execute(
        own_query()
        .outerjoin(room, room.c.session == meeting.c.id)
        .where(meeting.c.state.in_(("planned", "open")), meeting.c.ends_at <= now, over)
        .order_by(meeting.c.ends_at)
    )
    return [as_own(row) for row in rows]


async def closed_between(tx: AsyncConnection, since: datetime, until: datetime) -> list[Session]:
    """Individual meetings that were closed from `since` to `until`, oldest first."""
    rows = await tx.execute(
        own_query()
        .where(meeting.c.state == "closed", meeting.c.closed_at.between(since, until))
        .order_by(meeting.c.closed_at)
    )
    return [as_own(row) for row in rows]


async def of_member(tx: AsyncConnection, member_id: str) -> list[Session]:
    """A member's individual meetings, soonest first, those that were called off included."""
    rows = await tx.execute(own_query().where(meeting.c.member == member_id).order_by(meeting.c.starts_at))
    return [as_own(row) for row in rows]


def own_query() -> Select[tuple[object, ...]]:
    """Individual meetings with the group of their member."""
    return (
        select(meeting, group.c.id.label("of_group"), group.c.title, group.c.sessions)
        .join_from(meeting, member, member.c.id == meeting.c.member)
        .join(group, group.c.id == member.c.group)
    )


def as_own(row: Row[tuple[object, ...]]) -> Session:
    """The meeting of a row of `own_query`: it has no number."""
    return Session(
        id=row.id,
        group=row.of_group,
        ordinal=0,
        count=row.sessions,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.zone,
        state=row.state,
        sequence=row.sequence,
        member=row.member,
    )
