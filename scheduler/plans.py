"""Keeps every group's check-ins and reminders as its dates, people and meetings ask for.

Whoever changes these plans anew in the same transaction; this tick does what only time changes, and finds
what anybody forgot.
"""

import logging
from datetime import datetime, timedelta

import store.checkins
import store.plan
from scheduler import observe
from store.database import Database

log = logging.getLogger(__name__)

LOOKED_AT_EVERY = timedelta(minutes=5)
AT_ONCE = 50  # groups in one run, so that a thousand of them never make the clock late


async def tick(db: Database, now: datetime) -> None:
    """Plans the groups that were looked at longest ago, those first where something happened. A poisoned
    group stops no other."""
    async with db.read() as tx:
        due = await store.plan.longest_ago(tx, now - LOOKED_AT_EVERY, AT_ONCE)
    for group in due:
        try:
            async with db.read() as tx:
                settled = await store.plan.settled(tx, group, now)
            async with db.write() as tx:
                await (store.plan.looked_at if settled else store.plan.reconcile)(tx, group, now)
        except Exception as failure:
            log.error(
                "A group could not be planned",
                extra={"action": "plan_failed", "group": group, **observe.told(failure)},
            )
            async with db.write() as tx:
                await store.plan.looked_at(tx, group, now)


async def advance(db: Database, now: datetime) -> None:
    """Opens and ends the windows of check-ins, and notes which invitations went out."""
    async with db.write() as tx:
        await store.checkins.advance(tx, now)
