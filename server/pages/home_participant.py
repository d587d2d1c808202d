"""A participant's start page: my group."""

from aiohttp import web

from care.roles import Action, may
from server import keys, render
from server.pages import course
from store.signins import SignIn


async def page(request: web.Request, who: SignIn) -> web.Response:
    """The page as it stands now."""
    async with request.app[keys.DATABASE].read() as tx:
        found = await course.load(request, tx, who)
    return render.page(
        request,
        "pages/home/participant.html",
        place=who.place,
        name=found.name,
        group_title=found.group.title,
        sessions=found.sessions,
        zone=found.group.zone,
        can_enter=may(who.role, Action.ENTER_ROOM, who.purpose),
    )
