"""From an invitation to an account: a one-time link, a password, an authenticator app. The same page serves
who lost one of the two: an admin's new link never replaces both, so the other one has to be shown.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

import store.staff
import store.staff_people
import store.staff_signins
import store.staff_tokens
from server import keys, render, signin
from server.cookies import cookie_name
from server.pages import forms
from server.staff import codes, entry, guessing
from server.staff.password_rules import fault
from server.staff.passwords import PASSWORDS
from store.staff import Credentials, Staff
from store.staff_people import Known

COOKIE = "staff-setup"
LASTS_S = 3600
LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Whose account is set up, with what link, and what there is already."""

    token: str
    purpose: str
    staff: Staff
    credentials: Credentials
    person: Known

    @property
    def step(self) -> str:
        """What is asked now: `password` or `authenticator`."""
        if not self.credentials.password_hash:
            return "password"
        return "authenticator" if not self.credentials.totp_secret else "password"

    @property
    def proof(self) -> str:
        """What the person shows besides the link: `password`, `code` or nothing. An invitation is made only
        for an account without a password, so a password that is there was set by this very link."""
        if self.purpose == "invite":
            return ""
        return "code" if self.credentials.totp_secret else "password"


async def show_link(request: web.Request) -> web.Response:
    """The neutral page behind every link. The token is in the fragment and was not sent."""
    return render.page(request, "staff/invite.html", form=forms.Form(), typed=False)


async def show_typed(request: web.Request) -> web.Response:
    """The same for browsers without scripts: the link is pasted."""
    return render.page(request, "staff/invite.html", form=forms.Form(), typed=True)


async def post_link(request: web.Request) -> web.Response:
    """The press of the button. Nothing is consumed before the account is complete."""
    _ = render.words(request).gettext
    form = await forms.read(request)
    token = form.get("token")[:LONGEST].rpartition("#")[2]
    address = "invitation"
    if not await guessing.may_try(request, address):
        form.refuse("", _("That was too often. Please wait a few minutes."))
    elif await opened(request, token) is None:
        await guessing.failed(request, address)
        form.refuse("", _("This link does not work, or no longer. Please ask an admin for a new one."))
    if form.errors:
        return render.page(request, "staff/invite.html", status=404, form=form, typed=True)
    response = forms.see("/staff/setup")
    put(request, response, token)
    return response


async def show(request: web.Request) -> web.Response:
    """The step that comes next."""
    setting = await current(request)
    return page(request, setting, forms.Form())


async def post(request: web.Request) -> web.Response:
    """Takes a password or the first code of an authenticator."""
    setting = await current(request)
    form = await forms.read(request)
    await check_proof(request, setting, form)
    if setting.step == "password":
        return await take_password(request, setting, form)
    return await take_code(request, setting, form)


async def take_password(request: web.Request, setting: Setting, form: forms.Form) -> web.Response:
    """Stores the password. A forgotten one's link is used up and every sign-in with it ends; an invitation
    goes on with the authenticator."""
    check_new(form, render.words(request).gettext, (setting.person.name, setting.person.address))
    if form.errors:
        return page(request, setting, form)
    stored = await request.app[PASSWORDS].hashed(form.values["password"])
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        if setting.purpose != "invite" and await store.staff_tokens.redeem(tx, setting.token, now) is None:
            raise web.HTTPForbidden(reason="setup")
        await store.staff.set_password(tx, request.app[keys.KEYS], setting.staff.id, stored, now)
        await store.staff_signins.close_all(tx, setting.staff.id, "changed", now)
    if setting.purpose == "invite":
        return forms.see("/staff/setup")
    response = forms.see("/staff")
    response.del_cookie(cookie_name(request, COOKIE), path="/")
    return response


async def take_code(request: web.Request, setting: Setting, form: forms.Form) -> web.Response:
    """One right code shows that the app has the secret: the link is used up, the person is in."""
    _ = render.words(request).gettext
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]().wall
    secret = secret_of(request, setting.token)
    step = codes.accepted_step(secret, form.get("code"), now, 0)
    if step is None:
        form.refuse("code", _("This code does not match. Wait for the next one and try again."))
    if form.errors or step is None:
        return page(request, setting, form)
    async with db.write() as tx:
        if await store.staff_tokens.redeem(tx, setting.token, now) is None:
            raise web.HTTPForbidden(reason="setup")
        await store.staff.set_totp(tx, request.app[keys.KEYS], setting.staff.id, secret, step, now)
        await store.staff_signins.close_all(tx, setting.staff.id, "changed", now)
        came = await store.staff_signins.open_one(
            tx, setting.staff.id, "invite", now, signin.device_label(request)
        )
    account = guessing.account_of(request, setting.person.address)
    response = entry.enter(request, entry.Came(setting.staff, came), account)
    response.del_cookie(cookie_name(request, COOKIE), path="/")
    return response


