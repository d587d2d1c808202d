"""A member reads the contract, signs it, and keeps the receipt."""

from aiohttp import web

import store.people
from care import signing
from server import keys, render, signin
from server.pages import contract_drawn, forms, place
from server.pages.contract_drawn import Drawn
from server.pages.forms import Form
from store.conflict import Conflict
from store.signins import SignIn

TEMPLATE = "pages/participant/contract.html"


async def page(request: web.Request, who: SignIn) -> web.Response:
    """The contract of the member who is signed in."""
    return await _show(request, await place.participant(request), Form())


async def sign(request: web.Request) -> web.Response:
    """Signs the text that was shown; what changed since is shown again instead."""
    who = await place.participant(request)
    form = await forms.read(request)
    _ = render.words(request).gettext
    if form.get("agree") != "yes":
        form.refuse("agree", _("Please say that you have read it and agree, or ask us first."))
    if form.get("video") != "yes":
        form.refuse("video", _("Please say whether you agree to meet by video, or ask us for another way."))
    if not form.errors:
        await _sign(request, who, form)
    if form.errors:
        return await _show(request, who, form)
    return forms.see(f"/s/{who.place}/contract")


async def _sign(request: web.Request, who: SignIn, form: Form) -> None:
    changed = render.words(request).gettext(
        "The text has changed while you were reading. Please look at it again."
    )
    async with request.app[keys.DATABASE].write() as tx:
        drawn = await contract_drawn.draw(request, tx, who.member, who.group, who.member)
        if drawn is None or form.get("text") != drawn.text_hash:
            form.refuse("", changed)
            return
        try:
            await contract_drawn.sign(request, tx, drawn, who.member, signing.MEMBER, who.member)
        except Conflict:
            form.refuse("", changed)


async def _show(request: web.Request, who: SignIn, form: Form) -> web.Response:
    async with request.app[keys.DATABASE].write() as tx:
        here = await place.load(request, tx, who)
        drawn = await contract_drawn.draw(request, tx, who.member, who.group, who.member)
        other = drawn.signed_by(signing.FACILITATOR) if drawn else None
        names = await store.people.names(tx, request.app[keys.KEYS], [other.by] if other else [])
    return forms.again(
        request,
        TEMPLATE,
        form,
        place=who.place,
        here="contract",
        csrf=signin.csrf_value(request, who),
        zone=here.zone,
        other_side={"name": names.get(other.by, ""), "at": other.at} if other else None,
        **_drawn(drawn),
    )


def _drawn(drawn: Drawn | None) -> dict[str, object]:
    """What the template shows of it."""
    if drawn is None:
        return {
            "version": None, "receipt": None, "since": False, "changed": (), "parts": (), "text_hash": ""
        }  # fmt: skip
    receipt = drawn.signed_by(signing.MEMBER)
    return {
        "version": drawn.version,
        "receipt": receipt,
        "since": receipt is not None and drawn.since(receipt),
        "changed": drawn.changed,
        "parts": drawn.parts,
        "text_hash": drawn.text_hash,
    }
