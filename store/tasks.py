"""Tasks: what somebody has to do, with an owner and a time. One row a cause, held apart by its key; the
clock opens and withdraws them (`store.duties`), a person finishes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.thresholds import ANSWERED, ASKED_FOR, REMIND_EVERY, Kind, Wanted
from store import audit, chain, upsert
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import group, task

# Written out, so that a prepared statement can use the index over open tasks.
OPEN = task.c.state == literal_column("'open'")

DERIVED = frozenset(kind.value for kind in Kind) - {kind.value for kind in ASKED_FOR}

# Nobody was spoken with: the task stays open and is due again a day later, until the third try.
TRIED = frozenset({"message_left", "not_reached", "wrong_number"})
FINISHED = frozenset({"reached", "done"})
TRIES = 3

# What a talk alone does not end: still wanted so long after it was finished, it is open again.
COMES_BACK = {Kind.CONTRACT_UNSIGNED: REMIND_EVERY}
AGAIN_AFTER = timedelta(days=1)

PRIORITY = {
    Kind.CALL_2H: 3,
    Kind.CALL_48H: 3,
    Kind.BRIEF_CONTACT_CALL: 2,
    Kind.CALL_SAME_DAY: 2,
    Kind.CLINICAL_CONTACT: 2,
    Kind.CONFIRM_OVERDUE: 2,
    Kind.MEETING_CONFIRM_OVERDUE: 2,
    Kind.MEETING_OUTSIDE: 2,
    Kind.MEETINGS_UNLED: 2,
    Kind.PLACE_REVIEW: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task. `reasons` are codes, `code` or `code:number`; `tried` counts calls nobody answered."""

    id: str
    key: str
    kind: str
    group: str
    member: str | None
    session: str | None
    owner_role: str
    reasons: tuple[str, ...]
    tried: int
    priority: int
    opened_at: datetime
    due_at: datetime
    state: str
    finished_at: datetime | None
    finished_by: str | None
    outcome: str | None


async def sync(tx: AsyncConnection, group_id: str, wanted: Sequence[Wanted], now: datetime) -> None:
    """Opens what is wanted and not there, opens again what was withdrawn and is wanted anew, and withdraws
    what is not wanted any more. What a person finished stays finished, except what a talk alone does not end
    (`COMES_BACK`). Doing it twice changes nothing."""
    keys = [one.key for one in wanted]
    rows = await tx.execute(select(task).where((task.c.group == group_id) & OPEN))
    open_now = {row.key: row for row in rows if row.kind in DERIVED}
    known = {}
    if missing := [key for key in keys if key not in open_now]:
        rows = await tx.execute(select(task).where(task.c.key.in_(missing)))
        known = {row.key: row for row in rows}
    for one in wanted:
        if one.key in open_now:
            await _adjust(tx, open_now.pop(one.key), one)
        elif one.key not in known:
            await _open(tx, one, now)
        elif _comes_back(known[one.key], one, now):
            await _open_again(tx, known[one.key], one)
    await _withdraw(tx, [row.id for row in open_now.values()], now)


async def _open(tx: AsyncConnection, one: Wanted, now: datetime) -> bool:
    row = {
        "id": fresh_id(),
        "key": one.key,
        "group": one.group,
        "member": one.member,
        "session": one.session,
        "kind": one.kind.value,
        "owner_role": one.owner_role.value,
        "reasons": {"codes": list(one.reasons)},
        "priority": PRIORITY.get(one.kind, 1),
        "opened_at": now,
        "due_at": one.due_at,
        "state": "open",
    }
    fresh = upsert.insert(tx, task).values(**row).on_conflict_do_nothing(index_elements=["key"])
    return (await tx.execute(fresh.returning(task.c.id))).first() is not None


async def _adjust(tx: AsyncConnection, row: Row[tuple[object, ...]], one: Wanted) -> None:
    """New numbers in the reasons, and a new time where the dates moved; a call that was tried keeps its."""
    codes = list(one.reasons)
    due_at = row.due_at if row.reasons.get("tried") else one.due_at
    if row.reasons["codes"] != codes or row.due_at != due_at:
        reasons = {**row.reasons, "codes": codes}
        await tx.execute(update(task).where(task.c.id == row.id).values(reasons=reasons, due_at=due_at))


def _comes_back(row: Row[tuple[object, ...]], one: Wanted, now: datetime) -> bool:
    if row.state == "withdrawn":
        return True
    after = COMES_BACK.get(one.kind)
    return after is not None and row.finished_at is not None and row.finished_at + after <= now


async def _open_again(tx: AsyncConnection, row: Row[tuple[object, ...]], one: Wanted) -> None:
    await tx.execute(
        update(task)
        .where(task.c.id == row.id, task.c.state == row.state)
        .values(
            state="open",
            finished_at=None,
            finished_by=None,
            outcome=None,
            due_at=one.due_at,
            reasons={"codes": list(one.reasons)},
        )
    )


async def _withdraw(tx: AsyncConnection, ids: Sequence[str], now: datetime) -> None:
    if ids:
        await tx.execute(
            update(task)
            .where(task.c.id.in_(ids), OPEN)
            .values(state="withdrawn", finished_at=now, outcome="settled")
        )


