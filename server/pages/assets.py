"""Scripts, styles and pictures of the pages."""

from aiohttp import web

from server.assets import TYPES
from server.render import RENDERER


async def asset(request: web.Request) -> web.StreamResponse:
    """One static file; kept for a year when asked for by its current version, else always asked again."""
    assets = request.app[RENDERER].assets
    path = assets.files.get(request.match_info["name"])
    if path is None:
        raise web.HTTPNotFound
    current = request.match_info["version"] == assets.version
    keep = "public, max-age=31536000, immutable" if current else "no-cache"
    return web.FileResponse(
        path,
        headers={
            "Cache-Control": keep,
            "Content-Type": TYPES[path.suffix],
            "X-Content-Type-Options": "nosniff",
        },
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/static/{version}/{name:.+}", asset)]
