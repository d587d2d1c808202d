"""A clinic with one group of ten in its sixteen weeks, made by the store's own functions; and the same clinic
with a thousand such groups, the others copied row by row inside the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Table, Text, UniqueConstraint, func, insert, select, text

import store.contracts
import store.decisions
import store.groups
import store.presence
import store.staff
import store.staff_signins
from care.contract import Terms
from care.facts import Fact, Kind
from scheduler import sessions as closing
from scheduler.observe import Metrics
from store import tables
from store.database import Database
from store.groups import Member
from store.sealing import Keys
from tests.services.circle import NAMES, make_person

ZONE = "Europe/Berlin"
SESSIONS, HELD, MEMBERS = 16, 8, 10
ROWS = 25
"""Open tasks of the coordinator: the rows that her work list shows, however many groups there are."""
COPIED = (
    tables.person,
    tables.group,
    tables.member,
    tables.session,
    tables.contract_version,
    tables.room,
    tables.fact,
    tables.proposal,
    tables.checkin,
    tables.decision,
    tables.ledger_entry,
    tables.absence_notice,
    tables.task,
)
"""What a group consists of. Accounts, links and sealed names of the others are never read."""


@dataclass(frozen=True, slots=True)
class Office:
    """The coordinator's desk and place, and the token of her sign-in."""

    desk: str
    place: str
    group: str
    token: str


async def one_group(db: Database, keys: Keys) -> Office:
    """A group whose first half is over, confirmed and full of facts."""
    now = datetime.now(UTC)
    first = now.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, hour=12, minute=0, second=0, microsecond=0)
    terms = Terms(sessions=SESSIONS, zone=ZONE, first_local=first - timedelta(weeks=HELD))
    async with db.write() as tx:
        olga = await store.staff.create(
            tx, keys, name="Olga", contact="olga@example.invalid", zone=ZONE, locale="en", now=now,
            admin=False, clinician=False,
        )  # fmt: skip
        group = await store.groups.create_group(tx, "Thursday", ZONE, SESSIONS, now)
        office = await store.staff.grant(tx, keys, olga.person, group, "coordinator", "command", now)
        began = now - timedelta(weeks=HELD + 1)
        members = []
        for seat, name in enumerate(NAMES[: MEMBERS + 1]):
            person = await make_person(tx, keys, name, began)
            role = "participant" if seat else "facilitator"
            members.append(await store.groups.add_member(tx, group, person, role, seat, began))
        past = await _sessions(tx, group, terms, members, now)
        await store.contracts.offer(tx, keys, group, terms, office.id, now, 0)
        signin = await store.staff_signins.open_one(tx, olga.id, "password", now)
    await closing.tick(db, Metrics(), now)
    async with db.write() as tx:
        for session in past:
            await store.decisions.confirm_all(
                tx, keys, session, {}, members[0].id, "facilitator", now, f"form-{session}"
            )
        await _fill_work_list(tx, group, members, now)
    return Office(olga.desk, office.place, group, signin.token)


async def _sessions(tx, group, terms, members, now) -> list[str]:  # type: ignore[no-untyped-def]
    past = []
    for ordinal in range(1, SESSIONS + 1):
        local = terms.first_local + timedelta(weeks=ordinal - 1)
        starts = local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
        ends = starts + timedelta(minutes=90)
        session = await store.groups.create_session(tx, group, ordinal, starts, ends, ZONE)
        if ends < now:
            past.append(session)
            await store.presence.append(tx, _facts(session, starts, members))
    return past


def _facts(session: str, starts: datetime, members: Sequence[Member]) -> list[Fact]:
    """Everybody comes, one of them drops and comes back, all go."""
    told: list[tuple[float, Kind, str | None, str | None]] = [(0, Kind.ROOM_OPENED, None, None)]
    for number, one in enumerate(members):
        line = f"{session}-{one.id}"
        told += [(1, Kind.ADMITTED, one.id, None), (1, Kind.TRANSPORT_UP, one.id, line)]
        if number == 1:
            told += [(30, Kind.TRANSPORT_DOWN, one.id, line), (32, Kind.TRANSPORT_UP, one.id, f"{line}-2")]
            line += "-2"
        told.append((90, Kind.TRANSPORT_DOWN, one.id, line))
    told.append((90, Kind.ROOM_CLOSED, None, None))
    return [
        Fact(
            id=f"{session}-{number}",
            session=session,
            member=member,
            connection=connection,
            kind=kind,
            at=starts + timedelta(minutes=minute),
            mono_ms=round(minute * 60_000),
            boot="boot",
        )
        for number, (minute, kind, member, connection) in enumerate(sorted(told, key=lambda one: one[0]))
    ]


async def _fill_work_list(tx, group, members, now) -> None:  # type: ignore[no-untyped-def]
    task = tables.task
    mine = (task.c.group == group, task.c.owner_role == "coordinator", task.c.state == "open")
    have = int((await tx.execute(select(func.count()).select_from(task).where(*mine))).scalar_one())
    if have > ROWS:
        raise RuntimeError(f"{have} tasks are open, more than the {ROWS} rows that are compared")
    for number in range(have, ROWS):
        await tx.execute(
            insert(task).values(
                id=f"task-{number}", key=f"bench:{number}", group=group, member=members[1 + number % 10].id,
                kind="contract_unsigned", owner_role="coordinator", reasons={"codes": []}, priority=5,
                opened_at=now, due_at=now + timedelta(hours=number), state="open",
            )
        )  # fmt: skip


async def multiply(db: Database, groups: int) -> None:
    """Copies what there is until there are so many groups."""
    async with db.write() as tx:
        for table in COPIED:
            await tx.execute(text(copying(table)), {"copies": groups - 1})
    if db.dialect == "postgresql":  # what its own housekeeping does within a minute of such a change
        async with db.write() as tx:
            await tx.execute(text("ANALYZE"))


def copying(table: Table) -> str:
    """The statement that copies every row of a table: what names a row of a copied table gets the copy's
    number, everything else stays."""
    columns = [column for column in table.columns if not _counted(column)]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(
        f"s.\"{column.name}\" || '-' || n.n" if _named_anew(column) else f's."{column.name}"'
        for column in columns
    )
    numbers = (
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < :copies) SELECT n FROM i"
    )
    return f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM "{table.name}" s, ({numbers}) n'


def _counted(column: Column[object]) -> bool:
    return column.primary_key and column.autoincrement is True


def _named_anew(column: Column[object]) -> bool:
    if not isinstance(column.type, Text):
        return False
    points_to_a_copy = any(key.column.table in COPIED for key in column.foreign_keys)
    return points_to_a_copy or (column.primary_key and not column.foreign_keys) or _unique_alone(column)


def _unique_alone(column: Column[object]) -> bool:
    alone = {
        next(iter(rule.columns)).name
        for rule in column.table.constraints
        if isinstance(rule, UniqueConstraint) and len(rule.columns) == 1
    }
    return bool(column.unique) or column.name in alone
