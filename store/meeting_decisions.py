"""Held or not, as people said: each word appended, never overwritten, with what the facts proposed then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from care import meeting_outcome
from care.attendance import Proposal
from care.meeting_outcome import Why
from care.meeting_states import Booking, State, move
from care.verdict import Status
from store import attendance, audit, chain, individual, plan, promised, tasks
from store.booking import SETTLED, Refused
from store.groups import Member
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import individual as table
from store.tables import meeting_decision
from store.tables import session as meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One word about a meeting, and what was proposed when it was said."""

    state: State
    reason: Why
    by: str
    role: str
    at: datetime
    replaces: State | None
    proposal: Status | None


async def decide(
    tx: AsyncConnection,
    keys: Keys,
    booking: Booking,
    state: str,
    reason: str,
    by: Member,
    now: datetime,
    key: str,
) -> Booking:
    """The meeting as this person says it was; the same form (`key`) decides once. Raises Refused with a code
    of `care.meeting_outcome`, ValueError for an unknown state or reason."""
    new, why = State(state), Why(reason)
    await chain.hold(tx)
    await tasks.hold(tx, by.group)
    held = await individual.find(tx, booking.id)
    if held is None or held.session is None:
        raise Refused(meeting_outcome.NOT_OVER)
    if await _by_form(tx, held.id, key):
        return held
    found = await proposal(tx, held)
    agreed = await promised.of_group(tx, by.group, now)
    code = meeting_outcome.refusal(
        new,
        why,
        by.role,
        held.state,
        found.status if found else None,
        await _closed_at(tx, held),
        agreed.rules.confirm_within,
        now,
    )
    if code:
        raise Refused(code)
    move(held.state, new)
    await _write(tx, held, new, why, by, found, now, key)
    await audit.append(
        tx,
        keys,
        actor=by.id,
        role=by.role,
        action="meeting_decided" if held.state is State.BOOKED else "meeting_corrected",
        object=f"meeting:{held.id}",
        reason=why.value,
        group=by.group,
        before=None if held.state is State.BOOKED else held.state.value,
        after=new.value,
        now=now,
    )
    await tasks.touch(tx, by.group)
    await plan.reconcile(tx, by.group, now)
    return await individual.find(tx, held.id) or held


async def _write(
    tx: AsyncConnection,
    held: Booking,
    new: State,
    why: Why,
    by: Member,
    found: Proposal | None,
    now: datetime,
    key: str,
) -> None:
    try:
        await tx.execute(
            update(table).where(table.c.id == held.id).values(state=new.value, reason=why, finished_at=now)
        )
    except IntegrityError:
        # It was taken for not held, and another one was booked or held since.
        raise Refused(SETTLED) from None
    await tx.execute(
        insert(meeting_decision).values(
            id=fresh_id(),
            meeting=held.id,
            state=new.value,
            reason=why.value,
            by=by.id,
            role=by.role,
            at=now,
            replaces=None if held.state is State.BOOKED else held.state.value,
            proposal=found.status.value if found else None,
            evidence=found.evidence if found else None,
            key=key,
        )
    )


async def proposal(tx: AsyncConnection, booking: Booking) -> Proposal | None:
    """What the facts propose about the member, None before the meeting is closed."""
    if booking.session is None:
        return None
    found = await attendance.proposals(tx, booking.session)
    return next((one for one in found if one.member == booking.member), None)


async def history(tx: AsyncConnection, booking_id: str) -> Sequence[Said]:
    """Everything said about a meeting, oldest first."""
    rows = await tx.execute(
        select(meeting_decision)
        .where(meeting_decision.c.meeting == booking_id)
        .order_by(meeting_decision.c.seq)
    )
    return [
        Said(
            state=State(row.state),
            reason=Why(row.reason),
            by=row.by,
            role=row.role,
            at=row.at,
            replaces=State(row.replaces) if row.replaces else None,
            proposal=Status(row.proposal) if row.proposal else None,
        )
        for row in rows
    ]


async def _by_form(tx: AsyncConnection, booking_id: str, key: str) -> bool:
    found = await tx.execute(
        select(meeting_decision.c.seq).where(
            meeting_decision.c.meeting == booking_id, meeting_decision.c.key == key
        )
    )
    return found.first() is not None


async def _closed_at(tx: AsyncConnection, booking: Booking) -> datetime | None:
    row = (
        await tx.execute(
            select(meeting.c.state, meeting.c.ends_at, meeting.c.closed_at).where(
                meeting.c.id == booking.session
            )
        )
    ).one()
    return max(row.ends_at, row.closed_at or row.ends_at) if row.state == "closed" else None
