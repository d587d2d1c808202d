"""Times for individual meetings: their windows, what a facilitator offers, what is free for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import meetings, series, slots, zones
from care.contract import Terms
from care.interval import Span
from care.meeting_states import State
from care.meetings import Window
from care.slots import Offer
from store import audit, chain, contracts, date_rows, groups, meeting_messages
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import individual, member, slot, staff
from store.tables import session as meeting

TAKING = (State.BOOKED.value, State.HELD.value, State.NOT_HELD.value)
LEFT = ("planned", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One offered time. `taken` once somebody booked it; `facilitator` is a member's id."""

    id: str
    group: str
    facilitator: str
    person: str
    topic: str
    local_at: str
    zone: str
    tzdata: str
    starts_at: datetime
    ends_at: datetime
    state: str
    taken: bool

    @property
    def span(self) -> Span:
        """From start to end."""
        return Span(self.starts_at, self.ends_at)


async def terms(tx: AsyncConnection, group_id: str, now: datetime) -> Terms:
    """The contract in force, or the defaults of the service before there is one."""
    version = await contracts.in_force(tx, group_id, now)
    return version.terms if version else await contracts.service_terms(tx)


async def windows(tx: AsyncConnection, group_id: str, now: datetime) -> Mapping[str, Window]:
    """From when to when each of the three meetings may be; empty while the group has no dates to go by."""
    rows = await tx.execute(select(meeting).where(meeting.c.group == group_id))
    dated = tuple(date_rows.as_dated(row) for row in rows)
    numbers = {one.ordinal for one in series.live(dated)}
    if len(numbers) < 2 or numbers != set(range(1, len(numbers) + 1)):
        return {}
    return meetings.windows(dated, await terms(tx, group_id, now))


async def offer(
    tx: AsyncConnection,
    keys: Keys,
    facilitator: groups.Member,
    topic: str,
    days: Iterable[date],
    times: Iterable[time],
    zone: str,
    length: int,
    now: datetime,
) -> tuple[Offer, ...]:
    """Offers every day at every time that can be had, tells the members, returns them all with why others
    cannot. Raises ValueError for a length or number nobody means, LookupError for a topic without window."""
    await chain.hold(tx)
    window = (await windows(tx, facilitator.group, now)).get(topic)
    if window is None:
        raise LookupError("no dates, no window")
    busy = await busy_of(tx, facilitator.person, now)
    made = slots.offers(days, times, zone, length, window, busy, now)
    for one in made:
        if not one.refused:
            await add(tx, facilitator.id, topic, one, zone, now)
    if any(not one.refused for one in made):
        people = await groups.members(tx, facilitator.group)
        await meeting_messages.put_offer(tx, people, topic, window, now)
        await audit.append(
            tx,
            keys,
            actor=facilitator.id,
            role="facilitator",
            action="meeting_times_offered",
            object=f"member:{facilitator.id}",
            reason=topic,
            group=facilitator.group,
            now=now,
        )
    return made


async def add(
    tx: AsyncConnection, facilitator_id: str, topic: str, one: Offer, zone: str, now: datetime
) -> str:
    """Stores one time; returns its id. Raises IntegrityError for a second one at the same moment."""
    key = fresh_id()
    await tx.execute(
        insert(slot).values(
            id=key,
            facilitator=facilitator_id,
            topic=topic,
            local_at=groups.wall(one.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)),
            zone=zone,
            tzdata=zones.version(),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            state="offered",
            made_at=now,
        )
    )
    return key


async def withdraw(tx: AsyncConnection, slot_id: str) -> bool:
    """Takes an offer back; False when it is taken, or was withdrawn before."""
    await chain.hold(tx)
    taken = select(individual.c.id).where(individual.c.slot == slot.c.id, individual.c.state.in_(TAKING))
    done = await tx.execute(
        update(slot)
        .where(slot.c.id == slot_id, slot.c.state == "offered", ~taken.exists())
        .values(state="withdrawn")
    )
    return done.rowcount == 1


async def find(tx: AsyncConnection, slot_id: str) -> Slot | None:
    """The offered time, None when there is none."""
    if not plausible(slot_id):
        return None
    row = (await tx.execute(query().where(slot.c.id == slot_id))).first()
    return None if row is None else as_slot(row)


