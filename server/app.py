"""The server put together: keys, lifetimes, middleware, routes. Wiring only."""

import asyncio
from collections.abc import AsyncIterator, Callable
from gettext import NullTranslations

from aiohttp import web

import store.questionnaires
from server import clock, keys, middleware, render
from server.media.build import build_engine
from server.media.messages import Engine
from server.observe import METRICS, Metrics
from server.pages import crisis
from server.rooms import absent, upkeep
from server.rooms.moment import Now
from server.rooms.registry import LEASE_S, Registry
from server.rooms.words import Translate
from server.routes import routes
from server.settings import ServerSettings
from server.staff.passwords import PASSWORDS, Passwords
from store.database import Database
from store.live import Live
from store.questionnaires import Library
from store.sealing import Keys
from store.settings import StoreSettings

FORM_BYTES = 256 * 1024


def build_app(
    settings: ServerSettings,
    store_settings: StoreSettings,
    db: Database,
    secrets: Keys,
    live: Live,
    engine: Callable[[Registry], Engine] | None = None,
    now: Callable[[], Now] = clock.read,
    questionnaires: Library = store.questionnaires.EMPTY,
) -> web.Application:
    """The application. It starts and stops its media engine and rooms by itself; database and live store stay
    the caller's.
    """
    app = web.Application(
        client_max_size=FORM_BYTES,
        middlewares=[middleware.identify, middleware.answer_errors, middleware.guard_changes],
    )
    app[keys.SETTINGS] = settings
    app[keys.STORE_SETTINGS] = store_settings
    app[keys.DATABASE] = db
    app[keys.KEYS] = secrets
    app[keys.LIVE] = live
    app[keys.QUESTIONNAIRES] = questionnaires
    app[keys.CLOCK] = now
    app[METRICS] = Metrics()
    app[PASSWORDS] = Passwords()
    render.setup(app, demo=settings.mode == "demo", country=settings.crisis_country)
    app[keys.REGISTRY] = registry = Registry(
        db=db,
        keys=secrets,
        live=live,
        metrics=app[METRICS],
        clock=now,
        node=settings.node_name,
        translate=translator(app),
    )
    registry.use(engine(registry) if engine else build_engine(settings.media_options(), registry.on_event))
    app.on_response_prepare.append(middleware.headers_for(settings))
    app.add_routes(routes(demo_mode=settings.mode == "demo"))
    app.cleanup_ctx.append(run_rooms)
    # Sockets must be told before the runner waits for their handlers to end.
    app.on_shutdown.append(say_restart)
    return app


def translator(app: web.Application) -> Translate:
    """Sentences in the languages of the pages; one that has no translation stays as it is."""

    def translate(language: str, sentence: str) -> str:
        catalogue = app[render.RENDERER].environment(language).globals["translations"]
        return str(catalogue.gettext(sentence)) if isinstance(catalogue, NullTranslations) else sentence

    return translate


async def run_rooms(app: web.Application) -> AsyncIterator[None]:
    """Media engine, restored rooms and their upkeep, from start to stop."""
    registry = app[keys.REGISTRY]
    signals, present = upkeep.Signals(registry), upkeep.Present(registry)
    missing = absent.Absent(registry)
    await registry.engine.start()
    await registry.restore()
    stop = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as work:
            work.create_task(registry.keeper.run())
            work.create_task(upkeep.every(stop, upkeep.BEAT_S, "beat", lambda: upkeep.beat(registry)))
            work.create_task(upkeep.every(stop, upkeep.BURY_S, "bury", lambda: upkeep.bury(registry)))
            work.create_task(upkeep.every(stop, LEASE_S / 3, "leases", lambda: upkeep.leases(registry)))
            work.create_task(upkeep.every(stop, upkeep.KEEP_S, "keep", present.keep))
            work.create_task(upkeep.every(stop, upkeep.SIGNALS_S, "signals", signals.poll))
            work.create_task(upkeep.every(stop, absent.LOOK_S, "absent", missing.look))
            work.create_task(upkeep.every(stop, crisis.REFRESH_S, "crisis", lambda: crisis.refresh(app)))
            yield
            await registry.stop()
            stop.set()
            registry.keeper.stop()
    finally:
        await registry.engine.stop()


async def say_restart(app: web.Application) -> None:
    """Every client learns that the server restarts and comes back by itself."""
    app[keys.REGISTRY].say_restart()
