"""The server process: opens the state, builds the application, listens, and ends in order when told to."""

import asyncio
from datetime import UTC, datetime

from aiohttp import web

import store.live
import store.questionnaires
import store.roles
import store.schema
import store.sealing
from care import zones
from command import ending, listening, logs
from server import observe
from server.app import build_app
from server.settings import ServerSettings
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings

CLOSE_S = 5.0


async def run(settings: ServerSettings, store_settings: StoreSettings, *, with_parent: bool) -> None:
    """Serves until told to end. Raises what store.roles and store.schema raise when it may not run."""
    zones.pin()
    # In a demo the terminal is for the links.
    logs.write(quiet=settings.mode == "demo")
    stop = ending.stop_event(with_parent=with_parent)
    with store.roles.hold(store_settings, "server"):
        db = await Database.open(store_settings)
        try:
            await store.schema.check(db)
            keys = Keys.load(store_settings)
            library = store.questionnaires.read(store_settings)
            async with db.write() as tx:
                await store.sealing.confirm(tx, keys)
                await store.questionnaires.pin(tx, library, datetime.now(UTC))
            live = store.live.build_live(store_settings)
            try:
                await _listen(
                    settings,
                    build_app(settings, store_settings, db, keys, live, questionnaires=library),
                    stop,
                )
            finally:
                await live.close()
        finally:
            await db.close()


async def _listen(settings: ServerSettings, app: web.Application, stop: asyncio.Event) -> None:
    tls = listening.certificate(settings)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=CLOSE_S)
    watching = web.AppRunner(observe.build_metrics_app(app), access_log=None)
    try:
        await listening.prepare(runner)
        await listening.listen(runner, settings.bind, tls)
        if settings.metrics_bind is not None:
            await listening.prepare(watching)
            await listening.listen(watching, settings.metrics_bind)
        await stop.wait()
    finally:
        await watching.cleanup()
        await runner.cleanup()
