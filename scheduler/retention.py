"""Deletes what is kept no longer, in small steps, so that nobody waits long for the database."""

import logging
from collections import Counter
from datetime import datetime

import store.retention
from scheduler.observe import Metrics
from store.database import Database

log = logging.getLogger(__name__)

STEPS = 25  # of at most 2000 rows a rule; the next tick goes on


async def tick(db: Database, metrics: Metrics, now: datetime) -> None:
    """Deletes what the rules of `store.retention` say is over, and counts what went."""
    gone: Counter[str] = Counter()
    for _ in range(STEPS):
        async with db.write() as tx:
            step = await store.retention.purge(tx, now)
        gone.update(step)
        if not any(step.values()):
            break
    for what, count in gone.items():
        metrics.deleted.labels(what).inc(count)
    if any(gone.values()):
        log.info("Old rows are deleted", extra={"action": "rows_deleted", "rows": dict(gone)})
