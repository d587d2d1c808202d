"""What staff see of concerns: the list without content, one concern with its answer, and the emergency sheet.
Opening content is written into the access log in the same transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.concern import State
from care.safety import Level
from store import access_log, concern_doors, people
from store.concern_rows import Concern, as_concern, place_of
from store.sealing import Keys
from store.tables import alert, concern, concern_event, doorstep, group, member, person, seat, staff
from store.tables import session as meeting

LATE = timedelta(minutes=15)
"After so long somebody with an open concern who has not come is called."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a concern's history. `by` is a member, a person of the staff or a process."""

    kind: str
    by: str
    at: datetime
    code: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A concern with what was answered and what was written. `value` is None where no answer opened it."""

    concern: Concern
    role: str
    title: str
    name: str = field(repr=False)
    value: str | None = field(repr=False)
    outcome: str = field(repr=False)
    lines: tuple[Line, ...]
    names: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where a member may be and how to reach them. `at` is when they said where they are, None for never
    or longer than 72 hours ago."""

    name: str = field(repr=False)
    callback: str = field(repr=False)
    emergency: str = field(repr=False)
    where: str = field(repr=False)
    phone: str = field(repr=False)
    zone: str
    at: datetime | None


async def access_concern(
    tx: AsyncConnection, keys: Keys, concern_id: str, actor: str, now: datetime
) -> Content:
    """One concern, opened and logged; of an erased person what happened without the words. `actor` is a
    person of the staff. Raises NotAllowed."""
    found, role = await concern_doors.opened_by(tx, concern_id, actor)
    about = await place_of(tx, found.member)
    await access_log.append(
        tx, keys, actor=actor, action="concern", person=about.person, purpose=f"concern as {role}", now=now
    )
    row = (await tx.execute(select(concern).where(concern.c.id == found.id))).one()
    key = (await keys.of(tx, [about.person])).get(about.person)
    events = await tx.execute(
        select(concern_event).where(concern_event.c.concern == found.id).order_by(concern_event.c.seq)
    )
    lines = tuple(
        Line(
            kind=one.kind,
            by=one.by,
            at=one.at,
            code=one.code,
            text=key.open("concern_event", "text", one.id, one.text_sealed)
            if key and one.text_sealed
            else "",
        )
        for one in events
    )
    title = await tx.execute(select(group.c.title).where(group.c.id == found.group))
    told = {one.by for one in lines} | {one.code for one in lines if one.kind == "handed_on"}
    return Content(
        concern=found,
        role=role,
        title=title.scalar_one(),
        name=(await people.names(tx, keys, [found.member])).get(found.member, ""),
        value=key.open("concern", "value", found.id, row.value_sealed) if key and row.value_sealed else None,
        outcome=key.open("concern", "outcome", found.id, row.outcome_sealed)
        if key and row.outcome_sealed
        else "",
        lines=lines,
        names=await called(tx, keys, {*told, found.owner or ""}),
    )


async def access_sheet(tx: AsyncConnection, keys: Keys, concern_id: str, actor: str, now: datetime) -> Sheet:
    """How the member is reached, and where they said they are; logged on its own. Raises NotAllowed."""
    found, role = await concern_doors.opened_by(tx, concern_id, actor)
    about = await place_of(tx, found.member)
    await access_log.append(
        tx,
        keys,
        actor=actor,
        action="sheet",
        person=about.person,
        purpose=f"concern as {role}",
        now=now,
    )
    row = (await tx.execute(select(person).where(person.c.id == about.person))).one()
    key = await keys.one(tx, about.person)
    last = (
        await tx.execute(
            select(doorstep).where(doorstep.c.member == found.member).order_by(doorstep.c.at.desc()).limit(1)
        )
    ).first()
    place = f"{last.session}.{last.member}" if last else ""
    return Sheet(
        name=key.open("person", "name", row.id, row.name_sealed),
        callback=key.open("person", "callback", row.id, row.callback_sealed) if row.callback_sealed else "",
        emergency=key.open("person", "emergency", row.id, row.emergency_sealed)
        if row.emergency_sealed
        else "",
        where=key.open("doorstep", "where", place, last.where_sealed) if last else "",
        phone=key.open("doorstep", "phone", place, last.phone_sealed) if last else "",
        zone=row.zone,
        at=last.at if last else None,
    )


