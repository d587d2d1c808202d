"""A coordinator's start page of one group: where it stands, then the grid."""

from aiohttp import web

import store.decided
import store.link_states
import store.setup
from care.phases import phase_of
from server import keys, render
from server.pages import course, dates_shown, first_links, forms, grid, office
from server.pages.prompts import phase_words
from store.signins import SignIn

TEMPLATE = "pages/coordinator/home.html"


async def end(request: web.Request) -> web.Response:
    """Closes the group; one that still has sessions stays as it is."""
    at = await office.current(request)
    now = request.app[keys.CLOCK]().wall
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.setup.end(tx, request.app[keys.KEYS], at.group.id, at.who.member, now)
    except store.setup.StillRunning:
        raise web.HTTPConflict from None
    return forms.see(at.address())


def routes() -> list[web.RouteDef]:
    return [web.post("/s/{place}/end", end)]


async def page(request: web.Request, who: SignIn) -> web.Response:
    """The page as it stands now."""
    at = await office.of(request, who)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].read() as tx:
        found = await course.load(request, tx, who)
        parts = await grid.phases(tx, at)
        shown = await grid.load(request, tx, at, parts)
        waiting = await store.decided.undecided(tx, at.group.id)
        links = await store.link_states.of_group(tx, at.group.id)
    sessions = found.sessions
    following = sessions.next
    over = all(one.state in course.OVER for one in (*sessions.upcoming, *sessions.past))
    return render.page(
        request,
        TEMPLATE,
        office=at,
        here="group",
        sessions=sessions,
        past=[one for one in sessions.past if one.state != "cancelled" or one.starts_at <= now],
        grid=shown,
        can_end=over and not waiting and bool(sessions.past) and at.group.state != "ended",
        without_link=len(first_links.without(links)) if following else 0,
        nobody_told=bool(links) and len(first_links.without(links)) == len(links),
        now=now,
        ended=at.group.state == "ended",
        phase=phase_words(render.words(request), phase_of(parts, following.ordinal)) if following else "",
        last=dates_shown.last_day(sessions, at.group.zone, render.language(request)),
    )
