"""A group's check-ins and reminders made what the plan wants, in the transaction of whatever changed.

Everything is read for one group alone. Doing it again changes nothing, so the clock may do it at any time.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import planner, replan, waves
from care.checkin_states import OPEN
from care.planned import Course, Item, Meeting, Pause, Place
from care.replan import Reconciled, Row
from care.series import Dated
from care.waves import Rhythm
from store import checkin_rows, contracts, individual, plan_messages, tasks
from store.tables import checkin, group, member, pause, person
from store.tables import session as meeting


async def reconcile(tx: AsyncConnection, group_id: str, now: datetime) -> Reconciled:
    """What was changed so that check-ins and messages are as the dates, the people and their meetings ask for
    now."""
    await tasks.hold(tx, group_id)
    course, rows = await load(tx, group_id)
    wanted = planner.plan(course, now)
    letters = replan.mail(rows, wanted.messages)
    new, differing = replan.changed(course.items, wanted.items)
    ids = await checkin_rows.write(tx, new, differing)
    known = {one.key: one.id for one in wanted.items if one.id} | ids
    await plan_messages.write(tx, letters, known, now)
    await tx.execute(update(group).where(group.c.id == group_id).values(planned_at=now))
    return replan.counts(course.items, wanted.items, letters)


async def foresee(tx: AsyncConnection, group_id: str, dates: Sequence[Dated], now: datetime) -> Reconciled:
    """What would change with these dates; nothing does."""
    course, rows = await load(tx, group_id)
    closed = {one.id: one.closed_at for one in course.meetings}
    as_now = planner.plan(course, now)
    meetings = tuple(of_dated(one, closed.get(one.id or "")) for one in dates)
    after = planner.plan(replace(course, meetings=meetings), now)
    # What the clock alone would do is no consequence of the change.
    held = plan_messages.applied(rows, as_now.messages)
    return replan.counts(as_now.items, after.items, replan.mail(held, after.messages))


async def settled(tx: AsyncConnection, group_id: str, now: datetime) -> bool:
    """Whether reconciling would change nothing."""
    course, rows = await load(tx, group_id)
    wanted = planner.plan(course, now)
    return not replan.mail(rows, wanted.messages) and replan.changed(course.items, wanted.items) == ([], [])


async def load(tx: AsyncConnection, group_id: str) -> tuple[Course, list[Row]]:
    """Everything the plan of a group is made from, and its messages as they stand."""
    found = await places(tx, group_id)
    rows = await plan_messages.of_members(tx, found)
    held = await meetings_of(tx, group_id)
    course = Course(
        rhythms=await rhythms(tx, group_id),
        meetings=held,
        places=tuple(found),
        items=tuple(await items_of(tx, group_id, rows)),
        bookings=await bookings_of(tx, group_id),
    )
    return course, rows


async def rhythms(tx: AsyncConnection, group_id: str) -> tuple[Rhythm, ...]:
    """The waves of a group, with the days its contract names."""
    version = await contracts.latest(tx, group_id)
    return waves.rhythms(contracts.NOWHERE if version is None else version.terms)


async def meetings_of(tx: AsyncConnection, group_id: str) -> tuple[Meeting, ...]:
    """The sessions of a group by their start."""
    rows = await tx.execute(
        select(meeting).where(meeting.c.group == group_id).order_by(meeting.c.starts_at, meeting.c.id)
    )
    return tuple(
        Meeting(
            id=row.id,
            ordinal=row.ordinal,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            state=row.state,
            sequence=row.sequence,
            closed_at=row.closed_at if row.state == "closed" else None,
        )
        for row in rows
    )


def of_dated(one: Dated, closed_at: datetime | None) -> Meeting:
    """A session of a preview; one that is not stored yet has no id."""
    return Meeting(
        id=one.id or "",
        ordinal=one.ordinal,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        state=one.state,
        sequence=one.sequence,
        closed_at=closed_at if one.state == "closed" else None,
    )


async def places(tx: AsyncConnection, group_id: str) -> list[Place]:
    """The participants of a group, those who left included, with their zone and pauses."""
    rows = await tx.execute(
        select(member.c.id, member.c.person, member.c.joined_at, member.c.left_at, person.c.zone)
        .join(person, person.c.id == member.c.person)
        .where(member.c.group == group_id, member.c.role == "participant")
        .order_by(member.c.id)
    )
    away = await pauses_of(tx, group_id)
    return [
        Place(
            id=row.id,
            person=row.person,
            zone=row.zone,
            joined_at=row.joined_at,
            left=row.left_at is not None,
            pauses=tuple(away[row.id]),
        )
        for row in rows
    ]


async def pauses_of(tx: AsyncConnection, group_id: str) -> defaultdict[str, list[Pause]]:
    """The agreed pauses of a group's members."""
    rows = await tx.execute(
        select(pause.c.member, pause.c.starts_at, pause.c.ends_at)
        .join(member, member.c.id == pause.c.member)
        .where(member.c.group == group_id)
        .order_by(pause.c.starts_at)
    )
    found: defaultdict[str, list[Pause]] = defaultdict(list)
    for row in rows:
        found[row.member].append(Pause(starts_at=row.starts_at, ends_at=row.ends_at))
    return found


async def items_of(tx: AsyncConnection, group_id: str, rows: Sequence[Row]) -> list[Item]:
    """The check-ins of a group's participants. Whose invitation is out is known from the outbox."""
    told = plan_messages.told(rows)
    found = await tx.execute(
        select(checkin)
        .join(member, member.c.id == checkin.c.member)
        .where(member.c.group == group_id, member.c.role == "participant")
        .order_by(checkin.c.id)
    )
    return [checkin_rows.as_item(row, told) for row in found]


async def bookings_of(tx: AsyncConnection, group_id: str) -> tuple[planner.Booking, ...]:
    """The individual meetings that have a time."""
    return tuple(
        planner.Booking(
            id=one.id,
            member=one.member,
            topic=one.topic,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            state=one.state.value,
            session=one.session,
            sequence=one.sequence,
        )
        for one in await individual.bookings_of_group(tx, group_id)
        if one.starts_at is not None and one.ends_at is not None
    )


async def longest_ago(tx: AsyncConnection, before: datetime, limit: int) -> list[str]:
    """The groups that were never planned, or not since `before`: those first that wait longest. A group that
    is over is planned as long as a check-in of it is to come."""
    unfinished = (
        select(checkin.c.id)
        .join(member, member.c.id == checkin.c.member)
        .where(member.c.group == group.c.id, checkin.c.state.in_(sorted(OPEN)))
        .exists()
    )
    rows = await tx.execute(
        select(group.c.id)
        .where(
            (group.c.state != "ended") | unfinished,
            group.c.planned_at.is_(None) | (group.c.planned_at < before),
        )
        .order_by(group.c.planned_at.is_not(None), group.c.planned_at, group.c.id)
        .limit(limit)
    )
    return list(rows.scalars())


async def looked_at(tx: AsyncConnection, group_id: str, now: datetime) -> None:
    """This group's turn is over, whatever came of it."""
    await tx.execute(update(group).where(group.c.id == group_id).values(planned_at=now))
