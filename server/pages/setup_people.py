"""The fourth step of a set-up: who leads the group, and who is in it. People are added one by one or as a
list; a list with one wrong line adds nobody.
"""

from typing import Any

from aiohttp import web

import store.staff
import store.staff_people
from server import keys, render
from server.pages import forms, people_fields, setup_desk, setup_draft, zone_field
from server.pages.forms import Form
from server.pages.people_list import MOST, NewPerson
from server.pages.setup_desk import Step


async def show(request: web.Request) -> web.Response:
    """The people so far."""
    step = await setup_desk.load(request, "people")
    return await page(request, step, start(request, step))


async def save(request: web.Request) -> web.Response:
    """Adds a person or a list, takes one out again, or goes on."""
    step = await setup_desk.load(request, "people")
    form = await forms.read(request)
    people = setup_draft.people_of(step.values)
    changed: dict[str, Any] = {"facilitators": form.all("facilitator")}
    what = form.get("do") or unfinished(form)
    if what == "add_one":
        found = people_fields.one(form, request, step.values["zone"])
        people += [found] if found else []
    elif what == "add_list":
        people += people_fields.many(form, request, step.values["zone"]) or []
    elif what.startswith("drop_"):
        gone = what.removeprefix("drop_")
        people = [one for number, one in enumerate(people) if str(number) != gone]
    else:
        check_leaders(form, changed["facilitators"], await leaders(request, step), request)
    check_seats(form, people, len(changed["facilitators"]), request)
    if form.errors:
        return await page(request, step, form)
    changed["people"] = [one.document() for one in people]
    draft = await setup_desk.keep(request, step, changed, done=what == "")
    return forms.see(step.after(draft) if what == "" else step.address("people"))


def unfinished(form: Form) -> str:
    """What somebody who pressed Enter, or went on, still wanted to add: nothing that was typed is lost."""
    if form.get("name") or form.get("address"):
        return "add_one"
    return "add_list" if form.get("list") else ""


def check_leaders(form: Form, chosen: list[str], known: list[tuple[str, str]], request: web.Request) -> None:
    """Somebody who works here has to lead the group."""
    names = {person for person, _name in known}
    if not chosen or not names.issuperset(chosen):
        form.refuse("facilitator", render.words(request).gettext("Choose who leads the group."))


def check_seats(form: Form, people: list[NewPerson], facilitators: int, request: web.Request) -> None:
    """A group has twelve seats, and everybody is in it once."""
    _ = render.words(request).gettext
    field = "list" if form.get("do") == "add_list" else "name"
    if len(people) + max(1, facilitators) > MOST + 1:
        form.refuse(field, _("A group has twelve seats together with its facilitators."))
    if len({one.shown.casefold() for one in people}) < len(people):
        form.refuse(
            field, _("Somebody of this name is in the group already. Use a name that tells them apart.")
        )


async def leaders(request: web.Request, step: Step) -> list[tuple[str, str]]:
    """Everybody else who works here: person and name. Who sets the group up coordinates it, and leads
    another."""
    async with request.app[keys.DATABASE].read() as tx:
        staff = [one for one in await store.staff.everyone(tx) if one.disabled_at is None]
        known = await store.staff_people.known(
            tx, request.app[keys.KEYS], [one.person for one in staff if one.person != step.who.person]
        )
    return sorted(((person, one.name) for person, one in known.items()), key=lambda pair: pair[1])


def start(request: web.Request, step: Step) -> Form:
    """The form before anything was typed."""
    form = forms.filled({"zone": step.values["zone"], "locale": render.language(request)})
    for person in step.values.get("facilitators", []):
        form.values.add("facilitator", person)
    return form


async def page(request: web.Request, step: Step, form: Form) -> web.Response:
    """The lists and the two ways to add."""
    return setup_desk.page(
        request,
        step,
        form,
        leaders=await leaders(request, step),
        people=setup_draft.people_of(step.values),
        languages=people_fields.languages(request),
        zones=zone_field.offered(),
    )


def routes() -> list[web.RouteDef]:
    address = "/w/{desk}/groups/new/{draft}/people"
    return [web.get(address, show), web.post(address, save)]
