"""Deletes what is kept no longer: doorstep answers after 72 hours, dead links, old signals."""

import logging
from datetime import datetime

import store.doorstep
import store.links
import store.signals
from scheduler.observe import Metrics
from store.database import Database

log = logging.getLogger(__name__)


async def tick(db: Database, metrics: Metrics, now: datetime) -> None:
    """Deletes in one transaction and counts what went."""
    async with db.write() as tx:
        gone = {
            "doorstep": await store.doorstep.purge(tx, now),
            "links": await store.links.purge(tx, now),
            "signals": await store.signals.purge(tx, now),
        }
    for what, count in gone.items():
        metrics.deleted.labels(what).inc(count)
    if any(gone.values()):
        log.info("Old rows are deleted", extra={"action": "rows_deleted", **gone})
