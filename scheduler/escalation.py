"""The clock of concerns: whoever has not answered in time is followed by the next person, round and round,
until somebody has it. It goes on while the wall clock is in doubt, and knows no quiet hours, no daily cap and
no "too late"."""

import logging
from datetime import datetime

import store.concerns
import store.ticks
from scheduler import observe
from store import concern_acts
from store.database import Database
from store.sealing import Keys

log = logging.getLogger(__name__)

BEAT = "escalation"  # the row that the question about thoughts of death depends on


async def tick(db: Database, keys: Keys, now: datetime) -> None:
    """Takes every step that is due, each in a transaction of its own: a poisoned concern stops no other. Its
    beat says that this went through; without it the question is not asked."""
    async with db.read() as tx:
        due = [one.id for one in await store.concerns.due(tx, now)]
    failed = 0
    for concern in due:
        try:
            await step(db, keys, concern, now)
        except Exception as failure:
            failed += 1
            log.error(
                "A concern could not be called out",
                extra={"action": "escalation_failed", "concern": concern, **observe.told(failure)},
            )
    if not failed:
        async with db.write() as tx:
            await store.ticks.beat(tx, BEAT, now)


async def step(db: Database, keys: Keys, concern: str, now: datetime) -> bool:
    """One step of one concern, if it is still due; False when somebody was faster."""
    async with db.write() as tx:
        found = await store.concerns.take_due(tx, concern, now)
        if found is None:
            return False
        await concern_acts.hop(tx, keys, found, now)
    log.info("The next person was told", extra={"action": "escalated", "concern": concern})
    return True
