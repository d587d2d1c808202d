"""Personal links and typed codes for sign-ins: the two forms behind `/j` and `/j/code`."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from server import signin
from server.pages import link

LONGEST = 128


async def post_link(request: web.Request) -> web.StreamResponse:
    """The press of the button on the link page. Nothing is consumed by looking at that page."""
    return await exchange(request, "token", signin.redeem_link)


async def post_code(request: web.Request) -> web.StreamResponse:
    """A typed ten-minute code, for browsers without scripts."""
    return await exchange(request, "code", signin.redeem_code)


async def exchange(
    request: web.Request,
    field: str,
    redeem: Callable[[web.Request, str], Awaitable[web.StreamResponse | str]],
) -> web.StreamResponse:
    """The way into the place, or a page that says why not. Unknown, expired and revoked look the same."""
    given = (await request.post()).get(field, "")
    text = given if isinstance(given, str) and 0 < len(given) <= LONGEST else ""
    answer = await redeem(request, text)
    return link.refused(request, answer) if isinstance(answer, str) else answer


def routes() -> list[web.RouteDef]:
    """Both forms."""
    return [web.post("/j", post_link), web.post("/j/code", post_code)]