async def called(tx: AsyncConnection, keys: Keys, ids: Iterable[str]) -> dict[str, str]:
    """What people of the staff, and members, are called, by person or member."""
    wanted = sorted(set(ids) - {""})
    rows = (
        await tx.execute(select(person).where(person.c.id.in_(wanted), person.c.erased_at.is_(None)))
    ).all()
    opened = await keys.of(tx, [row.id for row in rows])
    names = {
        row.id: opened[row.id].open("person", "name", row.id, row.name_sealed)
        for row in rows
        if row.id in opened
    }
    return names | await people.names(tx, keys, wanted)


async def of_group(tx: AsyncConnection, group_id: str, *, closed: bool = False) -> list[Concern]:
    """The open concerns of a group, the most pressing first; with `closed` the others, newest first."""
    query = select(concern).where(concern.c.group == group_id)
    if closed:
        query = query.where(concern.c.state == State.CLOSED.value).order_by(concern.c.closed_at.desc())
    else:
        query = query.where(concern.c.state != State.CLOSED.value).order_by(concern.c.opened_at)
    found = [as_concern(row) for row in await tx.execute(query.limit(200))]
    return found if closed else sorted(found, key=pressing)


async def of_called(tx: AsyncConnection, person_id: str) -> list[Concern]:
    """The open concerns that a clinician was called about, the most pressing first."""
    told = (
        select(alert.c.concern)
        .join(staff, staff.c.person == alert.c.person)
        .where(
            alert.c.person == person_id,
            alert.c.kind == "concern",
            staff.c.clinician,
            staff.c.disabled_at.is_(None),
        )
    )
    rows = await tx.execute(
        select(concern).where(concern.c.id.in_(told), concern.c.state != State.CLOSED.value)
    )
    return sorted((as_concern(row) for row in rows), key=pressing)


async def of_member(tx: AsyncConnection, member_id: str) -> list[Concern]:
    """The open concerns about a member, the most pressing first."""
    rows = await tx.execute(
        select(concern).where(concern.c.member == member_id, concern.c.state != State.CLOSED.value)
    )
    return sorted((as_concern(row) for row in rows), key=pressing)


async def needing_contact(tx: AsyncConnection, groups: Iterable[str]) -> set[str]:
    """Members who need to be contacted by the clinical team: all that a coordinator may know. A question for
    the next contact is none of it."""
    rows = await tx.execute(
        select(concern.c.member).where(
            concern.c.group.in_(list(groups)),
            concern.c.state.in_((State.OPEN.value, State.ACKNOWLEDGED.value)),
            concern.c.level != Level.ASK.value,
        )
    )
    return set(rows.scalars())


async def groups_led(tx: AsyncConnection, person_id: str) -> dict[str, str]:
    """The groups this person leads, with the place each is seen from."""
    rows = await tx.execute(
        select(member.c.group, member.c.place).where(
            member.c.person == person_id, member.c.role == "facilitator", member.c.left_at.is_(None)
        )
    )
    return {row.group: row.place for row in rows}


async def not_come(tx: AsyncConnection, group_id: str, now: datetime) -> set[str]:
    """Members with an open concern who have not come to the session that runs since a quarter of an hour."""
    running = (
        await tx.execute(
            select(meeting.c.id)
            .where(
                meeting.c.group == group_id,
                meeting.c.starts_at <= now - LATE,
                meeting.c.ends_at > now,
                meeting.c.state != "cancelled",
            )
            .limit(1)
        )
    ).scalar_one_or_none()
    if running is None:
        return set()
    rows = await tx.execute(
        select(seat.c.member).where(seat.c.session == running, seat.c.admitted_at.is_not(None))
    )
    came = set(rows.scalars())
    return {one.member for one in await of_group(tx, group_id) if one.member not in came}


def pressing(one: Concern) -> tuple[int, datetime]:
    """Its place in a list: the sooner level first, then the older."""
    return -list(Level).index(Level(one.level)), one.opened_at
