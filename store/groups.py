"""Groups, their members and their sessions."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import zones
from store import links, signals
from store.ids import fresh_id, fresh_place, fresh_uid, plausible
from store.people import one_line
from store.tables import group, member, room
from store.tables import session as meeting

TOPIC = "sessions"
OVERRUN = timedelta(minutes=30)
USUAL_COUNTS = range(8, 21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One run of a programme: `count` numbered sessions of usually `minutes`. `state` is draft, active or
    ended; `revision` counts the changes of its dates."""

    id: str
    title: str
    zone: str
    count: int
    minutes: int
    state: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person's place in a group. `place` is its public name in addresses; a coordinator has no `seat`."""

    id: str
    place: str
    group: str
    person: str
    role: str
    seat: int | None
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One therapy meeting: number `ordinal` of `count`, 0 for one that was cancelled and lost its number.
    `state` is planned, open, closed or cancelled. `store.dates` knows more: agreed local times, names in
    calendars."""

    id: str
    group: str
    ordinal: int
    count: int
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    state: str
    sequence: int = 0  # rises with each change of its time
    member: str | None = None  # whose individual meeting it is; `store.openable` alone gives those


async def create_group(
    tx: AsyncConnection,
    title: str,
    zone: str,
    count: int,
    now: datetime,
    *,
    minutes: int = 90,
    state: str | None = None,
) -> str:
    """The id of a new group of `count` sessions, active unless its number of sessions is outside 8 to 20.
    Raises ValueError for a title that is not one line of text, IntegrityError for impossible numbers."""
    title = one_line("title", title)
    key = fresh_id()
    await tx.execute(
        insert(group).values(
            id=key,
            title=title,
            zone=zone,
            sessions=count,
            minutes=minutes,
            state=state or ("active" if count in USUAL_COUNTS else "draft"),
            revision=0,
            created_at=now,
        )
    )
    return key


async def add_member(
    tx: AsyncConnection, group_id: str, person_id: str, role: str, seat: int | None, now: datetime
) -> Member:
    """The new member. Raises IntegrityError for a taken seat, a second place of one person, or a role
    without its seat."""
    new = Member(
        id=fresh_id(),
        place=fresh_place(),
        group=group_id,
        person=person_id,
        role=role,
        seat=seat,
        joined_at=now,
        left_at=None,
    )
    await tx.execute(insert(member).values(**asdict(new)))
    return new


async def withdraw_member(tx: AsyncConnection, member_id: str, now: datetime) -> bool:
    """The member leaves the group: the seat is free and every link ends. True when there was something to
    do."""
    done = await tx.execute(
        update(member).where(member.c.id == member_id, member.c.left_at.is_(None)).values(left_at=now)
    )
    await links.revoke(tx, member_id, "left the group", now)
    return done.rowcount == 1


async def create_session(
    tx: AsyncConnection, group_id: str, ordinal: int, starts_at: datetime, ends_at: datetime, zone: str
) -> str:
    """The id of a new planned session. Raises IntegrityError for a number used twice or an end before the
    start."""
    key = fresh_id()
    local = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    await tx.execute(
        insert(meeting).values(
            id=key,
            group=group_id,
            uid=fresh_uid(),
            ordinal=ordinal,
            local_at=wall(local),
            tzdata=zones.version(),
            starts_at=starts_at,
            ends_at=ends_at,
            zone=zone,
            state="planned",
            sequence=0,
        )
    )
    return key


async def find_group(tx: AsyncConnection, group_id: str) -> Group | None:
    """The group, None when there is none."""
    row = (await tx.execute(select(group).where(group.c.id == group_id))).first()
    return None if row is None else as_group(row)


async def session(tx: AsyncConnection, session_id: str) -> Session | None:
    """The session, None when there is none."""
    if not plausible(session_id):
        return None
    row = (await tx.execute(sessions_query().where(meeting.c.id == session_id))).first()
    return None if row is None else as_session(row)


async def sessions_of(tx: AsyncConnection, group_id: str) -> list[Session]:
    """The sessions of a group in their order, with those that were cancelled."""
    rows = await tx.execute(
        sessions_query().where(meeting.c.group == group_id).order_by(meeting.c.starts_at, meeting.c.id)
    )
    return [as_session(row) for row in rows]


async def members(tx: AsyncConnection, group_id: str) -> list[Member]:
    """The present members of a group: seats in order, then coordinators."""
    return [found for found in await roster(tx, group_id) if found.left_at is None]


async def roster(tx: AsyncConnection, group_id: str) -> list[Member]:
    """Everyone who ever belonged to a group, with their dates: seats in order, then coordinators."""
    rows = await tx.execute(
        select(member)
        .where(member.c.group == group_id)
        .order_by(member.c.seat.is_(None), member.c.seat, member.c.joined_at, member.c.id)
    )
    return [as_member(row) for row in rows]


async def member_by_place(tx: AsyncConnection, place: str) -> Member | None:
    """The present member at this address, None when there is none."""
    if not plausible(place):
        return None
    row = (
        await tx.execute(select(member).where(member.c.place == place, member.c.left_at.is_(None)))
    ).first()
    return None if row is None else as_member(row)


async def member_by_id(tx: AsyncConnection, member_id: str) -> Member | None:
    """The present member, None when there is none."""
    if not plausible(member_id):
        return None
    row = (
        await tx.execute(select(member).where(member.c.id == member_id, member.c.left_at.is_(None)))
    ).first()
    return None if row is None else as_member(row)


async def set_session_state(tx: AsyncConnection, session_id: str, state: str, now: datetime) -> bool:
    """True when the state changed. A closed or cancelled session stays so; servers hear of it by a signal."""
    over = state in ("closed", "cancelled")
    done = await tx.execute(
        update(meeting)
        .where(
            meeting.c.id == session_id,
            meeting.c.state.in_(("planned", "open")),
            meeting.c.state != state,
        )
        .values(state=state, closed_at=now if over else None)
    )
    if done.rowcount == 1 and over:
        await signals.put(tx, TOPIC, {"what": state, "session": session_id}, now)
    return done.rowcount == 1


async def starting_between(tx: AsyncConnection, since: datetime, until: datetime) -> list[Session]:
    """Planned and open sessions that start after `since` and not after `until`, soonest first."""
    rows = await tx.execute(
        sessions_query()
        .where(
            meeting.c.state.in_(("planned", "open")),
            meeting.c.starts_at > since,
            meeting.c.starts_at <= until,
        )
        .order_by(meeting.c.starts_at)
    )
    return [as_session(row) for row in rows]


async def closed_between(tx: AsyncConnection, since: datetime, until: datetime) -> list[Session]:
    """Sessions that were closed from `since` to `until`, oldest first."""
    rows = await tx.execute(
        sessions_query()
        .where(meeting.c.state == "closed", meeting.c.closed_at.between(since, until))
        .order_by(meeting.c.closed_at)
    )
    return [as_session(row) for row in rows]


async def due_to_close(tx: AsyncConnection, now: datetime) -> list[Session]:
    """Sessions whose end has passed and whose room was never opened, has ended, has reached its deadline,
    or runs over by more than half an hour. Oldest first."""
    over = or_(
        room.c.session.is_(None),
        room.c.state == "ended",
        room.c.deadline_at <= now,
        meeting.c.ends_at <= now - OVERRUN,
    )
    rows = await tx.execute(
        sessions_query()
        .outerjoin(room, room.c.session == meeting.c.id)
        .where(meeting.c.state.in_(("planned", "open")), meeting.c.ends_at <= now, over)
        .order_by(meeting.c.ends_at)
    )
    return [as_session(row) for row in rows]


def sessions_query() -> Select[tuple[object, ...]]:
    """Sessions with the title and number of sessions of their group."""
    return select(meeting, group.c.title, group.c.sessions).join_from(
        meeting, group, group.c.id == meeting.c.group
    )


def as_session(row: Row[tuple[object, ...]]) -> Session:
    """The session of a row of `sessions_query`."""
    return Session(
        id=row.id,
        group=row.group,
        ordinal=row.ordinal or 0,
        count=row.sessions,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.zone,
        state=row.state,
        sequence=row.sequence,
    )


def as_group(row: Row[tuple[object, ...]]) -> Group:
    """The group of a row."""
    return Group(
        id=row.id,
        title=row.title,
        zone=row.zone,
        count=row.sessions,
        minutes=row.minutes,
        state=row.state,
        revision=row.revision,
    )


def wall(local: datetime) -> str:
    """A naive local time as it is stored, to the minute. Raises ValueError for one with an offset."""
    if local.tzinfo is not None:
        raise ValueError("a local time comes without an offset")
    return local.isoformat(timespec="minutes")


def as_member(row: Row[tuple[object, ...]]) -> Member:
    """The member of a row."""
    return Member(
        id=row.id,
        place=row.place,
        group=row.group,
        person=row.person,
        role=row.role,
        seat=row.seat,
        joined_at=row.joined_at,
        left_at=row.left_at,
    )
