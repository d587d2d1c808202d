"""Where a personal link leads: the group, as each role needs it."""

from aiohttp import web

from server import signin
from server.pages import home_coordinator, home_facilitator, home_participant

PAGES = {
    "coordinator": home_coordinator.page,
    "facilitator": home_facilitator.page,
    "participant": home_participant.page,
}


async def home(request: web.Request) -> web.Response:
    """The start page of the person who is signed in at this place."""
    who = await signin.current(request)
    return await PAGES[who.role](request, who)


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/", home)]
