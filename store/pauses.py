"""A member's place over time: agreed pauses, leaving with a farewell, coming back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit, booking, chain, groups, plan, seats, tasks
from store import tables as t
from store.conflict import Conflict
from store.ids import fresh_id
from store.sealing import Keys

FAREWELLS = ("planned", "held", "declined", "none")
AWAY = "was_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """An agreed pause; `ends_at` None until somebody says that it is over. `reason` is a code."""

    id: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    agreed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A member left the group; `returned_at` None while they are away. `why` and `farewell` are codes."""

    id: str
    left_at: datetime
    why: str
    farewell: str
    recorded_by: str
    returned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Everything about when a member was away by agreement, oldest first."""

    pauses: tuple[Pause, ...]
    leavings: tuple[Leaving, ...]


async def pause(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    from_at: datetime,
    until_at: datetime | None,
    reason: str,
    by: str,
    now: datetime,
    role: str = "coordinator",
) -> str:
    """The id of a new pause. Raises ValueError where it ends before it begins, Conflict for one that
    overlaps another, LookupError for a member who is not there."""
    if until_at is not None and until_at <= from_at:
        raise ValueError("a pause ends after it begins")
    await chain.hold(tx)
    group = await group_of(tx, member_id)
    overlapping = select(t.pause.c.id).where(
        t.pause.c.member == member_id,
        or_(t.pause.c.ends_at.is_(None), t.pause.c.ends_at > from_at),
    )
    if until_at is not None:
        overlapping = overlapping.where(t.pause.c.starts_at < until_at)
    if (await tx.execute(overlapping.limit(1))).first() is not None:
        raise Conflict("there is a pause at that time already")
    key = fresh_id()
    await tx.execute(
        insert(t.pause).values(
            id=key,
            member=member_id,
            starts_at=from_at,
            ends_at=until_at,
            reason=reason,
            agreed_by=by,
            created_at=now,
        )
    )
    await note(tx, keys, "paused", member_id, group, by, role, now, reason)
    return key


async def resume(
    tx: AsyncConnection, keys: Keys, member_id: str, by: str, now: datetime, role: str = "coordinator"
) -> bool:
    """Ends the pause the member is in, or takes back those to come; False when there is none."""
    await chain.hold(tx)
    ahead = await tx.execute(delete(t.pause).where(t.pause.c.member == member_id, t.pause.c.starts_at >= now))
    ended = await tx.execute(
        update(t.pause)
        .where(
            t.pause.c.member == member_id,
            t.pause.c.starts_at < now,
            or_(t.pause.c.ends_at.is_(None), t.pause.c.ends_at > now),
        )
        .values(ends_at=now)
    )
    if not (ahead.rowcount or ended.rowcount):
        return False
    await note(tx, keys, "resumed", member_id, await group_of(tx, member_id), by, role, now)
    return True


async def leave(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    why: str,
    farewell: str,
    by: str,
    now: datetime,
    role: str = "coordinator",
) -> bool:
    """The member leaves the group now: the seat is free, every link and sign-in ends. False when they have
    left already. `why` is a code, `farewell` one of FAREWELLS. Raises ValueError for another."""
    if farewell not in FAREWELLS:
        raise ValueError("an unknown farewell")
    await chain.hold(tx)
    await booking.end_with_place(tx, keys, member_id, by, now)
    if not await groups.withdraw_member(tx, member_id, now):
        return False
    await tx.execute(
        insert(t.leaving).values(
            id=fresh_id(), member=member_id, left_at=now, why=why, farewell=farewell, recorded_by=by
        )
    )
    await note(tx, keys, "left", member_id, await group_of(tx, member_id), by, role, now, why)
    return True


async def come_back(
    tx: AsyncConnection, keys: Keys, member_id: str, by: str, now: datetime, role: str = "coordinator"
) -> int:
    """The seat of a member who comes back, the old one where it is free. The time away counts as an agreed
    pause. Raises seats.Full, LookupError for somebody who has not left."""
    await chain.hold(tx)
    gone = await tx.execute(
        select(t.member).where(t.member.c.id == member_id, t.member.c.left_at.is_not(None))
    )
    row = gone.first()
    if row is None:
        raise LookupError("this member has not left")
    free = await seats.free(tx, row.group)
    if row.role != "coordinator" and not free:
        raise seats.Full(0)
    seat = None if row.role == "coordinator" else row.seat if row.seat in free else free[0]
    await tx.execute(update(t.member).where(t.member.c.id == member_id).values(left_at=None, seat=seat))
    await tx.execute(
        update(t.leaving)
        .where(t.leaving.c.member == member_id, t.leaving.c.returned_at.is_(None))
        .values(returned_at=now, returned_by=by)
    )
    await close_open_pause(tx, member_id, row.left_at)
    await tx.execute(
        insert(t.pause).values(
            id=fresh_id(),
            member=member_id,
            starts_at=row.left_at,
            ends_at=now,
            reason=AWAY,
            agreed_by=by,
            created_at=now,
        )
    )
    await note(tx, keys, "came_back", member_id, row.group, by, role, now)
    return -1 if seat is None else seat


async def close_open_pause(tx: AsyncConnection, member_id: str, at: datetime) -> None:
    """A pause that ran when the member left ends there; one to come is gone."""
    await tx.execute(delete(t.pause).where(t.pause.c.member == member_id, t.pause.c.starts_at >= at))
    await tx.execute(
        update(t.pause)
        .where(t.pause.c.member == member_id, or_(t.pause.c.ends_at.is_(None), t.pause.c.ends_at > at))
        .values(ends_at=at)
    )


async def of_member(tx: AsyncConnection, member_id: str) -> Course:
    """A member's pauses and leavings."""
    pauses = await tx.execute(
        select(t.pause).where(t.pause.c.member == member_id).order_by(t.pause.c.starts_at)
    )
    leavings = await tx.execute(
        select(t.leaving).where(t.leaving.c.member == member_id).order_by(t.leaving.c.left_at)
    )
    return Course(
        pauses=tuple(as_pause(row) for row in pauses), leavings=tuple(as_leaving(row) for row in leavings)
    )


