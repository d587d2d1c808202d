"""Check-ins: one row per member, session and wave. The answers come with the questionnaires; here stands
only when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import upsert
from store.ids import fresh_id, plausible
from store.tables import checkin, member


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One round for one member. `wave` names the round; `state` is planned, invited, done, expired or
    withdrawn."""

    id: str
    member: str
    person: str
    session: str
    wave: str
    opens_at: datetime
    closes_at: datetime
    state: str


async def put(
    tx: AsyncConnection, member_id: str, session: str, wave: str, opens_at: datetime, closes_at: datetime
) -> None:
    """Plans a check-in. One that is planned already moves; one that was invited or finished stays as it
    is."""
    row = {
        "id": fresh_id(),
        "member": member_id,
        "session": session,
        "wave": wave,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "state": "planned",
    }
    fresh = upsert.insert(tx, checkin).values(**row)
    await tx.execute(
        fresh.on_conflict_do_update(
            index_elements=["member", "session", "wave"],
            set_={"opens_at": opens_at, "closes_at": closes_at},
            where=checkin.c.state == "planned",
        )
    )


async def due(tx: AsyncConnection, now: datetime, limit: int = 200) -> list[CheckIn]:
    """The planned check-ins of present members that are open now, oldest first."""
    rows = await tx.execute(
        select(checkin, member.c.person)
        .join(member, member.c.id == checkin.c.member)
        .where(
            checkin.c.state == "planned",
            checkin.c.opens_at <= now,
            checkin.c.closes_at > now,
            member.c.left_at.is_(None),
        )
        .order_by(checkin.c.opens_at, checkin.c.id)
        .limit(limit)
    )
    return [
        CheckIn(
            id=row.id,
            member=row.member,
            person=row.person,
            session=row.session,
            wave=row.wave,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            state=row.state,
        )
        for row in rows
    ]


async def find(tx: AsyncConnection, checkin_id: str) -> CheckIn | None:
    """One check-in, None when there is none."""
    if not plausible(checkin_id):
        return None
    row = (
        await tx.execute(
            select(checkin, member.c.person)
            .join(member, member.c.id == checkin.c.member)
            .where(checkin.c.id == checkin_id)
        )
    ).first()
    if row is None:
        return None
    return CheckIn(
        id=row.id,
        member=row.member,
        person=row.person,
        session=row.session,
        wave=row.wave,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        state=row.state,
    )


async def set_state(tx: AsyncConnection, checkin_id: str, state: str, now: datetime) -> bool:
    """True when the state changed. What is done, expired or withdrawn stays so."""
    done = await tx.execute(
        update(checkin)
        .where(
            checkin.c.id == checkin_id, checkin.c.state.in_(("planned", "invited")), checkin.c.state != state
        )
        .values(state=state, done_at=now if state == "done" else None)
    )
    return done.rowcount == 1


async def expire(tx: AsyncConnection, now: datetime) -> int:
    """Ends check-ins whose window is over; returns how many."""
    done = await tx.execute(
        update(checkin)
        .where(checkin.c.state.in_(("planned", "invited")), checkin.c.closes_at <= now)
        .values(state="expired")
    )
    return done.rowcount


async def move(tx: AsyncConnection, session: str, by: timedelta, now: datetime) -> None:
    """The session has moved: what is not open yet moves with it, what is open stays open for as long as the
    session is later. What is done is left alone."""
    rows = await tx.execute(
        select(checkin.c.id, checkin.c.opens_at, checkin.c.closes_at, checkin.c.state).where(
            checkin.c.session == session, checkin.c.state.in_(("planned", "invited"))
        )
    )
    for row in rows.all():
        begun = row.state == "invited" or row.opens_at <= now
        opens_at = row.opens_at if begun else row.opens_at + by
        closes_at = row.closes_at + (max(by, timedelta(0)) if begun else by)
        await tx.execute(
            update(checkin).where(checkin.c.id == row.id).values(opens_at=opens_at, closes_at=closes_at)
        )


async def withdraw(tx: AsyncConnection, session: str) -> None:
    """The session was cancelled: what nobody has finished is no longer asked for."""
    await tx.execute(
        update(checkin)
        .where(checkin.c.session == session, checkin.c.state.in_(("planned", "invited")))
        .values(state="withdrawn")
    )


async def restore(tx: AsyncConnection, session: str) -> None:
    """The session takes place after all: what was withdrawn with it is planned again."""
    await tx.execute(
        update(checkin)
        .where(checkin.c.session == session, checkin.c.state == "withdrawn")
        .values(state="planned")
    )
