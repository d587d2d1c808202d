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
    checks = await stored_checks(request)
    told = {
        "rooms": request.app[keys.REGISTRY].accepting,
        "live": await request.app[keys.LIVE].healthy(),
    }
    return web.json_response({**checks, **told}, status=200 if all(checks.values()) else 503)


async def stored_checks(request: web.Request) -> dict[str, bool]:
    """What readiness depends on."""
    checks = {"database": False, "schema": False, "scheduler": False}
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]()
    try:
        async with db.read() as tx:
            ticks = await store.ticks.last(tx)
        checks["database"] = True
        await store.schema.check(db)
        checks["schema"] = True
    except (SQLAlchemyError, OSError, store.schema.SchemaRefused):
        return checks
    last = ticks.get("clock")
    checks["scheduler"] = last is not None and now.wall - last < STALE
    return checks


def routes() -> list[web.RouteDef]:
    """Both probes."""
    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
