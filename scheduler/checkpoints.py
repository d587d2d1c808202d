"""Once a day where the audit stands is written into a file and into the log, to be kept off the machine."""

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

import store.audit
import store.checkpoints
from store.database import Database

log = logging.getLogger(__name__)

DAILY = timedelta(days=1)


async def tick(db: Database, path: Path, now: datetime) -> None:
    """Adds a checkpoint when the newest one is a day old and the audit has grown since. Raises Unreadable
    for a damaged file: a person must look at it."""
    known = await asyncio.to_thread(store.checkpoints.read, path)
    if known and known[-1].at > now - DAILY:
        return
    async with db.read() as tx:
        last = await store.audit.checkpoint(tx, now)
    if last is None or not await asyncio.to_thread(store.checkpoints.add, path, last):
        return
    log.info(
        "A checkpoint of the audit",
        extra={"action": "audit_checkpoint", "seq": last.seq, "seal": last.seal.hex()},
    )
