"""The last step of a set-up: everything at a glance, then the group is made, once."""

from aiohttp import web

import store.enrol
import store.seats
import store.setup
from care import contract
from care.contract import Terms
from server import keys
from server.pages import (
    forms,
    people_fields,
    setup_desk,
    setup_draft,
    setup_numbers,
    setup_people,
    terms_fields,
)
from server.pages.forms import Form
from server.pages.setup_desk import Step


async def show(request: web.Request) -> web.Response:
    """What will be made."""
    return await page(request, await setup_desk.load(request, "check"), forms.filled({}))


async def create(request: web.Request) -> web.Response:
    """Makes the group, or goes to the one this draft has become."""
    step = await setup_desk.load(request, "check")
    form = await forms.read(request)
    terms = setup_draft.terms_of(step.values, await setup_numbers.service(request))
    translations = setup_desk.words(request)
    for fault in contract.check(terms):
        form.refuse("", terms_fields.fault_words(fault, translations))
    known = {person for person, _name in await setup_people.leaders(request, step)}
    if not known.issuperset(step.values.get("facilitators", [])):
        form.refuse("", translations.gettext("Choose who leads the group."))
    group = None if form.errors else await make(request, step, terms, form)
    if group is None:
        return await page(request, step, form)
    return forms.see(await setup_desk.made_at(request, step.who, group))


async def make(request: web.Request, step: Step, terms: Terms, form: Form) -> str | None:
    """The group of this draft; None, and the form's errors, where it cannot be made."""
    _ = setup_desk.words(request).gettext
    try:
        async with request.app[keys.DATABASE].write() as tx:
            return await store.setup.create(
                tx,
                request.app[keys.KEYS],
                draft=step.draft,
                title=step.values["title"],
                terms=terms,
                facilitators=step.values.get("facilitators", []),
                people=[people_fields.enrolment(one) for one in setup_draft.people_of(step.values)],
                by=step.who.staff,
                person=step.who.person,
                now=request.app[keys.CLOCK]().wall,
            )
    except store.setup.SetupRefused as refusal:
        faults = [terms_fields.fault_words(one, setup_desk.words(request)) for one in refusal.faults]
        form.refuse("", " ".join(faults) or _("Choose who leads the group."))
    except store.enrol.RowRefused as refusal:
        form.refuse("", _("Person %(number)s of the list cannot be added.") % {"number": refusal.row + 1})
    except store.seats.Full:
        form.refuse("", _("A group has twelve seats together with its facilitators."))
    return None


async def page(request: web.Request, step: Step, form: Form) -> web.Response:
    """The summary, each part with a way back to it."""
    terms = setup_draft.terms_of(step.values, await setup_numbers.service(request))
    names = dict(await setup_people.leaders(request, step))
    return setup_desk.page(
        request,
        step,
        form,
        terms=terms,
        shown=setup_desk.shown(request, step.values),
        leaders=[names.get(person, "") for person in step.values.get("facilitators", [])],
        people=setup_draft.people_of(step.values),
        percent=terms_fields.percent,
    )


def routes() -> list[web.RouteDef]:
    address = "/w/{desk}/groups/new/{draft}/check"
    return [web.get(address, show), web.post(address, create)]
