"""The first two steps of a group's set-up: when it meets, and when it does not. Both show the calendar they
make before anything is kept.
"""

from typing import Any

from aiohttp import web

import store.setup
from server import keys, render
from server.pages import forms, setup_closures, setup_desk, setup_draft, zone_field
from server.pages.forms import Form
from server.pages.setup_desk import Step

FRAGMENT = "pages/coordinator/setup/dates.html"


async def show_basics(request: web.Request) -> web.Response:
    """The first step: empty, or as it was kept."""
    step = await setup_desk.load(request, "basics")
    start = {"every_days": "7", "count": "12", "minutes": "90"} | step.values
    if not step.draft:
        start["zone"] = await setup_desk.usual_zone(request, step.who)
    form = forms.filled({name: str(start.get(name, "")) for name in setup_draft.BASICS})
    return basics_page(request, step, form, show=bool(step.draft))


async def save_basics(request: web.Request) -> web.Response:
    """Keeps the first step, or shows its calendar."""
    step = await setup_desk.load(request, "basics")
    form = await forms.read(request)
    values = basics_of(request, form)
    if form.errors or form.get("show"):
        return basics_page(request, step, form, show=not form.errors)
    draft = await setup_desk.keep(request, step, values, done=True)
    return forms.see(step.after(draft))


def basics_of(request: web.Request, form: Form) -> dict[str, str]:
    """The first step's values, as today and in the reader's words."""
    words, language = setup_desk.words(request), render.language(request)
    return setup_draft.read_basics(form, words, language, setup_desk.today(request))


def basics_page(request: web.Request, step: Step, form: Form, *, show: bool) -> web.Response:
    values = step.values | {name: form.get(name) for name in setup_draft.BASICS}
    return setup_desk.page(
        request,
        step,
        form,
        zones=zone_field.offered(),
        shown=setup_desk.shown(request, values) if show else None,
    )


async def show_closures(request: web.Request) -> web.Response:
    """The second step: days without a session."""
    step = await setup_desk.load(request, "closures")
    country = step.values.get("country", setup_closures.country_of(step.values["zone"]))
    closures = step.values.get("closures", [])
    form = forms.filled(setup_closures.fields_of(closures, country, step.values.get("region", "")))
    return closures_page(request, step, form, closures)


async def save_closures(request: web.Request) -> web.Response:
    """Keeps the second step; or takes over holidays, adds a row, looks up a country, shows the calendar."""
    step = await setup_desk.load(request, "closures")
    form = await forms.read(request)
    closures = setup_closures.read(form, setup_desk.words(request))
    country, region = form.get("country"), form.get("region")
    plan = setup_draft.plan_of(step.values)
    if plan is None:
        raise web.HTTPNotFound
    offer = setup_closures.offer(plan, closures, country, region, render.language(request))
    closures = setup_closures.merged([*closures, *setup_closures.taken(form, offer)])
    if setup_closures.first_day_closed(plan, closures):
        form.refuse(
            "from_0",
            setup_desk.words(request).gettext(
                "The first session would fall on a day without one. Choose another first day, or drop this."
            ),
        )
    if form.errors:
        return closures_page(request, step, form, closures)
    changed: dict[str, Any] = {"closures": closures, "country": country, "region": region}
    if form.get("show"):
        await setup_desk.keep(request, step, changed, done=False)
        return forms.see(step.address("closures"))
    draft = await setup_desk.keep(request, step, changed, done=True)
    return forms.see(step.after(draft))


def closures_page(
    request: web.Request, step: Step, form: Form, closures: list[dict[str, str]]
) -> web.Response:
    plan = setup_draft.plan_of(step.values)
    if plan is None:
        raise web.HTTPNotFound
    offer = setup_closures.offer(
        plan, closures, form.get("country"), form.get("region"), render.language(request)
    )
    return setup_desk.page(
        request,
        step,
        form,
        rows=setup_closures.rows(form),
        offer=offer,
        shown=setup_desk.shown(request, step.values | {"closures": closures}),
    )


async def preview(request: web.Request) -> web.Response:
    """The calendar of what stands in the form just now, for the page's script. Nothing is kept."""
    name = request.match_info.get("step", "basics")
    if name not in ("basics", "closures"):
        raise web.HTTPNotFound
    step = await setup_desk.load(request, name)
    form = await forms.read(request)
    values = dict(step.values)
    if name == "basics":
        values |= basics_of(request, form)
    else:
        values["closures"] = setup_closures.read(form, setup_desk.words(request))
    shown = None if form.errors else setup_desk.shown(request, values)
    return render.page(request, FRAGMENT, shown=shown)


async def discard(request: web.Request) -> web.Response:
    """Throws the draft away."""
    step = await setup_desk.load(request, "basics")
    async with request.app[keys.DATABASE].write() as tx:
        await store.setup.discard(tx, step.who.person, step.draft)
    return forms.see(f"/w/{step.who.desk}/")


def routes() -> list[web.RouteDef]:
    start = "/w/{desk}/groups/new"
    return [
        web.get(start, show_basics),
        web.post(start, save_basics),
        web.post("/w/{desk}/groups/preview", preview),
        web.post("/w/{desk}/groups/preview/{draft}/{step}", preview),
        web.get(start + "/{draft}/basics", show_basics),
        web.post(start + "/{draft}/basics", save_basics),
        web.post(start + "/{draft}/discard", discard),
        web.get(start + "/{draft}/closures", show_closures),
        web.post(start + "/{draft}/closures", save_closures),
    ]
