"""`/staff`: in with address, password and code, or by a passkey; out again.

All three things are asked at once and answered as one, so that nobody learns which of them was wrong, or
whether there is such an account.
"""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

import store.staff
import store.staff_people
import store.staff_signins
from server import keys, render, signin
from server.pages import forms
from server.staff import codes, desk, guessing
from server.staff.passwords import PASSWORDS
from store.staff import Credentials, Staff
from store.staff_signins import Opened

TEMPLATE = "staff/sign_in.html"
OUT = '"cache", "storage"'
"What a browser forgets at sign-out. Its other cookies stay: they belong to other people's places."


@dataclass(frozen=True, slots=True)
class Came:
    """A person of the staff with a new sign-in."""

    staff: Staff
    opened: Opened


async def show(request: web.Request) -> web.Response:
    """The form, and the desks that are open in this browser already."""
    return await answer(request, forms.Form())


async def post(request: web.Request) -> web.Response:
    """Signs in, or shows the form again with one and the same sentence for whatever was wrong."""
    _ = render.words(request).gettext
    form = await forms.read(request)
    address = form.text("address", _("Enter your e-mail address."))
    form.text("password", _("Enter your password."), longest=256)
    code = form.text("code", _("Enter the code from your authenticator app."), longest=16)
    if form.errors:
        return await answer(request, form)
    account = guessing.account_of(request, address)
    async with request.app[PASSWORDS].turn():
        if not await guessing.may_try(request, account):
            form.refuse("", _("That was too often. Please wait a few minutes."))
            return await answer(request, form, status=429)
        came = await attempt(request, address, form.values["password"], code)
        if came is None:
            await guessing.failed(request, account)
    if came is None:
        form.refuse("", _("That did not match. Check address, password and code; a code works only once."))
        return await answer(request, form)
    return enter(request, came, account)


async def answer(request: web.Request, form: forms.Form, status: int = 0) -> web.Response:
    """The page with this form; a password is never sent back."""
    for name in ("password", "code"):
        form.values.popall(name, None)
    return render.page(
        request,
        TEMPLATE,
        status=status or (forms.WRONG if form.errors else 200),
        form=form,
        desks=await named(request),
    )


async def named(request: web.Request) -> list[tuple[str, str]]:
    """Desk and name of everybody who is signed in with this browser."""
    found = await desk.open_desks(request)
    async with request.app[keys.DATABASE].read() as tx:
        names = await store.staff_people.known(tx, request.app[keys.KEYS], [one.person for one in found])
    return [(one.desk, names[one.person].name) for one in found if one.person in names]


async def attempt(request: web.Request, address: str, password: str, code: str) -> Came | None:
    """A new sign-in when all three are right. The same work is done for an account that does not exist."""
    db, secrets = request.app[keys.DATABASE], request.app[keys.KEYS]
    now = request.app[keys.CLOCK]().wall
    async with db.read() as tx:
        staff = await store.staff.by_address(tx, secrets, address)
        known = await store.staff.credentials(tx, secrets, staff.id) if staff else None
    right = await request.app[PASSWORDS].right(known.password_hash if known else "", password)
    step = step_of(known, code, now)
    if staff is None or not right or step is None:
        return None
    async with db.write() as tx:
        if not await store.staff.use_totp_step(tx, staff.id, step):
            return None
        opened = await store.staff_signins.open_one(
            tx, staff.id, "password", now, signin.device_label(request)
        )
    return Came(staff, opened)


def step_of(known: Credentials | None, code: str, now: datetime) -> int | None:
    """The step of a right and unused code."""
    secret = known.totp_secret if known and known.totp_secret else codes.secret_of(b"\0" * 20)
    step = codes.accepted_step(secret, code, now, known.totp_step if known else 0)
    return step if known and known.totp_secret else None


def enter(request: web.Request, came: Came, account: str = "") -> web.Response:
    """Cookies, and on to the work list."""
    response = forms.see(f"/w/{came.staff.desk}/")
    left = came.opened.expires_at - request.app[keys.CLOCK]().wall
    desk.put_cookie(request, response, came.staff.desk, came.opened.token, int(left.total_seconds()))
    if account:
        guessing.remember(request, response, account)
    return response


async def stay(request: web.Request) -> web.Response:
    """The person is still here: the sign-in was noted as seen by asking."""
    await desk.current(request)
    return web.Response(status=204)


async def out(request: web.Request) -> web.Response:
    """Signs this browser out of one desk; the server forgets the sign-in too."""
    who = await desk.current(request)
    async with request.app[keys.DATABASE].write() as tx:
        await store.staff_signins.close(tx, who.id, "signed_out", request.app[keys.CLOCK]().wall)
    return leave(request, who.desk)


def leave(request: web.Request, at: str) -> web.Response:
    """Out of the desk in this browser."""
    response = forms.see("/staff")
    response.headers["Clear-Site-Data"] = OUT
    response.del_cookie(
        desk.desk_cookie(request, at),
        path="/",
        secure=request.app[keys.SETTINGS].secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def routes() -> list[web.RouteDef]:
    return [
        web.get("/staff", show),
        web.post("/staff", post),
        web.post("/w/{desk}/out", out),
        web.get("/w/{desk}/stay", stay),
    ]
