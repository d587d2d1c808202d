"""The numbers of the service: what contracts of new groups start with. Groups that exist keep their own."""

from typing import Any

from aiohttp import web

import store.contracts
from care.contract import RANGES, Terms, service_defaults
from server import cookies, keys, render
from server.pages import forms, terms_fields
from server.pages.forms import Form
from server.staff import desk
from store.staff_signins import DeskSignIn

PAGE = "service"
PLAN = ("sessions", "minutes", "every_days")


async def show(request: web.Request) -> web.Response:
    """The numbers as they are. The proof is asked for before anything is typed."""
    await desk.admin(request)
    who = await desk.fresh(request, PAGE)
    terms = await present(request)
    plan = {name: str(getattr(terms, name)) for name in PLAN}
    return page(request, who, forms.filled(terms_fields.filled(terms) | plan))


async def post(request: web.Request) -> web.Response:
    """Keeps what differs from the defaults."""
    await desk.admin(request)
    who = await desk.fresh(request, PAGE)
    form = await forms.read(request)
    terms = await present(request)
    _ = render.words(request).gettext
    plan = {name: form.whole(name, *RANGES[name], _("Give a number that a group can have.")) for name in PLAN}
    form.values["preset"] = terms_fields.filled(terms)["preset"]
    made = terms_fields.read(form, terms, render.words(request))
    if made is None or form.errors:
        return page(request, who, form)
    chosen = made.document() | plan
    defaults = service_defaults()
    changed = {name: chosen[name] for name in defaults if chosen[name] != defaults[name]}
    async with request.app[keys.DATABASE].write() as tx:
        await store.contracts.set_service_terms(
            tx, request.app[keys.KEYS], changed, who.staff, request.app[keys.CLOCK]().wall
        )
    return forms.see(f"/w/{who.desk}/{PAGE}")


async def present(request: web.Request) -> Terms:
    """What a new group would start with now."""
    async with request.app[keys.DATABASE].read() as tx:
        return await store.contracts.service_terms(tx)


def page(request: web.Request, who: DeskSignIn, form: Form) -> web.Response:
    """The page with this form."""
    about: dict[str, Any] = {"desk": who.desk, "who": who, "csrf": cookies.csrf_value(request, who.id)}
    parts = terms_fields.parts(render.words(request))
    return forms.again(request, "staff/service.html", form, parts=parts, **about)


def routes() -> list[web.RouteDef]:
    return [web.get(f"/w/{{desk}}/{PAGE}", show), web.post(f"/w/{{desk}}/{PAGE}", post)]
