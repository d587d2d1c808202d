"""One-time links that admins hand to colleagues: to make an account, or back in after a loss."""

from datetime import timedelta
from zoneinfo import available_timezones

from aiohttp import web

import store.passkeys
import store.staff
import store.staff_signins
import store.staff_tokens
from server import keys, render
from server.pages import forms
from server.staff import desk
from server.staff.people import PAGE, administering, asked, page
from store.ids import fresh_id
from store.staff_signins import DeskSignIn

INVITE_LASTS = timedelta(hours=48)
RESET_LASTS = timedelta(hours=4)
LINK_S = 600.0
"How long the page that shows a one-time link may be opened, once."


async def show_new(request: web.Request) -> web.Response:
    """The form for a new colleague. The proof is asked for before anything is typed."""
    who = await administering(request, "staff/new")
    return page(request, who, "staff/new.html", forms.filled({"zone": "Europe/Berlin", "locale": "en"}))


async def invite(request: web.Request) -> web.Response:
    """Makes an account and its one-time link, which the next page shows once."""
    who = await administering(request, "staff/new")
    _ = render.words(request).gettext
    form = await forms.read(request)
    name = form.text("name", _("Enter the name that colleagues and groups see."), longest=80)
    address = form.text("address", _("Enter an e-mail address."), longest=200)
    zone = form.one_of("zone", available_timezones(), _("Choose a time zone."))
    locale = form.one_of("locale", ("en", "de"), _("Choose a language."))
    if form.errors:
        return page(request, who, "staff/new.html", form)
    secrets, now = request.app[keys.KEYS], request.app[keys.CLOCK]().wall
    try:
        async with request.app[keys.DATABASE].write() as tx:
            if await store.staff.by_address(tx, secrets, address) is not None:
                raise ValueError("there is an account with this address")
            made = await store.staff.create(
                tx,
                secrets,
                name=name,
                contact=address,
                zone=zone,
                locale=locale,
                now=now,
                admin=form.get("admin") == "yes",
                clinician=form.get("clinician") == "yes",
                by=who.staff,
            )
            token = await store.staff_tokens.mint(
                tx, secrets, made.id, "invite", who.staff, now, INVITE_LASTS
            )
    except ValueError:
        form.refuse("address", _("This address cannot be used, or somebody here has it already."))
        return page(request, who, "staff/new.html", form)
    return await hand_over(request, who, made.id, token)


async def reset(request: web.Request) -> web.Response:
    """A one-time link for a colleague who lost a password or an authenticator; never for both, never for
    oneself. Only who has no password at all gets a new invitation: every other link asks for what there is,
    or a second link after a first would hand the account to whoever made it.
    """
    who = await administering(request, PAGE)
    form = await forms.read(request)
    secrets, now = request.app[keys.KEYS], request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        staff = await asked(tx, request)
        if staff.id == who.staff:
            raise web.HTTPNotFound
        if staff.has_password and form.get("lost") == "authenticator":
            await store.staff.drop_totp(tx, secrets, staff.id, who.staff, now)
            await store.passkeys.revoke_all(tx, staff.id, now)
            await store.staff_signins.close_all(tx, staff.id, "reset", now)
        purpose, lasts = ("reset", RESET_LASTS) if staff.has_password else ("invite", INVITE_LASTS)
        token = await store.staff_tokens.mint(tx, secrets, staff.id, purpose, who.staff, now, lasts)
    return await hand_over(request, who, staff.id, token)


async def hand_over(request: web.Request, who: DeskSignIn, staff: str, token: str) -> web.Response:
    """On to the page that shows the link. The token waits there for one look and never stands in an
    address."""
    ticket = fresh_id()
    await request.app[keys.LIVE].ticket_put(f"handover:{who.id}:{ticket}", token, LINK_S)
    return forms.see(f"/w/{who.desk}/staff/{staff}/link/{ticket}")


async def show_link(request: web.Request) -> web.Response:
    """The one-time link, once."""
    who = await desk.admin(request)
    name = f"handover:{who.id}:{request.match_info['ticket']}"
    token = await request.app[keys.LIVE].ticket_take(name)
    site = request.app[keys.SETTINGS].site
    link = f"{site}/staff/invite#{token}" if token else ""
    return page(request, who, "staff/link.html", link=link, staff=request.match_info["staff"])


def routes() -> list[web.RouteDef]:
    staff = "/w/{desk}/staff"
    one = f"{staff}/{{staff}}"
    return [
        web.get(f"{staff}/new", show_new),
        web.post(f"{staff}/new", invite),
        web.post(f"{one}/reset", reset),
        web.get(f"{one}/link/{{ticket}}", show_link),
    ]
