"""Notices that somebody cannot come. The category is for everybody who works with the group; the words are
sealed and for the facilitators. The first moment somebody said it counts, however often they say it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import absence, delivery
from care.absence import Absence, Category
from care.delivery import MessageKind
from store import audit, chain, outbox, tasks
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import absence_notice, member, session

LONGEST = 1000
THANKED_WITHIN = timedelta(hours=24)


class TooLate(Exception):
    """The session has begun, or is called off: nobody can say any more that they will be away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Whose notice for which session, checked to be of one group."""

    person: str
    group: str
    role: str
    starts_at: datetime
    state: str


async def give(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    session_id: str,
    category: str,
    text: str,
    by: str,
    now: datetime,
) -> Absence:
    """The notice that holds now. Saying it again changes category and words and keeps the time of the first.
    Raises ValueError for an unknown category or too many words, LookupError where member and session do not
    belong together, TooLate once the session has begun."""
    chosen = Category(category)
    words = text.strip()
    if len(words) > LONGEST:
        raise ValueError(f"a notice has at most {LONGEST} characters")
    await chain.hold(tx)
    seat = await _seat(tx, member_id, session_id)
    if seat.state != "planned" or not absence.may_give(seat.starts_at, now):
        raise TooLate("the session has begun")
    held = await _active(tx, member_id, session_id)
    key = held.id if held else fresh_id()
    sealed = await keys.seal(tx, seat.person, "absence_notice", "text", key, words) if words else None
    said = {"category": chosen.value, "text_sealed": sealed}
    if held:
        await tx.execute(update(absence_notice).where(absence_notice.c.id == key).values(**said))
    else:
        row = {"id": key, "session": session_id, "member": member_id, "by": by, "given_at": now}
        await tx.execute(insert(absence_notice).values(**row, **said))
        await _thank(tx, seat, member_id, session_id, now)
    await _note(tx, keys, seat, f"{member_id}:{session_id}", "absence_given", by, now)
    given_at = held.given_at if held else now
    return Absence(member=member_id, session=session_id, category=chosen, given_at=given_at)


async def _thank(tx: AsyncConnection, seat: Seat, member_id: str, session_id: str, now: datetime) -> None:
    """Queues the word that the notice has arrived: one for each time it was given anew."""
    given = await tx.execute(
        select(func.count()).where(
            absence_notice.c.member == member_id, absence_notice.c.session == session_id
        )
    )
    await outbox.put(
        tx,
        delivery.key(MessageKind.ABSENCE_THANKS, member_id, session_id, revision=int(given.scalar_one()) - 1),
        MessageKind.ABSENCE_THANKS.value,
        seat.person,
        {"member": member_id, "session": session_id},
        due_at=now,
        expires_at=now + THANKED_WITHIN,
        now=now,
    )


async def withdraw(
    tx: AsyncConnection, keys: Keys, member_id: str, session_id: str, by: str, now: datetime
) -> bool:
    """Takes a notice back; False when there is none. Raises LookupError, TooLate like `give`."""
    await chain.hold(tx)
    seat = await _seat(tx, member_id, session_id)
    if not absence.may_give(seat.starts_at, now):
        raise TooLate("the session has begun")
    done = await tx.execute(
        update(absence_notice)
        .where(
            absence_notice.c.member == member_id,
            absence_notice.c.session == session_id,
            absence_notice.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    if done.rowcount:
        await _note(tx, keys, seat, f"{member_id}:{session_id}", "absence_withdrawn", by, now)
    return done.rowcount == 1


async def _note(
    tx: AsyncConnection, keys: Keys, seat: Seat, about: str, action: str, by: str, now: datetime
) -> None:
    await tasks.touch(tx, seat.group)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=seat.role,
        action=action,
        object=f"absence:{about}",
        group=seat.group,
        now=now,
    )


async def _seat(tx: AsyncConnection, member_id: str, session_id: str) -> Seat:
    if not (plausible(member_id) and plausible(session_id)):
        raise LookupError("no such session of this member")
    row = (
        await tx.execute(
            select(member.c.person, member.c.group, member.c.role, session.c.starts_at, session.c.state)
            .join(session, session.c.group == member.c.group)
            .where(member.c.id == member_id, session.c.id == session_id, member.c.left_at.is_(None))
        )
    ).first()
    if row is None:
        raise LookupError("no such session of this member")
    return Seat(person=row.person, group=row.group, role=row.role, starts_at=row.starts_at, state=row.state)


async def _active(tx: AsyncConnection, member_id: str, session_id: str) -> Row[tuple[object, ...]] | None:
    query = select(absence_notice).where(
        absence_notice.c.member == member_id,
        absence_notice.c.session == session_id,
        absence_notice.c.withdrawn_at.is_(None),
    )
    return (await tx.execute(query)).first()


async def of_session(tx: AsyncConnection, session_id: str) -> dict[str, Absence]:
    """The notices that hold for a session, by member."""
    found = await _absences(tx, _held().where(absence_notice.c.session == session_id))
    return {one.member: one for one in found}


async def of_member(tx: AsyncConnection, member_id: str) -> dict[str, Absence]:
    """The notices of a member that hold, by session."""
    found = await _absences(tx, _held().where(absence_notice.c.member == member_id))
    return {one.session: one for one in found}


async def of_group(tx: AsyncConnection, group_id: str) -> dict[tuple[str, str], Absence]:
    """The notices that hold in a group, by (session, member)."""
    query = _held().join(session, session.c.id == absence_notice.c.session).where(session.c.group == group_id)
    return {(one.session, one.member): one for one in await _absences(tx, query)}


async def words(tx: AsyncConnection, keys: Keys, session_id: str) -> dict[str, str]:
    """What members wrote beside their notices for a session, by member: for the facilitators only."""
    rows = (
        await tx.execute(
            select(
                absence_notice.c.id, absence_notice.c.member, absence_notice.c.text_sealed, member.c.person
            )
            .join(member, member.c.id == absence_notice.c.member)
            .where(
                absence_notice.c.session == session_id,
                absence_notice.c.withdrawn_at.is_(None),
                absence_notice.c.text_sealed.is_not(None),
            )
        )
    ).all()
    opened = await keys.of(tx, [row.person for row in rows])
    return {
        row.member: opened[row.person].open("absence_notice", "text", row.id, row.text_sealed)
        for row in rows
        if row.person in opened
    }


def _held() -> Select[tuple[object, ...]]:
    return select(absence_notice).where(absence_notice.c.withdrawn_at.is_(None))


async def _absences(tx: AsyncConnection, query: Select[tuple[object, ...]]) -> list[Absence]:
    return [
        Absence(
            member=row.member,
            session=row.session,
            category=Category(row.category),
            given_at=row.given_at,
        )
        for row in await tx.execute(query)
    ]
