"""An individual meeting booked, moved, called off, or said not to be needed: the row, its session with a
room, the messages, one line of the audit, in one transaction.

Whoever comes second is refused by the rows themselves: one open meeting of a member and topic, one meeting
at an offered time.
"""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from care import slots
from care.meeting_states import TOPICS, Booking, State, move
from store import audit, chain, groups, individual, meeting_messages, meeting_times, plan, signals, tasks
from store.groups import Member
from store.ids import fresh_id, fresh_uid
from store.meeting_messages import BOOKED, CANCELLED, MOVED
from store.meeting_times import Slot
from store.sealing import Keys
from store.tables import individual as table
from store.tables import session as meeting
from store.tables import slot as offered

GONE, TAKEN, SETTLED, NOT_FREE, BEGUN = "gone", "taken", "settled", "not_free", "begun"
"""Why not: the time is not offered, somebody else has it, the topic is settled, one of the two has something
else then, it has begun."""


class Refused(ValueError):
    """Nothing was stored; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def book(
    tx: AsyncConnection, keys: Keys, who: Member, slot_id: str, by: Member, now: datetime
) -> Booking:
    """The new meeting of `who` at an offered time. Raises Refused."""
    await chain.hold(tx)
    time = await _free(tx, who, slot_id, now)
    if await individual.settled(tx, who.id, time.topic) is not None:
        raise Refused(SETTLED)
    move(State.NEEDED, State.BOOKED)
    session, key = await _session(tx, who, time), fresh_id()
    try:
        await tx.execute(
            insert(table).values(
                id=key,
                member=who.id,
                topic=time.topic,
                state=State.BOOKED.value,
                slot=time.id,
                session=session,
                reason="",
                made_by=by.id,
                made_at=now,
            )
        )
    except IntegrityError:
        raise Refused(TAKEN) from None
    await meeting_messages.chosen(tx, who.id, time.topic, now)
    await _told(tx, keys, key, BOOKED, who, time, session, 0, time.starts_at, by, "", now)
    return await _again(tx, key)


async def reschedule(
    tx: AsyncConnection, keys: Keys, booking: Booking, slot_id: str, by: Member, now: datetime
) -> Booking:
    """The same meeting at another offered time; its room, name in calendars and ticks go with it. Raises
    Refused."""
    await chain.hold(tx)
    who, held = await _held(tx, booking, now)
    move(held.state, State.BOOKED)
    time = await _free(tx, who, slot_id, now, held)
    if time.topic != held.topic:
        raise Refused(GONE)
    try:
        await tx.execute(update(table).where(table.c.id == held.id).values(slot=time.id))
    except IntegrityError:
        raise Refused(TAKEN) from None
    sequence = await _moved(tx, held, time, now)
    await _withdraw_for_facilitator(tx, held, by)
    await _told(
        tx, keys, held.id, MOVED, who, time, str(held.session), sequence, time.starts_at, by, "", now, held
    )
    return await _again(tx, held.id)


async def cancel(
    tx: AsyncConnection, keys: Keys, booking: Booking, by: Member, reason: str, now: datetime
) -> Booking:
    """The meeting does not take place, and is needed again. `reason` is a code. Raises Refused."""
    await chain.hold(tx)
    who, held = await _held(tx, booking, now)
    move(held.state, State.CANCELLED)
    sequence = await _sequence(tx, held) + 1
    await tx.execute(update(meeting).where(meeting.c.id == held.session).values(sequence=sequence))
    if not await groups.set_session_state(tx, str(held.session), "cancelled", now):
        raise Refused(BEGUN)
    await tx.execute(
        update(table)
        .where(table.c.id == held.id)
        .values(state=State.CANCELLED.value, reason=reason, finished_at=now)
    )
    time = await _slot(tx, held)
    await _withdraw_for_facilitator(tx, held, by)
    await _told(
        tx,
        keys,
        held.id,
        CANCELLED,
        who,
        time,
        str(held.session),
        sequence,
        time.starts_at,
        by,
        reason,
        now,
    )
    return await _again(tx, held.id)


async def end_with_place(tx: AsyncConnection, keys: Keys, member_id: str, by: str, now: datetime) -> None:
    """Calls off what a member who leaves has booked, while they are still there: nobody waits for them, and
    the hours are free."""
    await chain.hold(tx)
    who = await groups.member_by_id(tx, member_id)
    for one in await individual.of_member(tx, member_id):
        begun = one.starts_at is None or one.starts_at <= now
        if who is not None and one.state is State.BOOKED and not begun:
            await cancel(tx, keys, one, await groups.member_by_id(tx, by) or who, "member_left", now)


async def waive(
    tx: AsyncConnection, keys: Keys, who: Member, topic: str, by: Member, reason: str, now: datetime
) -> Booking:
    """Nobody waits for this meeting any more. `reason` is a code. Raises Refused, ValueError for no topic or
    no reason."""
    if topic not in TOPICS or not reason:
        raise ValueError("a topic and a reason")
    await chain.hold(tx)
    if await individual.settled(tx, who.id, topic) is not None:
        raise Refused(SETTLED)
    move(State.NEEDED, State.WAIVED)
    key = fresh_id()
    row = {"id": key, "member": who.id, "topic": topic, "reason": reason, "made_by": by.id, "made_at": now}
    try:
        await tx.execute(insert(table).values(**row, state=State.WAIVED.value, finished_at=now))
    except IntegrityError:
        raise Refused(TAKEN) from None
    await meeting_messages.chosen(tx, who.id, topic, now)
    await written_down(tx, keys, "meeting_waived", key, who, by, reason, now)
    return await _again(tx, key)


async def _free(
    tx: AsyncConnection, who: Member, slot_id: str, now: datetime, besides: Booking | None = None
) -> Slot:
    """The offered time, if this member can have it. Raises Refused."""
    time = await meeting_times.find(tx, slot_id)
    if time is None or time.group != who.group or time.state != "offered":
        raise Refused(GONE)
    if time.facilitator not in await meeting_times.leaders(tx, who.group):
        raise Refused(GONE)
    if time.taken:
        raise Refused(TAKEN)
    window = (await meeting_times.windows(tx, who.group, now)).get(time.topic)
    if window is None:
        raise Refused(GONE)
    session = besides.session if besides else None
    busy = [
        *await meeting_times.busy_of(tx, who.person, now, session),
        *await meeting_times.busy_of(tx, time.person, now, session, offers=False),
    ]
    refusal = slots.refusal(time.span, window, busy, now)
    if refusal:
        raise Refused(NOT_FREE if refusal == slots.TAKEN else refusal)
    return time


async def _session(tx: AsyncConnection, who: Member, time: Slot) -> str:
    key = fresh_id()
    await tx.execute(
        insert(meeting).values(
            id=key,
            member=who.id,
            uid=fresh_uid(),
            local_at=time.local_at,
            tzdata=time.tzdata,
            starts_at=time.starts_at,
            ends_at=time.ends_at,
            zone=time.zone,
            state="planned",
            sequence=0,
        )
    )
    return key


async def _held(tx: AsyncConnection, booking: Booking, now: datetime) -> tuple[Member, Booking]:
    """The member and the booking as they are now. Raises Refused for one that is over, began or left."""
    held = await individual.find(tx, booking.id)
    who = await groups.member_by_id(tx, booking.member)
    if held is None or who is None or held.state is not State.BOOKED:
        raise Refused(GONE)
    state = await tx.execute(select(meeting.c.state).where(meeting.c.id == held.session))
    if state.scalar_one() != "planned" or held.starts_at is None or held.starts_at <= now:
        raise Refused(BEGUN)
    return who, held


async def _moved(tx: AsyncConnection, held: Booking, time: Slot, now: datetime) -> int:
    """Gives the meeting its new hours; returns how often they changed. Raises Refused when somebody is in
    its room by now."""
    done = await tx.execute(
        update(meeting)
        .where(meeting.c.id == held.session, meeting.c.state == "planned")
        .values(
            local_at=time.local_at,
            tzdata=time.tzdata,
            starts_at=time.starts_at,
            ends_at=time.ends_at,
            zone=time.zone,
            sequence=meeting.c.sequence + 1,
            moved_from=held.starts_at,
        )
    )
    if done.rowcount != 1:
        raise Refused(BEGUN)
    await signals.put(tx, groups.TOPIC, {"what": "moved", "session": held.session}, now)
    return await _sequence(tx, held)


async def _sequence(tx: AsyncConnection, held: Booking) -> int:
    found = await tx.execute(select(meeting.c.sequence).where(meeting.c.id == held.session))
    return int(found.scalar_one())


async def _slot(tx: AsyncConnection, held: Booking) -> Slot:
    key = (await tx.execute(select(table.c.slot).where(table.c.id == held.id))).scalar_one()
    found = await meeting_times.find(tx, str(key))
    if found is None:
        raise Refused(GONE)
    return found


async def _withdraw_for_facilitator(tx: AsyncConnection, held: Booking, by: Member) -> None:
    """An hour that a facilitator leaves is not offered to the next; one that a member leaves is."""
    if by.role == "participant" or held.starts_at is None:
        return
    await tx.execute(
        update(offered)
        .where(
            offered.c.facilitator == held.facilitator,
            offered.c.starts_at == held.starts_at,
            offered.c.state == "offered",
        )
        .values(state="withdrawn")
    )


async def _told(
    tx: AsyncConnection,
    keys: Keys,
    key: str,
    kind: str,
    who: Member,
    time: Slot,
    session: str,
    sequence: int,
    starts_at: datetime,
    by: Member,
    reason: str,
    now: datetime,
    before: Booking | None = None,
) -> None:
    """Messages, tasks and the audit of one change."""
    people = [who]
    leaders = {time.facilitator, before.facilitator if before else time.facilitator}
    for one in leaders - {None}:
        found = await groups.member_by_id(tx, str(one))
        people += [found] if found else []
    await meeting_messages.put(tx, kind, key, session, sequence, people, starts_at, now)
    await written_down(tx, keys, kind, key, who, by, reason, now)


async def written_down(
    tx: AsyncConnection,
    keys: Keys,
    action: str,
    key: str,
    who: Member,
    by: Member,
    reason: str,
    now: datetime,
) -> None:
    """What every change of a meeting does last: tasks and plan of the group anew, and a line in the audit."""
    await tasks.touch(tx, who.group)
    await plan.reconcile(tx, who.group, now)
    await audit.append(
        tx,
        keys,
        actor=by.id,
        role=by.role,
        action=action,
        object=f"meeting:{key}",
        reason=reason,
        group=who.group,
        now=now,
    )


async def _again(tx: AsyncConnection, key: str) -> Booking:
    found = await individual.find(tx, key)
    if found is None:
        raise LookupError("no such meeting")
    return found
