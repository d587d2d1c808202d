"""The bare address: says what this is, reveals nothing."""

from aiohttp import web

from server import render


async def front(request: web.Request) -> web.Response:
    """A page for people who typed the address without a link."""
    return render.page(request, "pages/front.html")


def routes() -> list[web.RouteDef]:
    return [web.get("/", front)]
