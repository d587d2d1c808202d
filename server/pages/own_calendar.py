"""All dates of a group on one page, to print and to download for a calendar."""

from aiohttp import web

from server import keys, render
from server.pages import own_dates, place


async def show(request: web.Request) -> web.Response:
    """The dates by the member's own clock."""
    who = await place.participant(request)
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
    dates = own_dates.arrange(here.sessions, here.series, here.zone, here.now)
    return render.page(
        request,
        "pages/participant/calendar.html",
        place=who.place,
        here="calendar",
        zone=here.zone,
        rows=dates.rows,
        hours=dates.hours,
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/calendar", show)]
