"""Check-ins: one row for each member, wave and number. The answers stand in a table of their own; here stands
when, under which form, and how far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.checkin_states import OPEN, WAIVED_FOR, State, answerable, into, may, taken_back
from store import audit, chain, checkin_messages, plan, tasks
from store.ids import plausible
from store.sealing import Keys
from store.tables import checkin, member


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One round for one member. `wave` is pre, mid, post, weekly or followup; `number` is 1, the session's
    number for weekly ones, months for follow-ups; `session` is what it hangs on. `form` names the version of
    the form it was first opened with. `state` is a word of `care.checkin_states`."""

    id: str
    member: str
    person: str
    group: str
    wave: str
    number: int
    session: str | None
    opens_at: datetime
    target_at: datetime
    closes_at: datetime
    state: str
    form: str | None = None
    opened_at: datetime | None = None
    done_at: datetime | None = None
    waived_code: str | None = None

    def answerable(self, now: datetime) -> bool:
        """Whether answers are taken now."""
        return answerable(State(self.state), self.opens_at, self.closes_at, now)


async def find(tx: AsyncConnection, checkin_id: str) -> CheckIn | None:
    """One check-in, None when there is none."""
    if not plausible(checkin_id):
        return None
    row = (await tx.execute(query().where(checkin.c.id == checkin_id))).first()
    return None if row is None else as_checkin(row)


async def of_member(tx: AsyncConnection, member_id: str) -> list[CheckIn]:
    """Every check-in of a member by its opening, those asked for no longer included."""
    rows = await tx.execute(
        query().where(checkin.c.member == member_id).order_by(checkin.c.opens_at, checkin.c.id)
    )
    return [as_checkin(row) for row in rows]


async def of_group(tx: AsyncConnection, group_id: str) -> list[CheckIn]:
    """Every check-in of everybody who ever belonged to a group, by its opening."""
    rows = await tx.execute(
        query().where(member.c.group == group_id).order_by(checkin.c.opens_at, checkin.c.id)
    )
    return [as_checkin(row) for row in rows]


async def mark_opened(tx: AsyncConnection, checkin_id: str, form: str, now: datetime) -> bool:
    """True when the check-in takes answers now; the first time notes the version of its form, which it keeps.
    False when it is not open yet, over, done or asked for no longer."""
    await tx.execute(
        update(checkin)
        .where(
            checkin.c.id == checkin_id,
            checkin.c.state.in_(into(State.OPENED) - {State.SUPERSEDED, State.WAIVED}),
            checkin.c.opens_at <= now,
            checkin.c.closes_at > now,
        )
        .values(state=State.OPENED.value, form=form, opened_at=now)
    )
    found = await find(tx, checkin_id)
    return found is not None and found.state == State.OPENED and found.answerable(now)


async def submit(tx: AsyncConnection, checkin_id: str, now: datetime) -> bool:
    """True when this call finished the check-in: it was opened and its window is not over. Its reminders end
    with it."""
    done = await tx.execute(
        update(checkin)
        .where(
            checkin.c.id == checkin_id,
            checkin.c.state.in_(into(State.SUBMITTED)),
            checkin.c.closes_at > now,
        )
        .values(state=State.SUBMITTED.value, done_at=now)
    )
    if done.rowcount != 1:
        return False
    await quieten(tx, checkin_id, now)
    return True


async def waive(
    tx: AsyncConnection, keys: Keys, checkin_id: str, code: str, by: str, role: str, now: datetime
) -> bool:
    """A person says that this round is not asked for; False when it is done or over already. Raises
    ValueError for a reason that is not a code of `care.checkin_states`."""
    if code not in WAIVED_FOR:
        raise ValueError("an unknown reason")
    await chain.hold(tx)
    done = await tx.execute(
        update(checkin)
        .where(checkin.c.id == checkin_id, checkin.c.state.in_(into(State.WAIVED)))
        .values(state=State.WAIVED.value, waived_code=code)
    )
    if done.rowcount != 1:
        return False
    group = await quieten(tx, checkin_id, now)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="checkin_waived",
        object=f"checkin:{checkin_id}",
        group=group,
        reason=code,
        now=now,
    )
    await tasks.touch(tx, group)
    return True


async def take_back(
    tx: AsyncConnection, keys: Keys, checkin_id: str, by: str, role: str, now: datetime
) -> bool:
    """A waived check-in is asked for after all, with what is still to be said about it; False when it is not
    waived or its window is over."""
    await chain.hold(tx)
    found = await find(tx, checkin_id)
    if found is None or found.state != State.WAIVED:
        return False
    to = taken_back(found.opened_at is not None)
    if not may(State.WAIVED, to):
        return False
    done = await tx.execute(
        update(checkin)
        .where(checkin.c.id == checkin_id, checkin.c.state == State.WAIVED.value, checkin.c.closes_at > now)
        .values(state=to.value, waived_code=None)
    )
    if done.rowcount != 1:
        return False
    await plan.reconcile(tx, found.group, now)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="checkin_asked_again",
        object=f"checkin:{checkin_id}",
        group=found.group,
        now=now,
    )
    await tasks.touch(tx, found.group)
    return True


async def quieten(tx: AsyncConnection, checkin_id: str, now: datetime) -> str:
    """Calls back what is still to be said about a check-in; returns its group."""
    row = (await tx.execute(query().where(checkin.c.id == checkin_id))).one()
    await checkin_messages.withdraw(tx, row.person, row.member, row.wave, row.number, now)
    return str(row.group)


async def advance(tx: AsyncConnection, now: datetime) -> None:
    """What time alone changes: windows open, invitations have gone out, windows end."""
    await tx.execute(
        update(checkin)
        .where(checkin.c.state == literal_column("'planned'"), checkin.c.opens_at <= now)
        .values(state=State.DUE.value)
    )
    await tx.execute(
        update(checkin)
        .where(checkin.c.state == State.DUE, checkin_messages.invitation_is_out())
        .values(state=State.INVITED.value)
    )
    await expire(tx, now)


async def expire(tx: AsyncConnection, now: datetime) -> int:
    """Ends check-ins whose window is over; returns how many."""
    done = await tx.execute(
        update(checkin)
        .where(checkin.c.state.in_(OPEN), checkin.c.closes_at <= now)
        .values(state=State.EXPIRED.value)
    )
    return done.rowcount


def query() -> Select[tuple[Any, ...]]:
    """Check-ins with the person and group of their member."""
    return select(checkin, member.c.person, member.c.group).join(member, member.c.id == checkin.c.member)


def as_checkin(row: Row[tuple[Any, ...]]) -> CheckIn:
    """The check-in of a row of `query`."""
    return CheckIn(**row._mapping)
