"""Keeps the list of what staff have to do true: opens tasks whose time has come, withdraws those whose cause
is gone, and reminds facilitators of attendance that waits to be confirmed. Members are never written to here.

Whoever changes a record renews its tasks in the same transaction; this tick does what only time changes.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.outbox
from care import delivery
from care.delivery import MessageKind
from care.thresholds import Kind
from scheduler import observe
from store import duties, tasks
from store.database import Database
from store.groups import Member

log = logging.getLogger(__name__)

LOOKED_AT_EVERY = timedelta(minutes=5)
AT_ONCE = 50  # groups in one run, so that a thousand of them never make the clock late
REMIND_BEFORE = timedelta(hours=12)  # the facilitators' time to confirm is over
REMIND_UNTIL = timedelta(hours=12)  # after it; then it is a coordinator's task as well


async def tick(db: Database, now: datetime) -> None:
    """Works out the tasks of the groups that were looked at longest ago. A poisoned group stops no other."""
    async with db.read() as tx:
        due = await tasks.longest_ago(tx, now - LOOKED_AT_EVERY, AT_ONCE)
    for group in due:
        try:
            async with db.write() as tx:
                await duties.renew(tx, group, now)
                await remind(tx, group, now)
        except Exception as failure:
            log.error(
                "The tasks of a group could not be worked out",
                extra={"action": "tasks_failed", "group": group, **observe.told(failure)},
            )
            async with db.write() as tx:
                await tasks.looked_at(tx, group, now)


async def remind(tx: AsyncConnection, group: str, now: datetime) -> None:
    """One message to each facilitator for each session that waits to be confirmed since half a day."""
    waiting = [
        task
        for task in await tasks.of_groups(tx, [group], now)
        if task.kind == Kind.CONFIRM_ATTENDANCE and task.due_at - REMIND_BEFORE <= now
    ]
    if not waiting:
        return
    facilitators = [one for one in await store.groups.members(tx, group) if one.role == "facilitator"]
    for task in waiting:
        for member in facilitators:
            if task.session is not None and now < task.due_at + REMIND_UNTIL:
                await put(tx, member, task.session, task.due_at + REMIND_UNTIL, now)


async def put(tx: AsyncConnection, member: Member, session: str, expires_at: datetime, now: datetime) -> None:
    """Queues the reminder; its key makes a second one impossible."""
    await store.outbox.put(
        tx,
        delivery.key(MessageKind.CONFIRM_ATTENDANCE, member.id, session),
        MessageKind.CONFIRM_ATTENDANCE.value,
        member.person,
        {"member": member.id, "session": session},
        due_at=now,
        expires_at=expires_at,
        now=now,
    )
