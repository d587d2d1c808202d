"""Thinking of a pause or of leaving: a talk first, a goodbye, and a task for the staff. Nothing changes by
itself."""

from datetime import timedelta

from aiohttp import web

import store.tasks
from care.thresholds import Kind
from server import keys, render, signin
from server.pages import forms, place
from server.pages.forms import Form

WISHES = {
    "talk": Kind.WANTS_TO_LEAVE,
    "pause": Kind.WANTS_A_PAUSE,
    "farewell": Kind.WANTS_TO_LEAVE,
    "no_farewell": Kind.WANTS_TO_LEAVE,
}
WITHIN = timedelta(days=1)


async def show(request: web.Request) -> web.Response:
    """The question, or the thanks after it."""
    return await _page(request, Form())


async def ask(request: web.Request) -> web.Response:
    """Opens a task for the staff; asking again while it is open changes nothing."""
    who = await place.participant(request)
    form = await forms.read(request)
    wish = form.one_of("wish", WISHES, render.words(request).gettext("Please choose what you would like."))
    if form.errors:
        return await _page(request, form)
    now = place.now(request)
    async with request.app[keys.DATABASE].write() as tx:
        await store.tasks.open_one(
            tx,
            request.app[keys.KEYS],
            who.group,
            who.member,
            WISHES[wish].value,
            [f"wish_{wish}"],
            now + WITHIN,
            now,
            by=who.member,
            role=who.role,
        )
    return forms.see(f"/s/{who.place}/leave")


async def _page(request: web.Request, form: Form) -> web.Response:
    who = await place.participant(request)
    async with request.app[keys.DATABASE].read() as tx:
        open_now = await store.tasks.of_groups(tx, [who.group], place.now(request))
        terms = await place.terms(tx, who.group, place.now(request))
    _ = render.words(request).gettext
    kinds = {kind.value for kind in WISHES.values()}
    return forms.again(
        request,
        "pages/participant/leave.html",
        form,
        place=who.place,
        here="leave",
        csrf=signin.csrf_value(request, who),
        asked=any(one.member == who.member and one.kind in kinds for one in open_now),
        days=terms.reply_time,
        wishes=[
            ("talk", _("I would like to talk with a facilitator first")),
            ("pause", _("I need a pause"), _("After a loss, an illness, a birth: your place is kept.")),
            ("farewell", _("I have decided, and I would like to come once more to say goodbye")),
            ("no_farewell", _("I have decided, and I would rather not come again")),
        ],
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/leave", show), web.post("/s/{place}/leave", ask)]
