"""One's own account: where one is signed in, password, authenticator, passkeys."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

import store.passkeys
import store.staff
import store.staff_people
import store.staff_signins
from server import cookies, keys, render, signin
from server.pages import forms
from server.staff import codes, desk, entry, guessing, passkeys
from server.staff.passkeys import PasskeyRefused
from server.staff.passwords import PASSWORDS
from server.staff.setup import check_new
from store.staff_people import Known
from store.staff_signins import DeskSignIn

ACCOUNT = "account"
AUTHENTICATOR = "account/authenticator"
PASSKEYS = "account/passkeys"


async def show(request: web.Request) -> web.Response:
    """Everything about the account on one page."""
    who = await desk.current(request)
    async with request.app[keys.DATABASE].read() as tx:
        now = request.app[keys.CLOCK]().wall
        signins = await store.staff_signins.of_staff(tx, who.staff, now)
        known = await store.passkeys.of_staff(tx, who.staff)
        account = await store.staff.by_id(tx, who.staff)
    return await page(request, who, "staff/account.html", signins=signins, passkeys=known, account=account)


async def show_password(request: web.Request) -> web.Response:
    """The form for a new password."""
    return await page(request, await desk.current(request), "staff/password.html")


async def post_password(request: web.Request) -> web.Response:
    """Changes the password, which the old one allows, and ends every other sign-in."""
    who = await desk.current(request)
    form = await forms.read(request)
    _ = render.words(request).gettext
    db, secrets, now = request.app[keys.DATABASE], request.app[keys.KEYS], request.app[keys.CLOCK]().wall
    person = await person_of(request, who)
    check_new(form, _, (person.name, person.address))
    await check_old(request, who, person, form)
    if form.errors:
        return await page(request, who, "staff/password.html", form)
    stored = await request.app[PASSWORDS].hashed(form.values["password"])
    async with db.write() as tx:
        await store.staff.set_password(tx, secrets, who.staff, stored, now)
        await store.staff_signins.close_all(tx, who.staff, "changed", now, keep=who.id)
    return forms.see(f"/w/{who.desk}/{ACCOUNT}")


async def check_old(request: web.Request, who: DeskSignIn, person: Known, form: forms.Form) -> None:
    """Notes it when the present password is not right. Failures count like those of a sign-in."""
    _ = render.words(request).gettext
    account = guessing.account_of(request, person.address)
    async with request.app[keys.DATABASE].read() as tx:
        known = await store.staff.credentials(tx, request.app[keys.KEYS], who.staff)
    async with request.app[PASSWORDS].turn():
        if not await guessing.may_try(request, account):
            form.refuse("", _("That was too often. Please wait a few minutes."))
        elif not await request.app[PASSWORDS].right(known.password_hash, form.values.get("old", "")):
            await guessing.failed(request, account)
            form.refuse("old", _("This is not your present password."))


async def show_authenticator(request: web.Request) -> web.Response:
    """A new secret to connect."""
    who = await desk.fresh(request, AUTHENTICATOR)
    return await authenticator_page(request, who, forms.Form())


async def post_authenticator(request: web.Request) -> web.Response:
    """Replaces the authenticator once the new one has shown a right code; other sign-ins end."""
    who = await desk.fresh(request, AUTHENTICATOR)
    form = await forms.read(request)
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]().wall
    secret = await secret_of(request, who)
    step = codes.accepted_step(secret, form.get("code"), now, 0)
    if step is None:
        _ = render.words(request).gettext
        form.refuse("code", _("This code does not match. Wait for the next one and try again."))
        return await authenticator_page(request, who, form)
    async with db.write() as tx:
        await store.staff.set_totp(tx, request.app[keys.KEYS], who.staff, secret, step, now)
        await store.staff_signins.close_all(tx, who.staff, "changed", now, keep=who.id)
    return forms.see(f"/w/{who.desk}/{ACCOUNT}")


async def authenticator_page(request: web.Request, who: DeskSignIn, form: forms.Form) -> web.Response:
    """The picture, the secret in text, the field for the first code."""
    secret = await secret_of(request, who)
    person = await person_of(request, who)
    return await page(
        request,
        who,
        "staff/authenticator.html",
        form,
        secret=codes.in_groups(secret),
        picture=codes.picture(secret, person.address),
    )


async def secret_of(request: web.Request, who: DeskSignIn) -> str:
    """The next secret of this sign-in: the same until it is confirmed, stored nowhere before."""
    async with request.app[keys.DATABASE].read() as tx:
        known = await store.staff.credentials(tx, request.app[keys.KEYS], who.staff)
    text = f"{who.id}|{known.totp_secret}"
    return codes.secret_of(request.app[keys.KEYS].lookup("totp-next", text))


async def show_passkeys(request: web.Request) -> web.Response:
    """Present passkeys and the button for one more."""
    return await passkeys_page(request, await desk.fresh(request, PASSKEYS), forms.Form())


async def passkey_options(request: web.Request) -> web.Response:
    """What the browser needs to make one, as JSON."""
    who = await desk.fresh(request, PASSKEYS)
    return web.json_response(text=await passkeys.registration(request, who))


async def post_passkey(request: web.Request) -> web.Response:
    """Keeps a new passkey."""
    who = await desk.fresh(request, PASSKEYS)
    form = await forms.read(request)
    label = form.get("label")[:60] or signin.device_label(request)
    try:
        await passkeys.register(request, who, form.get("credential"), label)
    except PasskeyRefused:
        _ = render.words(request).gettext
        form.refuse("", _("The passkey was not made. Please try again."))
        return await passkeys_page(request, who, form)
    return forms.see(f"/w/{who.desk}/{PASSKEYS}")


async def remove_passkey(request: web.Request) -> web.Response:
    """Ends one passkey."""
    who = await desk.fresh(request, PASSKEYS)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        await store.passkeys.revoke(tx, request.app[keys.KEYS], who.staff, request.match_info["passkey"], now)
    return forms.see(f"/w/{who.desk}/{PASSKEYS}")


async def passkeys_page(request: web.Request, who: DeskSignIn, form: forms.Form) -> web.Response:
    """The page about passkeys."""
    async with request.app[keys.DATABASE].read() as tx:
        known = await store.passkeys.of_staff(tx, who.staff)
    possible = passkeys.party(request) is not None
    return await page(request, who, "staff/passkeys.html", form, passkeys=known, possible=possible)


async def end_signin(request: web.Request) -> web.Response:
    """Ends one sign-in of one's own account."""
    who = await desk.current(request)
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        mine = {one.id for one in await store.staff_signins.of_staff(tx, who.staff, now)}
        if request.match_info["signin"] not in mine:
            raise web.HTTPNotFound
        await store.staff_signins.close(tx, request.match_info["signin"], "by_hand", now)
    return forms.see(f"/w/{who.desk}/{ACCOUNT}")


