"""A member's three individual meetings: choose a time, choose another, call it off, by one's own clock."""

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.booking
import store.individual
from care.meeting_states import Booking
from server import keys, render, signin
from server.pages import forms, meeting_words, meetings_shown, place
from server.pages.forms import Form
from server.pages.place import Place
from store.groups import Member
from store.signins import SignIn

TEMPLATE = "pages/participant/meetings.html"
SAID = ("booked", "moved", "cancelled")


async def show(request: web.Request) -> web.Response:
    """The three meetings as they stand now."""
    return await _page(request, await place.participant(request), Form())


async def book(request: web.Request) -> web.Response:
    """Takes one of the offered times."""
    who = await place.participant(request)
    form = await forms.read(request)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            own = await meetings_shown.me(tx, who.member)
            await store.booking.book(
                tx, request.app[keys.KEYS], own, form.get("slot"), own, place.now(request)
            )
    except store.booking.Refused as refused:
        return await _refused(request, who, form, refused.code)
    return forms.see(f"/s/{who.place}/meetings?said=booked")


async def move(request: web.Request) -> web.Response:
    """Exchanges the time of a booked meeting."""
    who = await place.participant(request)
    form = await forms.read(request)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            own, booking = await _own(request, tx, who)
            await store.booking.reschedule(
                tx, request.app[keys.KEYS], booking, form.get("slot"), own, place.now(request)
            )
    except store.booking.Refused as refused:
        return await _refused(request, who, form, refused.code)
    return forms.see(f"/s/{who.place}/meetings?said=moved")


async def cancel(request: web.Request) -> web.Response:
    """Calls a booked meeting off; its time is free again."""
    who = await place.participant(request)
    form = await forms.read(request)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            own, booking = await _own(request, tx, who)
            await store.booking.cancel(tx, request.app[keys.KEYS], booking, own, "member", place.now(request))
    except store.booking.Refused as refused:
        return await _refused(request, who, form, refused.code)
    return forms.see(f"/s/{who.place}/meetings?said=cancelled")


async def _own(request: web.Request, tx: AsyncConnection, who: SignIn) -> tuple[Member, Booking]:
    """The member and their own meeting in the address. Raises HTTPNotFound."""
    own = await meetings_shown.me(tx, who.member)
    booking = await store.individual.find(tx, request.match_info["meeting"])
    if booking is None or booking.member != who.member:
        raise web.HTTPNotFound
    return own, booking


async def _refused(request: web.Request, who: SignIn, form: Form, code: str) -> web.Response:
    form.refuse("", meeting_words.refused_words(render.words(request), code))
    return await _page(request, who, form)


async def _page(request: web.Request, who: SignIn, form: Form) -> web.Response:
    async with request.app[keys.DATABASE].read() as tx:
        here: Place = await place.load(request, tx, who)
        own = await meetings_shown.me(tx, who.member)
        topics = await meetings_shown.topics(request, tx, own, here.now, times=True)
    said = request.query.get("said", "")
    return forms.again(
        request,
        TEMPLATE,
        form,
        place=who.place,
        here="meetings",
        csrf=signin.csrf_value(request, who),
        zone=here.zone,
        now=here.now,
        topics=topics,
        by_day=meetings_shown.by_day,
        said=said if said in SAID and not form.errors else "",
    )


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/meetings"
    return [
        web.get(address, show),
        web.post(f"{address}/book", book),
        web.post(f"{address}/{{meeting}}/move", move),
        web.post(f"{address}/{{meeting}}/cancel", cancel),
    ]
