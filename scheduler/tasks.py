"""Keeps the list of what staff have to do true: opens tasks whose time has come, withdraws those whose cause
is gone. Members are never written to here.

Whoever changes a record renews its tasks in the same transaction; this tick does what only time changes.
"""

import logging
from datetime import datetime, timedelta

from scheduler import observe
from store import duties, tasks
from store.database import Database

log = logging.getLogger(__name__)

LOOKED_AT_EVERY = timedelta(minutes=5)
AT_ONCE = 50  # groups in one run, so that a thousand of them never make the clock late


async def tick(db: Database, now: datetime) -> None:
    """Works out the tasks of the groups that were looked at longest ago. A poisoned group stops no other."""
    async with db.read() as tx:
        due = await tasks.longest_ago(tx, now - LOOKED_AT_EVERY, AT_ONCE)
    for group in due:
        try:
            async with db.write() as tx:
                await duties.renew(tx, group, now)
        except Exception as failure:
            log.error(
                "The tasks of a group could not be worked out",
                extra={"action": "tasks_failed", "group": group, **observe.told(failure)},
            )
            async with db.write() as tx:
                await tasks.looked_at(tx, group, now)
