"""Erasing a person: the key that everything of theirs is sealed under is destroyed, what waits is ended, what
must go is deleted. `foresee` says all of it beforehand, table by table, and changes nothing.

Older backups still hold the wrapped key, and the master key opens it: an erasure is complete when the last
backup made before it is gone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import concern as clockwork
from care.checkin_states import State
from store import (
    audit,
    booking,
    chain,
    concern_acts,
    concern_rows,
    duties,
    groups,
    individual,
    pauses,
    people,
    plan,
)
from store import tables as t
from store.concern_rows import Concern
from store.fates import FATES, OPEN_ROUNDS, WAITING, Act, Fate, Why
from store.groups import Member
from store.sealing import Keys

ERASED = "erased"
OPERATOR = "command"
OUTCOME = "closed because everything about this person is erased"


class Refused(Exception):
    """Nothing was erased. `why` is unknown, account, concern or meeting."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One table: how many rows are the person's, how many of them end now, and how many sealed values open
    no more."""

    table: str
    act: Act
    why: Why
    rows: int
    ending: int
    unreadable: int


async def foresee(tx: AsyncConnection, person: str) -> tuple[Line, ...]:
    """Every table that holds something about a person, with what becomes of it. Raises Refused for nobody,
    or somebody erased."""
    await known(tx, person)
    lines = [await _line(tx, fate, person) for fate in FATES]
    return tuple(line for line in lines if line.rows)


async def open_concerns(tx: AsyncConnection, person: str) -> list[Concern]:
    """Concerns about them that nobody has closed."""
    rows = await tx.execute(
        select(t.concern)
        .join(t.member, t.member.c.id == t.concern.c.member)
        .where(t.member.c.person == person, t.concern.c.state != clockwork.State.CLOSED.value)
        .order_by(t.concern.c.opened_at)
    )
    return [concern_rows.as_concern(row) for row in rows]


async def erase(
    tx: AsyncConnection,
    keys: Keys,
    person: str,
    *,
    approved_by: str,
    now: datetime,
    close_concerns: bool = False,
) -> tuple[Line, ...]:
    """Does what `foresee` says, and returns it. `approved_by` is the account of whoever said so beside the
    operator. Raises Refused: for an account that is still open, a concern nobody closed, unless
    `close_concerns`, and an individual meeting that is going on."""
    await chain.hold(tx)
    foreseen = await foresee(tx, person)
    worries = await open_concerns(tx, person)
    await _allowed(tx, person, worried=bool(worries) and not close_concerns)
    places = await _places(tx, person)
    for worry in worries:
        await _close(tx, keys, worry, approved_by, now)
    for place in places:
        await _leave(tx, keys, place, now)
    await _end(tx, person, now)
    await people.erase(tx, person, now)
    for group in sorted({place.group for place in places}):
        await _settle(tx, group, now)
        await _note(tx, keys, person, approved_by, now, group)
    if not places:
        await _note(tx, keys, person, approved_by, now, None)
    return foreseen


async def known(tx: AsyncConnection, person: str) -> None:
    """Raises Refused for nobody, or somebody who was erased already."""
    found = await tx.execute(
        select(t.person.c.id).where(t.person.c.id == person, t.person.c.erased_at.is_(None))
    )
    if found.first() is None:
        raise Refused("unknown")


async def _line(tx: AsyncConnection, fate: Fate, person: str) -> Line:
    whose = fate.whose(person)
    counted = [func.count(column) for column in fate.sealed]
    row = (await tx.execute(select(func.count(), *counted).select_from(fate.table).where(whose))).one()
    ending = 0
    if fate.live is not None:
        live = select(func.count()).select_from(fate.table).where(and_(whose, fate.live))
        ending = (await tx.execute(live)).scalar_one()
    return Line(
        table=fate.table.name,
        act=fate.act,
        why=fate.why,
        rows=row[0],
        ending=ending,
        unreadable=sum(row[1:]),
    )


async def _allowed(tx: AsyncConnection, person: str, *, worried: bool) -> None:
    account = await tx.execute(
        select(t.staff.c.id).where(t.staff.c.person == person, t.staff.c.disabled_at.is_(None))
    )
    if account.first() is not None:
        raise Refused("account")
    if worried:
        raise Refused("concern")
    going_on = await tx.execute(
        select(t.session.c.id)
        .join(t.member, t.member.c.id == t.session.c.member)
        .where(t.member.c.person == person, t.session.c.state == "open")
    )
    if going_on.first() is not None:
        raise Refused("meeting")


async def _places(tx: AsyncConnection, person: str) -> list[Member]:
    rows = await tx.execute(select(t.member).where(t.member.c.person == person).order_by(t.member.c.id))
    return [groups.as_member(row) for row in rows]


async def _close(tx: AsyncConnection, keys: Keys, worry: Concern, by: str, now: datetime) -> None:
    """Ends a concern because its content goes. Who said so stands in it, as with every concern."""
    about = await concern_rows.place_of(tx, worry.member)
    sealed = await keys.seal(tx, about.person, "concern", "outcome", worry.id, OUTCOME)
    clock = clockwork.closed(worry.clock, OUTCOME)
    await concern_rows.move(tx, worry, clock, now, closed_at=now, closed_by=by, outcome_sealed=sealed)
    await concern_rows.note(tx, keys, worry, "outcome", by, now, code=ERASED, text=OUTCOME)
    await concern_acts.withdraw(tx, worry, ERASED, now)
    await audit.append(
        tx,
        keys,
        actor=by,
        role="staff",
        action="concern_closed",
        object=f"concern:{worry.id}",
        reason=ERASED,
        now=now,
    )


async def _leave(tx: AsyncConnection, keys: Keys, place: Member, now: datetime) -> None:
    """The place ends with its links, sign-ins and sockets; a meeting that is booked does not take place."""
    for one in await individual.of_member(tx, place.id):
        if one.state.value == "booked" and one.starts_at is not None and one.starts_at > now:
            await booking.cancel(tx, keys, one, place, ERASED, now)
    if place.role == "participant":
        await pauses.leave(tx, keys, place.id, ERASED, "none", OPERATOR, now, role=OPERATOR)
    await groups.withdraw_member(tx, place.id, now)


async def _end(tx: AsyncConnection, person: str, now: datetime) -> None:
    """Rounds are asked for no longer, what waits to be sent is not sent, and what must go goes."""
    fates = {fate.table.name: fate for fate in FATES}
    await tx.execute(
        update(t.checkin)
        .where(fates["checkin"].whose(person), t.checkin.c.state.in_(OPEN_ROUNDS))
        .values(state=State.SUPERSEDED.value)
    )
    await tx.execute(
        update(t.outbox)
        .where(t.outbox.c.person == person, t.outbox.c.state.in_(WAITING))
        .values(state="withdrawn", token=None, lease_until=None, result=ERASED, finished_at=now)
    )
    blank = {"password_hash": None, "totp_sealed": None, "totp_step": None, "totp_at": None}
    await tx.execute(update(t.staff).where(t.staff.c.person == person).values(**blank))
    for fate in FATES:
        if fate.act is Act.DELETED:
            await tx.execute(delete(fate.table).where(fate.whose(person)))


async def _settle(tx: AsyncConnection, group: str, now: datetime) -> None:
    """The plan and the tasks of a group without this member."""
    await plan.reconcile(tx, group, now)
    await duties.renew(tx, group, now)


async def _note(
    tx: AsyncConnection, keys: Keys, person: str, approved_by: str, now: datetime, group: str | None
) -> None:
    await audit.append(
        tx,
        keys,
        actor=OPERATOR,
        role=OPERATOR,
        action="person_erased",
        object=f"person:{person}",
        group=group,
        reason=f"approved by staff:{approved_by}",
        now=now,
    )


def untold(tables: Iterable[Table]) -> set[str]:
    """The tables nobody has thought about yet."""
    return {one.name for one in tables} - {fate.table.name for fate in FATES}