async def open_one(
    tx: AsyncConnection,
    keys: Keys,
    group_id: str,
    member_id: str | None,
    kind: str,
    reasons: Iterable[str],
    due_at: datetime,
    now: datetime,
    *,
    by: str,
    role: str,
    about: str = "",
    owner_role: str = "coordinator",
    session: str | None = None,
    once: bool = False,
) -> bool:
    """Opens a task somebody asks for, such as a member who wants to leave; False when one of this kind about
    the same is open already, or, with `once`, was ever opened."""
    await chain.hold(tx)
    await hold(tx, group_id)
    key = f"{kind}|{member_id or group_id}|{about}"
    if once and (await tx.execute(select(task.c.id).where(task.c.key == key))).first() is not None:
        return False
    key = key if once else f"{key}|{fresh_id()}"
    open_now = await tx.execute(
        select(task.c.id).where(
            task.c.group == group_id,
            OPEN,
            task.c.kind == kind,
            task.c.member == member_id if member_id else task.c.member.is_(None),
            task.c.session == session if session else task.c.session.is_(None),
        )
    )
    if open_now.first() is not None:
        return False
    row: dict[str, Any] = {
        "id": fresh_id(),
        "key": key,
        "group": group_id,
        "member": member_id,
        "session": session,
        "kind": kind,
        "owner_role": owner_role,
        "reasons": {"codes": sorted(reasons)},
        "priority": 2,
        "opened_at": now,
        "due_at": due_at,
        "state": "open",
    }
    await upsert.put_new(tx, task, [row])
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action=_act(kind, "task_opened"),
        object=f"{kind}:{member_id}",
        group=group_id,
        now=now,
    )
    return True


def _act(kind: str, action: str) -> str:
    """The name of an act in the history. What an answer led to has one that no coordinator is shown."""
    return f"answered_{action}" if kind in ANSWERED else action


class UnknownOutcome(ValueError):
    """Nobody can finish a task with this word."""


async def finish(
    tx: AsyncConnection,
    keys: Keys,
    task_id: str,
    by: str,
    role: str,
    outcome: str,
    now: datetime,
    tried: int | None = None,
) -> Task | None:
    """The task after somebody worked on it; None when it was not open (a double click). A call nobody
    answered stays open, due a day later, until the third. `tried` are the tries its reader was shown: when
    there are more by now, this one was counted already, and the answer is None. Raises UnknownOutcome."""
    if outcome not in TRIED | FINISHED:
        raise UnknownOutcome(outcome)
    await chain.hold(tx)
    found = await find(tx, task_id)
    if found is None or found.state != "open" or tried not in (None, found.tried):
        return None
    tries = found.tried + (outcome in TRIED)
    if outcome in TRIED and tries < TRIES:
        values: Mapping[str, Any] = {
            "reasons": {"codes": list(found.reasons), "tried": tries},
            "due_at": max(found.due_at, now + AGAIN_AFTER),
        }
    else:
        values = {"state": "done", "finished_at": now, "finished_by": by, "outcome": outcome}
    done = await tx.execute(update(task).where(task.c.id == task_id, OPEN).values(**values))
    if done.rowcount != 1:
        return None
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action=_act(found.kind, "task_worked_on"),
        object=f"task:{task_id}",
        reason=outcome,
        group=found.group,
        now=now,
    )
    return await find(tx, task_id)


async def find(tx: AsyncConnection, task_id: str) -> Task | None:
    """The task, None when there is none."""
    if not plausible(task_id):
        return None
    row = (await tx.execute(select(task).where(task.c.id == task_id))).first()
    return None if row is None else as_task(row)


async def of_groups(tx: AsyncConnection, groups: Sequence[str], now: datetime) -> list[Task]:
    """The open tasks of these groups, soonest due first."""
    rows = await tx.execute(
        select(task).where(task.c.group.in_(list(groups)), OPEN).order_by(task.c.due_at, task.c.id)
    )
    return [as_task(row) for row in rows]


async def of_role(tx: AsyncConnection, owner_role: str) -> list[Task]:
    """The open tasks of a role that belongs to no group, such as an administrator's."""
    rows = await tx.execute(
        select(task).where(task.c.owner_role == owner_role, OPEN).order_by(task.c.due_at, task.c.id)
    )
    return [as_task(row) for row in rows]


async def hold(tx: AsyncConnection, group_id: str) -> None:
    """Until the transaction ends, no other one changes the record of this group."""
    await tx.execute(select(group.c.id).where(group.c.id == group_id).with_for_update())


async def touch(tx: AsyncConnection, group_id: str) -> None:
    """Something happened in this group: its tasks and its plan are worked out anew at the next tick."""
    await tx.execute(update(group).where(group.c.id == group_id).values(tasks_at=None, planned_at=None))


async def longest_ago(tx: AsyncConnection, before: datetime, limit: int) -> list[str]:
    """The groups whose tasks were never worked out, or not since `before`: those first that wait longest.
    Groups that are over are looked at until they have no open task."""
    unfinished = select(task.c.id).where(task.c.group == group.c.id, OPEN).exists()
    rows = await tx.execute(
        select(group.c.id)
        .where(
            (group.c.state != "ended") | unfinished,
            group.c.tasks_at.is_(None) | (group.c.tasks_at < before),
        )
        .order_by(group.c.tasks_at.is_not(None), group.c.tasks_at, group.c.id)
        .limit(limit)
    )
    return list(rows.scalars())


async def looked_at(tx: AsyncConnection, group_id: str, now: datetime) -> None:
    """This group's turn is over, whatever came of it."""
    await tx.execute(update(group).where(group.c.id == group_id).values(tasks_at=now))


def as_task(row: Row[tuple[object, ...]]) -> Task:
    """The task of a row."""
    return Task(
        id=row.id,
        key=row.key,
        kind=row.kind,
        group=row.group,
        member=row.member,
        session=row.session,
        owner_role=row.owner_role,
        reasons=tuple(row.reasons.get("codes", ())),
        tried=int(row.reasons.get("tried", 0)),
        priority=row.priority,
        opened_at=row.opened_at,
        due_at=row.due_at,
        state=row.state,
        finished_at=row.finished_at,
        finished_by=row.finished_by,
        outcome=row.outcome,
    )
