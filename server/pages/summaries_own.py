"""The summaries of a group: a member reads what they got, a facilitator sees which are written."""

from aiohttp import web

import store.group_summaries
import store.summary_copies
from care.roles import Action, may
from server import keys, render, signin
from server.pages import place, summaries
from store.signins import SignIn


async def show(request: web.Request) -> web.Response:
    """The page this role needs. Raises HTTPNotFound for everybody else."""
    who = await signin.current(request)
    if may(who.role, Action.WRITE_SUMMARY, who.purpose):
        return await _listed(request, who)
    if may(who.role, Action.OWN_PLACE, who.purpose):
        return await _read(request, who)
    raise web.HTTPNotFound


async def _read(request: web.Request, who: SignIn) -> web.Response:
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        copies = await store.summary_copies.access_own(tx, request.app[keys.KEYS], who.member)
        promised = (await place.terms(tx, who.group, here.now)).summaries
    if not copies and not promised:
        raise web.HTTPNotFound
    sessions = {one.id: one for one in here.sessions}
    return render.page(
        request,
        "pages/participant/summaries.html",
        place=who.place,
        here="summaries",
        zone=here.zone,
        copies=[(sessions[one.session], one) for one in copies if one.session in sessions],
    )


async def _listed(request: web.Request, who: SignIn) -> web.Response:
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        written = await store.group_summaries.access_of_group(
            tx, request.app[keys.KEYS], who.group, who.member
        )
        if not (await place.terms(tx, who.group, here.now)).summaries:
            raise web.HTTPNotFound
    return render.page(
        request,
        "pages/facilitator/summaries.html",
        place=who.place,
        here="summaries",
        desk_path=await place.desk_path(request, who),
        zone=here.zone,
        rows=[
            (one, written.get(one.id)) for one in reversed(here.sessions) if summaries.summarised(one, here)
        ],
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/summaries", show)]
