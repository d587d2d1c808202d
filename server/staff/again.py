"""Prove it once more: before a sensitive change the person shows password and code, or a passkey. Someone who
copied a cookie, or found an open browser, gets no further than this page. Only in the demonstration, whose
people have no passwords and which nobody reaches from another machine, a press of its button is enough.
"""

from aiohttp import web

import store.staff
import store.staff_people
import store.staff_signins
from server import cookies, keys, render
from server.pages import forms
from server.staff import desk, entry, guessing, passkeys
from server.staff.passkeys import PasskeyRefused
from server.staff.passwords import PASSWORDS
from store.staff_signins import DeskSignIn

PAGES = frozenset(
    {
        "account",
        "account/password",
        "account/authenticator",
        "account/passkeys",
        "staff",
        "staff/new",
        "service",
        "break-glass",
        "on-call",
        "crisis",
    }
)
"Pages below a desk that this page leads back to."
TEMPLATE = "staff/again.html"


async def show(request: web.Request) -> web.Response:
    """Asks for the proof."""
    return await answer(request, await desk.current(request), forms.Form())


async def post(request: web.Request) -> web.Response:
    """Takes the proof and leads back to where it was asked for."""
    who = await desk.current(request)
    form = await forms.read(request)
    if await played(request, who):
        pass
    elif form.get("credential"):
        await by_passkey(request, who, form)
    else:
        await by_password(request, who, form)
    if form.errors:
        return await answer(request, who, form)
    async with request.app[keys.DATABASE].write() as tx:
        await store.staff_signins.proved(tx, who.id, request.app[keys.CLOCK]().wall)
    return forms.see(f"/w/{who.desk}/{back(request)}")


async def by_password(request: web.Request, who: DeskSignIn, form: forms.Form) -> None:
    """Notes what is wrong with password and code. Failures count like those of a sign-in."""
    _ = render.words(request).gettext
    db, secrets, now = request.app[keys.DATABASE], request.app[keys.KEYS], request.app[keys.CLOCK]().wall
    async with db.read() as tx:
        known = await store.staff.credentials(tx, secrets, who.staff)
        person = (await store.staff_people.known(tx, secrets, [who.person]))[who.person]
    account = guessing.account_of(request, person.address)
    async with request.app[PASSWORDS].turn():
        if not await guessing.may_try(request, account):
            form.refuse("", _("That was too often. Please wait a few minutes."))
            return
        right = await request.app[PASSWORDS].right(known.password_hash, form.values.get("password", ""))
        step = entry.step_of(known, form.get("code"), now)
        if right and step is not None:
            async with db.write() as tx:
                right = await store.staff.use_totp_step(tx, who.staff, step)
        if not right or step is None:
            await guessing.failed(request, account)
            form.refuse("", _("That did not match. Check password and code; a code works only once."))


async def by_passkey(request: web.Request, who: DeskSignIn, form: forms.Form) -> None:
    """Notes it when the passkey is not one of this desk's owner."""
    _ = render.words(request).gettext
    try:
        known = await passkeys.use(request, form.get("credential"))
    except PasskeyRefused:
        form.refuse("", _("The passkey was not used. Try again, or prove it with password and code."))
        return
    if known.staff != who.staff:
        form.refuse("", _("This passkey belongs to another account."))


def back(request: web.Request) -> str:
    """The page to return to: one of ours, whatever the address says."""
    wanted = request.query.get("to", "")
    return wanted if wanted in PAGES else "account"


async def answer(request: web.Request, who: DeskSignIn, form: forms.Form) -> web.Response:
    """The page with this form; nothing secret that was typed is sent back."""
    for name in ("password", "code", "credential"):
        form.values.popall(name, None)
    return forms.again(
        request,
        TEMPLATE,
        form,
        desk=who.desk,
        csrf=cookies.csrf_value(request, who.id),
        to=back(request),
        complete=await complete(request, who),
        played=await played(request, who),
    )


async def complete(request: web.Request, who: DeskSignIn) -> bool:
    """False for somebody who came in by a link and has no password yet: there is nothing to prove it by."""
    async with request.app[keys.DATABASE].read() as tx:
        found = await store.staff.by_id(tx, who.staff)
    return found is not None and found.has_password and found.has_totp


async def played(request: web.Request, who: DeskSignIn) -> bool:
    """True for the people of the demonstration: it is bound to this machine, and they have no passwords."""
    return request.app[keys.SETTINGS].mode == "demo" and not await complete(request, who)


def routes() -> list[web.RouteDef]:
    return [web.get("/w/{desk}/again", show), web.post("/w/{desk}/again", post)]