async def check_proof(request: web.Request, setting: Setting, form: forms.Form) -> None:
    """Notes what is wrong with the factor that was not lost. Failures count like those of a sign-in."""
    if not setting.proof:
        return
    _ = render.words(request).gettext
    account = guessing.account_of(request, setting.person.address)
    async with request.app[PASSWORDS].turn():
        if not await guessing.may_try(request, account):
            form.refuse("", _("That was too often. Please wait a few minutes."))
        elif not await proved(request, setting, form):
            await guessing.failed(request, account)
            form.refuse("proof", _("That did not match. Please try again."))


async def proved(request: web.Request, setting: Setting, form: forms.Form) -> bool:
    """True for the right password, or a right and unused code."""
    known, now = setting.credentials, request.app[keys.CLOCK]().wall
    if setting.proof == "password":
        return await request.app[PASSWORDS].right(known.password_hash, form.values.get("proof", ""))
    step = codes.accepted_step(known.totp_secret, form.get("proof"), now, known.totp_step)
    if step is None:
        return False
    async with request.app[keys.DATABASE].write() as tx:
        return await store.staff.use_totp_step(tx, setting.staff.id, step)


def check_new(form: forms.Form, _: Callable[[str], str], own: tuple[str, ...]) -> None:
    """Notes what is wrong with a new password and its repetition."""
    password = form.values.get("password", "")
    words = {
        "short": _("Use at least 12 characters. Several words in a row are a good password."),
        "long": _("Use at most 256 characters."),
        "common": _("This password is on lists of common ones. Several unusual words in a row are better."),
        "own": _("This password is made of your own name or address. Please choose another."),
    }
    wrong = fault(password, own)
    if wrong is not None:
        form.refuse("password", words[wrong])
    elif form.values.get("again", "") != password:
        form.refuse("again", _("The two are not the same. Please type the password once more."))


async def opened(request: web.Request, token: str) -> Setting | None:
    """What a link is good for now; None when it is not. Changes nothing."""
    db, secrets, now = request.app[keys.DATABASE], request.app[keys.KEYS], request.app[keys.CLOCK]().wall
    async with db.read() as tx:
        found = await store.staff_tokens.opens(tx, token, now)
        staff = await store.staff.by_id(tx, found.staff) if found else None
        if found is None or staff is None or staff.disabled_at is not None:
            return None
        return Setting(
            token=token,
            purpose=found.purpose,
            staff=staff,
            credentials=await store.staff.credentials(tx, secrets, staff.id),
            person=(await store.staff_people.known(tx, secrets, [staff.person]))[staff.person],
        )


async def current(request: web.Request) -> Setting:
    """What this browser sets up. Raises HTTPForbidden when the link is over."""
    token = request.cookies.get(cookie_name(request, COOKIE), "")
    found = await opened(request, token) if token else None
    if found is None:
        raise web.HTTPForbidden(reason="setup")
    return found


def page(request: web.Request, setting: Setting, form: forms.Form) -> web.Response:
    """The step with this form; nothing secret that was typed is sent back."""
    for name in ("password", "again", "proof", "code"):
        form.values.popall(name, None)
    secret = secret_of(request, setting.token) if setting.step == "authenticator" else ""
    return forms.again(
        request,
        "staff/setup.html",
        form,
        step=setting.step,
        proof=setting.proof,
        name=setting.person.name,
        secret=codes.in_groups(secret),
        picture=codes.picture(secret, setting.person.address) if secret else "",
    )


def secret_of(request: web.Request, token: str) -> str:
    """The secret that this link sets up: the same however often the page is loaded, stored nowhere before it
    is confirmed."""
    return codes.secret_of(request.app[keys.KEYS].lookup("totp-setup", token))


def put(request: web.Request, response: web.Response, token: str) -> None:
    """Keeps the link in this browser while the account is set up."""
    response.set_cookie(
        cookie_name(request, COOKIE),
        token,
        max_age=LASTS_S,
        path="/",
        secure=request.app[keys.SETTINGS].secure,
        httponly=True,
        samesite="Strict",
    )


def routes() -> list[web.RouteDef]:
    return [
        web.get("/staff/invite", show_link),
        web.get("/staff/code", show_typed),
        web.post("/staff/invite", post_link),
        web.get("/staff/setup", show),
        web.post("/staff/setup", post),
    ]
