"""“I can’t come”, in two presses: a notice for one session, thanks, and a way to take it back."""

from gettext import NullTranslations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.absence
import store.promised
import store.standing
from care import absence
from care.absence import Absence, Category, Notice
from server import keys, render, signin
from server.pages import forms, place
from server.pages.forms import Form
from server.pages.place import Place
from store.groups import Session

TEMPLATE = "pages/participant/away.html"


async def show(request: web.Request) -> web.Response:
    """The question, or the thanks for an answer given."""
    return await _page(request, Form())


async def tell(request: web.Request) -> web.Response:
    """Stores the notice. Once the session has begun the page says so instead."""
    who = await place.participant(request)
    form = await forms.read(request)
    category = form.get("category") or Category.UNSAID.value
    _check(render.words(request), form, category)
    if form.errors:
        return await _page(request, form)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.absence.give(
                tx,
                request.app[keys.KEYS],
                who.member,
                request.match_info["session"],
                category,
                form.get("text"),
                who.member,
                place.now(request),
            )
    except store.absence.TooLate:
        return await _page(request, form)
    except LookupError:
        raise web.HTTPNotFound from None
    return forms.see(_address(request))


async def take_back(request: web.Request) -> web.Response:
    """Takes the notice back; to the start page, where the session stands open again."""
    who = await place.participant(request)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.absence.withdraw(
                tx,
                request.app[keys.KEYS],
                who.member,
                request.match_info["session"],
                who.member,
                place.now(request),
            )
    except store.absence.TooLate:
        return forms.see(_address(request))
    except LookupError:
        raise web.HTTPNotFound from None
    return forms.see(f"/s/{who.place}/")


def _check(translations: NullTranslations, form: Form, category: str) -> None:
    _ = translations.gettext
    if category not in set(Category):
        form.refuse("category", _("Please choose one of these, or none."))
    if len(form.get("text")) > store.absence.LONGEST:
        form.refuse("text", _("That is too long; a few sentences are enough."))


async def _page(request: web.Request, form: Form) -> web.Response:
    who = await place.participant(request)
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        session = here.session(request.match_info["session"])
        given = (await store.absence.of_member(tx, who.member)).get(session.id)
        promised = await store.promised.of_group(tx, who.group, here.now)
        left = await _room_left(tx, here) if given and promised.offered else None
    words = render.words(request)
    return forms.again(
        request,
        TEMPLATE,
        form,
        place=who.place,
        here="away",
        csrf=signin.csrf_value(request, who),
        session=session,
        zone=here.zone,
        given=given is not None and not form.errors,
        in_time=given is not None and _in_time(session, given, promised),
        room_left=left,
        can_change=session.state == "planned" and absence.may_give(session.starts_at, here.now),
        categories=[(one.value, category_words(words, one.value)) for one in Category],
    )


def _in_time(session: Session, given: Absence, promised: store.promised.Promised) -> bool:
    return absence.notice(session.starts_at, given.given_at, promised.policy.notice) is Notice.IN_TIME


async def _room_left(tx: AsyncConnection, here: Place) -> int | None:
    """Sessions that may still be missed after this one; None when there is nothing kind to say."""
    standings = await store.standing.of_group(tx, here.who.group, here.now)
    own = standings.get(here.who.member)
    notices = await store.absence.of_member(tx, here.who.member)
    ahead = sum(one.id in notices for one in here.sessions if one.starts_at > here.now)
    left = own.allowance_left - ahead if own else 0
    return left if left > 0 else None


def category_words(translations: NullTranslations, category: str) -> str:
    """Why somebody cannot come, in their own voice."""
    _ = translations.gettext
    known = {
        "ill": _("I am ill"),
        "work": _("Work"),
        "family": _("Family or care for somebody"),
        "travel": _("I am travelling"),
        "other": _("Something else"),
        "unsaid": _("I would rather not say"),
    }
    return known[category]


def _address(request: web.Request) -> str:
    return f"/s/{request.match_info['place']}/away/{request.match_info['session']}"


def routes() -> list[web.RouteDef]:
    """The notice and its way back."""
    address = "/s/{place}/away/{session}"
    return [web.get(address, show), web.post(address, tell), web.post(f"{address}/back", take_back)]
