"""Is this process alive, and should people be sent to it?"""

from datetime import timedelta

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

import store.schema
import store.ticks
from server import keys

STALE = timedelta(seconds=60)
"A scheduler that has not ticked for this long is not running."


async def healthz(_request: web.Request) -> web.Response:
    """200 while the loop turns."""
    return web.json_response({"alive": True})


async def readyz(request: web.Request) -> web.Response:
    """200 when the database answers with our schema and the scheduler ticks; otherwise 503 and which is
    missing. Whether new rooms are taken and Redis answers is told, too: without them the running rooms go
    on.
    """
    checks, ticks = await stored_checks(request)
    told = {
        "rooms": request.app[keys.REGISTRY].accepting,
        "live": await request.app[keys.LIVE].healthy(),
        "mail": ticks.get("mail", False),
        "escalation": ticks.get("escalation", False),
        "retention_policy": request.app[keys.STORE_SETTINGS].keep_years is not None,
        "clock_steady": not ticks.get("clock_leapt", False),
    }
    return web.json_response({**checks, **told}, status=200 if all(checks.values()) else 503)


async def stored_checks(request: web.Request) -> tuple[dict[str, bool], dict[str, bool]]:
    """What readiness depends on, and which of the scheduler's ticks are fresh."""
    checks = {"database": False, "schema": False, "scheduler": False}
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]()
    try:
        async with db.read() as tx:
            ticks = await store.ticks.last(tx)
        checks["database"] = True
        await store.schema.check(db)
        checks["schema"] = True
    except (SQLAlchemyError, OSError, store.schema.SchemaRefused):
        return checks, {}
    fresh = {name: now.wall - at < STALE for name, at in ticks.items()}
    checks["scheduler"] = fresh.get("clock", False)
    return checks, fresh


def routes() -> list[web.RouteDef]:
    """Both probes."""
    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