async def end_all(request: web.Request) -> web.Response:
    """Signs out everywhere, here too."""
    who = await desk.current(request)
    async with request.app[keys.DATABASE].write() as tx:
        await store.staff_signins.close_all(tx, who.staff, "everywhere", request.app[keys.CLOCK]().wall)
    return entry.leave(request, who.desk)


async def person_of(request: web.Request, who: DeskSignIn) -> Known:
    """Name and address of the person at the desk."""
    async with request.app[keys.DATABASE].read() as tx:
        return (await store.staff_people.known(tx, request.app[keys.KEYS], [who.person]))[who.person]


async def page(
    request: web.Request,
    who: DeskSignIn,
    template: str,
    form: forms.Form | None = None,
    **context: Any,
) -> web.Response:
    """A page of the desk. Passwords and codes that were typed are not sent back."""
    form = form or forms.Form()
    for name in ("old", "password", "again", "code", "credential"):
        form.values.popall(name, None)
    person = await person_of(request, who)
    about: Mapping[str, Any] = {
        "desk": who.desk,
        "who": who,
        "name": person.name,
        "zone": person.zone,
        "csrf": cookies.csrf_value(request, who.id),
    }
    return forms.again(request, template, form, **about, **context)


def routes() -> list[web.RouteDef]:
    account = "/w/{desk}/account"
    return [
        web.get(account, show),
        web.get(f"{account}/password", show_password),
        web.post(f"{account}/password", post_password),
        web.get(f"{account}/authenticator", show_authenticator),
        web.post(f"{account}/authenticator", post_authenticator),
        web.get(f"{account}/passkeys", show_passkeys),
        web.post(f"{account}/passkeys", post_passkey),
        web.post(f"{account}/passkeys/options", passkey_options),
        web.post(f"{account}/passkeys/{{passkey}}/remove", remove_passkey),
        web.post(f"{account}/signins/end", end_all),
        web.post(f"{account}/signins/{{signin}}/end", end_signin),
    ]
