"""The contract as a coordinator sees it: the group's terms and dates as they will be signed, who has signed,
and a new version to offer. Personal sheets are not the coordinator's to see.
"""

from dataclasses import dataclass

from aiohttp import web
from babel import Locale

import store.contracts
import store.dates
import store.groups
import store.people
import store.signatures
from care import signing
from care.contract import Terms
from server import keys, render
from server.pages import contract_text, forms, office, terms_fields
from server.pages.contract_parts import Reader
from server.pages.forms import Form
from server.pages.office import Office
from store.conflict import Conflict
from store.contracts import ContractVersion
from store.signins import SignIn

PAGE = "pages/coordinator/contract.html"
TERMS = "pages/coordinator/terms.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A member and the newest version each side has signed for them, 0 for none."""

    member: str
    name: str
    by_member: int
    by_service: int


async def page(request: web.Request, who: SignIn) -> web.Response:
    """The newest version in full."""
    at = await office.of(request, who)
    async with request.app[keys.DATABASE].read() as tx:
        versions = await store.contracts.versions(tx, at.group.id)
        series = await store.dates.series(tx, at.group.id)
        members = [one for one in await store.groups.members(tx, at.group.id) if one.role == "participant"]
        names = await store.people.names(tx, request.app[keys.KEYS], [one.id for one in members])
        given = await store.signatures.of_group(tx, at.group.id)
    newest: dict[tuple[str, str], int] = {}
    for one in given:
        newest[one.member, one.side] = max(one.version, newest.get((one.member, one.side), 0))
    latest = versions[-1] if versions else None
    return render.page(
        request,
        PAGE,
        office=at,
        here="contract",
        latest=latest,
        versions=list(reversed(versions)),
        now=request.app[keys.CLOCK]().wall,
        parts=contract_text.parts(reader(request, at), latest.terms, series, None) if latest else (),
        signers=[
            Signer(
                member=one.id,
                name=names.get(one.id, ""),
                by_member=newest.get((one.id, signing.MEMBER), 0),
                by_service=newest.get((one.id, signing.FACILITATOR), 0),
            )
            for one in members
        ],
    )


def reader(request: web.Request, at: Office) -> Reader:
    """The text in this reader's language, with the group's own hours."""
    language = Locale.parse(render.language(request))
    return Reader(words=render.words(request), locale=language, zone=at.group.zone)


async def show_terms(request: web.Request) -> web.Response:
    """The numbers of the newest version, to make the next one from."""
    at = await office.current(request)
    latest = await newest(request, at)
    fields = terms_fields.filled(latest.terms) | {"number": str(latest.number)}
    return terms_page(request, at, latest, forms.filled(fields))


async def offer(request: web.Request) -> web.Response:
    """Shows what would change; once that was seen, offers it to everybody."""
    at = await office.current(request)
    latest = await newest(request, at)
    form = await forms.read(request)
    words = render.words(request)
    if form.get("number") != str(latest.number):
        form.refuse("", words.gettext("Somebody offered a new version meanwhile. Look at it and try again."))
        return terms_page(request, at, latest, form)
    made = terms_fields.read(form, latest.terms, words, amends=True)
    changes = differing(latest.terms, made) if made else []
    if made is not None and not changes:
        form.refuse("", words.gettext("Nothing is different from the version that holds."))
    if made is None or form.errors or not form.get("confirm"):
        return terms_page(request, at, latest, form, changes)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await store.contracts.offer(
                tx,
                request.app[keys.KEYS],
                at.group.id,
                made,
                by=at.who.member,
                now=request.app[keys.CLOCK]().wall,
                expected=latest.number,
            )
    except Conflict:
        form.refuse("", words.gettext("Somebody offered a new version meanwhile. Look at it and try again."))
        return terms_page(request, at, await newest(request, at), form)
    return forms.see(at.address("contract"))


async def newest(request: web.Request, at: Office) -> ContractVersion:
    """The newest version. Raises HTTPNotFound where there is none."""
    async with request.app[keys.DATABASE].read() as tx:
        latest = await store.contracts.latest(tx, at.group.id)
    if latest is None:
        raise web.HTTPNotFound
    return latest


def differing(before: Terms, after: Terms) -> list[tuple[str, str, str]]:
    """Field, old and new value, as the form writes them."""
    was, will = terms_fields.filled(before), terms_fields.filled(after)
    return [(name, was[name], will[name]) for name in will if was[name] != will[name] and name != "preset"]


def terms_page(
    request: web.Request,
    at: Office,
    latest: ContractVersion,
    form: Form,
    changes: list[tuple[str, str, str]] | None = None,
) -> web.Response:
    """The form; above it what would change, once the form was sent."""
    words = render.words(request)
    count = latest.terms.sessions
    options = [(one, terms_fields.preset_words(one, count, words)) for one in terms_fields.presets(count)]
    return forms.again(
        request,
        TERMS,
        form,
        office=at,
        here="contract",
        latest=latest,
        changes=[(terms_fields.name_of(name, words), was, will) for name, was, will in changes or ()],
        fields=[(name, value) for name, value in form.values.items() if name != "confirm"],
        parts=terms_fields.parts(words),
        presets=[*options, (terms_fields.OWN, words.gettext("Three numbers of our own"))],
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/terms", show_terms), web.post("/s/{place}/terms", offer)]
