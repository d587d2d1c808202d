"""The third step of a set-up: the numbers of the contract, from the service's defaults."""

from aiohttp import web

import store.contracts
from care.contract import Terms
from server import keys
from server.pages import forms, setup_desk, setup_draft, terms_fields
from server.pages.forms import Form
from server.pages.setup_desk import Step


async def show(request: web.Request) -> web.Response:
    """The numbers as they would be agreed on."""
    step = await setup_desk.load(request, "numbers")
    terms = setup_draft.terms_of(step.values, await service(request))
    return page(request, step, forms.filled(terms_fields.filled(terms)), terms)


async def save(request: web.Request) -> web.Response:
    """Keeps the numbers that differ from the service's."""
    step = await setup_desk.load(request, "numbers")
    form = await forms.read(request)
    defaults = await service(request)
    plain = setup_draft.terms_of({**step.values, "numbers": {}}, defaults)
    made = terms_fields.read(form, plain, setup_desk.words(request))
    if made is None:
        return page(request, step, form, plain)
    before, after = plain.document(), made.document()
    changed = {name: after[name] for name in after if after[name] != before[name] and name != "phases"}
    draft = await setup_desk.keep(request, step, {"numbers": changed, "phases": after["phases"]}, done=True)
    return forms.see(step.after(draft))


async def service(request: web.Request) -> Terms:
    """The service's own defaults."""
    async with request.app[keys.DATABASE].read() as tx:
        return await store.contracts.service_terms(tx)


def page(request: web.Request, step: Step, form: Form, terms: Terms) -> web.Response:
    """The form, the fields in their groups."""
    words = setup_desk.words(request)
    count = terms.sessions
    options = [(name, terms_fields.preset_words(name, count, words)) for name in terms_fields.presets(count)]
    return setup_desk.page(
        request,
        step,
        form,
        terms=terms,
        parts=terms_fields.parts(words),
        presets=[*options, (terms_fields.OWN, words.gettext("Three numbers of our own"))],
    )


def routes() -> list[web.RouteDef]:
    address = "/w/{desk}/groups/new/{draft}/numbers"
    return [web.get(address, show), web.post(address, save)]
