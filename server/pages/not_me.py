"""“This was not me”: one press ends every link and sign-in of a member and tells the staff."""

from aiohttp import web

import store.links
import store.not_me
from server import keys, render, signin
from server.pages import forms, place

SHOWN = 8
OPENED = ("bound", "opened", "other_device")


async def show(request: web.Request) -> web.Response:
    """When and on what the links were opened, and the button."""
    who = await place.participant(request)
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        events = await store.links.history(tx, who.member)
    return render.page(
        request,
        "pages/participant/not_me.html",
        place=who.place,
        here="not-me",
        csrf=signin.csrf_value(request, who),
        zone=here.zone,
        events=[one for one in events if one.kind in OPENED][:SHOWN],
    )


async def close(request: web.Request) -> web.Response:
    """Ends everything, this sign-in too; to a page that knows nobody."""
    who = await place.participant(request)
    async with request.app[keys.DATABASE].write() as tx:
        await store.not_me.report(tx, request.app[keys.KEYS], who.member, place.now(request))
    return forms.see(f"/s/{who.place}/not-me/done")


async def done(request: web.Request) -> web.Response:
    """What was done, without a sign-in."""
    return render.page(request, "pages/participant/closed.html")


def routes() -> list[web.RouteDef]:
    """The question, the press, and the page after it."""
    address = "/s/{place}/not-me"
    return [web.get(address, show), web.post(address, close), web.get(f"{address}/done", done)]