async def paused_now(tx: AsyncConnection, group_id: str, now: datetime) -> set[str]:
    """The members of a group who are in a pause."""
    rows = await tx.execute(
        select(t.pause.c.member)
        .join(t.member, t.member.c.id == t.pause.c.member)
        .where(
            t.member.c.group == group_id,
            t.pause.c.starts_at <= now,
            func.coalesce(t.pause.c.ends_at > now, True),
        )
    )
    return set(rows.scalars())


async def group_of(tx: AsyncConnection, member_id: str) -> str:
    """The group of a member. Raises LookupError for nobody."""
    found = (
        await tx.execute(select(t.member.c.group).where(t.member.c.id == member_id))
    ).scalar_one_or_none()
    if found is None:
        raise LookupError("no such member")
    return str(found)


async def note(
    tx: AsyncConnection,
    keys: Keys,
    action: str,
    member_id: str,
    group: str,
    by: str,
    role: str,
    now: datetime,
    reason: str = "",
) -> None:
    """One line of the audit about a member's place; what hangs on it is planned anew."""
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action=f"member_{action}",
        object=f"member:{member_id}",
        group=group,
        reason=reason,
        now=now,
    )
    await tasks.touch(tx, group)
    await plan.reconcile(tx, group, now)


def as_pause(row: Row[Any]) -> Pause:
    """The pause of a row."""
    return Pause(
        id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason,
        agreed_by=row.agreed_by,
    )


def as_leaving(row: Row[Any]) -> Leaving:
    """The leaving of a row."""
    return Leaving(
        id=row.id,
        left_at=row.left_at,
        why=row.why,
        farewell=row.farewell,
        recorded_by=row.recorded_by,
        returned_at=row.returned_at,
    )
