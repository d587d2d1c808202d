"""The scheduler process: takes its role, then lets the ticks run until told to end."""

import logging

import scheduler.main
import store.roles
import store.schema
from care import zones
from command import ending, logs
from scheduler.settings import SchedulerSettings
from store.database import Database
from store.settings import StoreSettings

log = logging.getLogger(__name__)


async def run(settings: SchedulerSettings, store_settings: StoreSettings, *, with_parent: bool) -> None:
    """Ticks until told to end. Raises what store.roles and store.schema raise when it may not run."""
    zones.pin()
    # In a demo the terminal is for the links.
    logs.write(quiet=settings.mode == "demo")
    if store_settings.keep_years is None and settings.mode != "demo":
        log.warning(
            "Nobody has said how long records are kept: set IPT_KEEP_YEARS",
            extra={"action": "retention_policy_missing"},
        )
    stop = ending.stop_event(with_parent=with_parent)
    with store.roles.hold(store_settings, "scheduler"):
        db = await Database.open(store_settings)
        try:
            await store.schema.check(db)
        finally:
            await db.close()
        await scheduler.main.run(settings, store_settings, stop)
