"""Dates for a member's own calendar: a file to download, and, where the member asked for it, a secret address
that a calendar reads by itself."""

from datetime import timedelta

from aiohttp import web

import store.calendar_feeds
import store.occasions
from care.roles import Action, Role, may
from server import keys, render, signin
from server.pages import forms, place
from store import calendar
from store.calendar import Wording
from store.occasions import Occasion
from store.signins import SignIn

PAST = timedelta(days=400)  # a calendar that is read again and again keeps about a year
PAGE = "pages/participant/calendar_feed.html"
CONTENT = "text/calendar"


async def download(request: web.Request) -> web.Response:
    """Every date of the group as a file, cancelled ones marked as such."""
    who = await signin.current(request)
    if not (may(who.role, Action.OWN_PLACE, who.purpose) or who.role == Role.FACILITATOR):
        raise web.HTTPNotFound
    async with request.app[keys.DATABASE].read() as tx:
        found = await store.occasions.of_group(tx, who.group)
    return _file(request, found, url=f"{_site(request)}/")


async def feed(request: web.Request) -> web.Response:
    """The times behind a secret address, and nothing else. Raises HTTPNotFound for any other address."""
    now = place.now(request)
    async with request.app[keys.DATABASE].read() as tx:
        known = await store.calendar_feeds.by_token(tx, request.match_info["token"])
        if known is None:
            raise web.HTTPNotFound
        found = await store.occasions.of_group(tx, known.group)
    if store.calendar_feeds.due_to_note(known, now):
        async with request.app[keys.DATABASE].write() as tx:
            await store.calendar_feeds.noted(tx, known.id, now)
    return _file(request, [each for each in found if each.ends_at > now - PAST], url="")


async def show(request: web.Request) -> web.Response:
    """Whether there is such an address, and what it means to have one."""
    return await _page(request, await place.participant(request), address="")


async def turn_on(request: web.Request) -> web.Response:
    """A new address, shown this once: it is kept as a hash only, so no page can show it again and none is
    redirected to."""
    who = await place.participant(request)
    async with request.app[keys.DATABASE].write() as tx:
        token = await store.calendar_feeds.turn_on(tx, request.app[keys.KEYS], who.member, place.now(request))
    return await _page(request, who, address=f"{_site(request)}/f/{token}.ics")


async def turn_off(request: web.Request) -> web.Response:
    """Ends the address."""
    who = await place.participant(request)
    async with request.app[keys.DATABASE].write() as tx:
        await store.calendar_feeds.turn_off(tx, request.app[keys.KEYS], who.member, place.now(request))
    return forms.see(f"/s/{who.place}/calendar/feed")


async def _page(request: web.Request, who: SignIn, address: str) -> web.Response:
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        known = await store.calendar_feeds.of_member(tx, who.member)
    return render.page(
        request,
        PAGE,
        place=who.place,
        here="calendar",
        csrf=signin.csrf_value(request, who),
        zone=here.zone,
        feed=known,
        address=address,
    )


def _file(request: web.Request, found: list[Occasion], url: str) -> web.Response:
    wording = Wording(summary=render.words(request).gettext("Appointment"), url=url)
    text = calendar.published(
        [each.entry for each in found], wording, f"{_site(request)}/", place.now(request)
    )
    return web.Response(
        body=text,
        content_type=CONTENT,
        charset="utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="appointments.ics"',
            "Cache-Control": "private, no-store",
        },
    )


def _site(request: web.Request) -> str:
    return request.app[keys.SETTINGS].site.rstrip("/")


def routes() -> list[web.RouteDef]:
    """The file, the address a calendar reads, and the page to turn that on and off."""
    switch = "/s/{place}/calendar/feed"
    return [
        web.get("/s/{place}/calendar.ics", download),
        web.get("/f/{token}.ics", feed),
        web.get(switch, show),
        web.post(switch, turn_on),
        web.post(f"{switch}/off", turn_off),
    ]