async def leaders(tx: AsyncConnection, group_id: str) -> tuple[str, ...]:
    """The facilitators of a group who are in it and whose account is not closed, by their seats."""
    closed = select(staff.c.id).where(staff.c.person == member.c.person, staff.c.disabled_at.is_not(None))
    rows = await tx.execute(
        select(member.c.id)
        .where(
            member.c.group == group_id,
            member.c.role == "facilitator",
            member.c.left_at.is_(None),
            ~closed.exists(),
        )
        .order_by(member.c.seat, member.c.id)
    )
    return tuple(rows.scalars())


async def of_group(tx: AsyncConnection, group_id: str, now: datetime) -> list[Slot]:
    """What the group's present facilitators offer from now on, taken or not, soonest first."""
    rows = await tx.execute(
        query().where(
            slot.c.facilitator.in_(await leaders(tx, group_id)),
            slot.c.state == "offered",
            slot.c.starts_at > now,
        )
    )
    return [as_slot(row) for row in rows]


async def free(
    tx: AsyncConnection, who: groups.Member, topic: str, now: datetime, besides: str | None = None
) -> list[Slot]:
    """The times a member could book for a topic now, soonest first. `besides` is a meeting of theirs that
    would move, and so is in nobody's way."""
    window = (await windows(tx, who.group, now)).get(topic)
    if window is None:
        return []
    own = await busy_of(tx, who.person, now, besides)
    found, of_leaders = [], {}
    for one in await of_group(tx, who.group, now):
        if one.topic != topic or one.taken or slots.refusal(one.span, window, own, now):
            continue
        if one.person not in of_leaders:
            of_leaders[one.person] = await busy_of(tx, one.person, now, besides, offers=False)
        if not any(slots.overlap(one.span, other) for other in of_leaders[one.person]):
            found.append(one)
    return found


async def busy_of(
    tx: AsyncConnection, person_id: str, now: datetime, besides: str | None = None, *, offers: bool = True
) -> Sequence[Span]:
    """When a person is taken: sessions of their groups, meetings of their own and those they lead, and,
    with `offers`, times they still offer. `besides` is the session of a meeting that is not counted."""
    places = select(member.c.id, member.c.group, member.c.role).where(
        member.c.person == person_id, member.c.left_at.is_(None), member.c.seat.is_not(None)
    )
    own = places.subquery()
    sessions = await tx.execute(
        select(meeting.c.id, meeting.c.starts_at, meeting.c.ends_at)
        .outerjoin(individual, individual.c.session == meeting.c.id)
        .outerjoin(slot, slot.c.id == individual.c.slot)
        .where(
            meeting.c.state.in_(LEFT),
            meeting.c.ends_at > now,
            or_(
                meeting.c.group.in_(select(own.c.group)),
                meeting.c.member.in_(select(own.c.id)),
                slot.c.facilitator.in_(select(own.c.id)),
            ),
        )
    )
    found = [Span(row.starts_at, row.ends_at) for row in sessions if row.id != besides]
    if offers:
        rows = await tx.execute(
            select(slot.c.starts_at, slot.c.ends_at).where(
                slot.c.facilitator.in_(select(own.c.id)), slot.c.state == "offered", slot.c.ends_at > now
            )
        )
        found += [Span(row.starts_at, row.ends_at) for row in rows]
    return found


def query() -> Any:
    """Offered times with the group and person of who offers them, and whether somebody has each."""
    taken = select(individual.c.id).where(individual.c.slot == slot.c.id, individual.c.state.in_(TAKING))
    return (
        select(slot, member.c.group, member.c.person, taken.exists().label("taken"))
        .join(member, member.c.id == slot.c.facilitator)
        .order_by(slot.c.starts_at, slot.c.id)
    )


def as_slot(row: Row[Any]) -> Slot:
    """The time of a row of `query`."""
    return Slot(
        id=row.id,
        group=row.group,
        facilitator=row.facilitator,
        person=row.person,
        topic=row.topic,
        local_at=row.local_at,
        zone=row.zone,
        tzdata=row.tzdata,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state,
        taken=bool(row.taken),
    )
