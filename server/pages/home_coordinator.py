"""A coordinator's start page of one group: where it stands, then the grid."""

from aiohttp import web

from care.phases import phase_of
from server import keys, render
from server.pages import course, dates_shown, grid, office
from server.pages.prompts import phase_words
from store.signins import SignIn

TEMPLATE = "pages/coordinator/home.html"


async def page(request: web.Request, who: SignIn) -> web.Response:
    """The page as it stands now."""
    at = await office.of(request, who)
    async with request.app[keys.DATABASE].read() as tx:
        found = await course.load(request, tx, who)
        parts = await grid.phases(tx, at)
        shown = await grid.load(request, tx, at, parts)
    sessions = found.sessions
    following = sessions.next
    return render.page(
        request,
        TEMPLATE,
        office=at,
        here="group",
        sessions=sessions,
        grid=shown,
        phase=phase_words(render.words(request), phase_of(parts, following.ordinal)) if following else "",
        last=dates_shown.last_day(sessions, at.group.zone, render.language(request)),
    )
