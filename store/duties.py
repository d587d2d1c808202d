"""Which tasks a group wants now, worked out from its record and stored. Called by whoever changes the record,
in the same transaction, and by the clock."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import overdue, thresholds
from care.standing import OUTSIDE, standing
from care.thresholds import Wanted
from care.verdict import Status
from care.watched import Meeting, Watched
from store import contact_duties, meeting_duties, plan, record, tasks
from store.groups import Session
from store.record import Record
from store.tables import group, member, person, question, signature
from store.tables import session as meeting

NOT_ASKED = OUTSIDE | {Status.EXPECTED}


async def renew(tx: AsyncConnection, group_id: str, now: datetime) -> None:
    """Works the tasks of a group out and stores them. Doing it again changes nothing. Raises LookupError for
    no such group."""
    await tasks.hold(tx, group_id)
    await tasks.sync(tx, group_id, await wanted(tx, group_id, now), now)
    await tx.execute(update(group).where(group.c.id == group_id).values(tasks_at=now))


async def wanted(tx: AsyncConnection, group_id: str, now: datetime) -> tuple[Wanted, ...]:
    """The tasks a group wants; for one that is over only that somebody is spoken with."""
    found = await record.load(tx, group_id, now)
    of_state = await tx.execute(select(group.c.state).where(group.c.id == group_id))
    contact = await contact_duties.wanted(tx, group_id)
    if of_state.scalar_one() == "ended":
        return contact
    signed = await _signed(tx, found.agreed.offered)
    refused = await _refused(tx, group_id, person.c.refused_at)
    numbers = await _refused(tx, group_id, person.c.number_refused_at)
    asked = await _asked(tx, group_id)
    watched = [
        Watched(
            member=one.id,
            standing=standing(rows := found.rows(one), found.agreed.numbers, one.left_at is None),
            rows=rows,
            unsigned=None if one.id in signed else found.agreed.offered,
            sign_by=found.agreed.sign_by,
            refused_at=refused.get(one.id),
            number_refused_at=numbers.get(one.id),
            asked=asked.get(one.id, ()),
            on_roster=one.left_at is None,
        )
        for one in found.members
    ]
    closed = await _closed(tx, group_id)
    meetings = [_meeting(found, session, closed.get(session.id)) for session in found.sessions]
    rules = found.agreed.rules
    due = thresholds.due(group_id, meetings, watched, rules, now)
    alone = await meeting_duties.wanted(tx, group_id, found.members, rules, now)
    return (*contact, *due, *alone, *await _forms(tx, group_id, now))


async def _forms(tx: AsyncConnection, group_id: str, now: datetime) -> tuple[Wanted, ...]:
    """Calls about check-ins that wait."""
    present = [one for one in await plan.places(tx, group_id) if not one.left and not one.paused(now)]
    items = await plan.items_of(tx, group_id, ())
    here = frozenset(one.id for one in present)
    return overdue.calls(group_id, here, items, await plan.rhythms(tx, group_id), now)


async def _closed(tx: AsyncConnection, group_id: str) -> dict[str, datetime]:
    """Since when the facilitators can confirm, of each closed session."""
    rows = await tx.execute(
        select(meeting.c.id, meeting.c.ends_at, meeting.c.closed_at).where(
            meeting.c.group == group_id, meeting.c.state == "closed"
        )
    )
    return {row.id: max(row.ends_at, row.closed_at or row.ends_at) for row in rows}


def _meeting(found: Record, session: Session, closed_at: datetime | None) -> Meeting:
    undecided = sum(
        place not in found.decided and proposed.status not in NOT_ASKED
        for place, proposed in found.proposed.items()
        if place[0] == session.id
    )
    return Meeting(
        id=session.id,
        ordinal=session.ordinal,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        closed_at=closed_at,
        undecided=undecided if closed_at else 0,
    )


async def _signed(tx: AsyncConnection, version: str | None) -> set[str]:
    """Members who signed the newest version. An amendment asks everybody again."""
    if version is None:
        return set()
    rows = await tx.execute(
        select(signature.c.member).where(signature.c.version == version, signature.c.side == "member")
    )
    return set(rows.scalars())


async def _refused(tx: AsyncConnection, group_id: str, since: Column[datetime]) -> dict[str, datetime]:
    """Since when mail, or texts, do not reach a member."""
    rows = await tx.execute(
        select(member.c.id, since.label("since"))
        .join(person, person.c.id == member.c.person)
        .where(member.c.group == group_id, since.is_not(None))
    )
    return {row.id: row.since for row in rows}


async def _asked(tx: AsyncConnection, group_id: str) -> dict[str, list[tuple[str, datetime]]]:
    rows = await tx.execute(
        select(question.c.id, question.c.member, question.c.asked_at)
        .join(member, member.c.id == question.c.member)
        .where(member.c.group == group_id, question.c.state == "open")
        .order_by(question.c.asked_at)
    )
    found = defaultdict(list)
    for row in rows:
        found[row.member].append((row.id, row.asked_at))
    return found
