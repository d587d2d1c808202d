"""Admins: who works here, what they may do, in which groups. Every change holds from the next request on,
and on open sockets within a second.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from aiohttp import web
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

import store.passkeys
import store.staff
import store.staff_people
import store.staff_signins
import store.staff_tokens
from server import cookies, keys, render
from server.pages import forms
from server.staff import desk
from store.staff import LastAdmin, Staff, StaffPlace
from store.staff_people import Known
from store.staff_signins import DeskSignIn

PAGE = "staff"
ROLES = ("facilitator", "coordinator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """One line of the list."""

    staff: Staff
    person: Known
    places: tuple[StaffPlace, ...]

    @property
    def state(self) -> str:
        """`disabled`, `invited` (no complete account yet) or `active`."""
        if self.staff.disabled_at is not None:
            return "disabled"
        return "active" if self.staff.has_password and self.staff.has_totp else "invited"


async def show(request: web.Request) -> web.Response:
    """Everybody who works here."""
    who = await desk.admin(request)
    async with request.app[keys.DATABASE].read() as tx:
        found = await colleagues(tx, request, await store.staff.everyone(tx))
    return page(request, who, "staff/people.html", colleagues=found)


async def show_one(request: web.Request) -> web.Response:
    """One colleague: rights, groups, sign-ins, ways back in."""
    return await one_page(request, await desk.admin(request), forms.Form())


async def one_page(request: web.Request, who: DeskSignIn, form: forms.Form) -> web.Response:
    """The page about a colleague, with what went wrong."""
    async with request.app[keys.DATABASE].read() as tx:
        staff = await asked(tx, request)
        (found,) = await colleagues(tx, request, [staff])
        groups = await store.staff_people.groups(tx)
        signins = await store.staff_signins.of_staff(tx, staff.id, request.app[keys.CLOCK]().wall)
    free = [one for one in groups if one.id not in {place.group for place in found.places}]
    return page(request, who, "staff/person.html", form, one=found, free=free, signins=signins)


async def change(
    request: web.Request,
    act: Callable[[AsyncConnection, Staff, DeskSignIn, datetime, forms.Form], Awaitable[None]],
) -> web.Response:
    """One change of a colleague by an admin who proved it lately; back to the colleague's page."""
    who = await administering(request, PAGE)
    _ = render.words(request).gettext
    form = await forms.read(request)
    try:
        async with request.app[keys.DATABASE].write() as tx:
            await act(tx, await asked(tx, request), who, request.app[keys.CLOCK]().wall, form)
    except LastAdmin:
        form.refuse("", _("Somebody has to be admin. Make somebody else admin first."))
    except (IntegrityError, LookupError, ValueError):
        form.refuse("", _("That cannot be done: perhaps all seats of the group are taken."))
    if form.errors:
        return await one_page(request, who, form)
    return forms.see(f"/w/{who.desk}/staff/{request.match_info['staff']}")


async def rights(request: web.Request) -> web.Response:
    """Admin and clinician, yes or no."""

    async def act(
        tx: AsyncConnection, staff: Staff, who: DeskSignIn, now: datetime, form: forms.Form
    ) -> None:
        await store.staff.set_rights(
            tx,
            request.app[keys.KEYS],
            staff.id,
            admin=form.get("admin") == "yes",
            clinician=form.get("clinician") == "yes",
            by=who.staff,
            now=now,
        )

    return await change(request, act)


async def grant(request: web.Request) -> web.Response:
    """A place in a group."""

    async def act(
        tx: AsyncConnection, staff: Staff, who: DeskSignIn, now: datetime, form: forms.Form
    ) -> None:
        role = form.get("role")
        if role not in ROLES:
            raise ValueError("no such role")
        await store.staff.grant(
            tx, request.app[keys.KEYS], staff.person, form.get("group"), role, who.staff, now
        )

    return await change(request, act)


async def withdraw(request: web.Request) -> web.Response:
    """The end of a place in a group: its pages and sockets close at once."""

    async def act(
        tx: AsyncConnection, staff: Staff, who: DeskSignIn, now: datetime, form: forms.Form
    ) -> None:
        own = {place.member for place in await store.staff.groups_of(tx, staff.person)}
        if form.get("member") not in own:
            raise LookupError("no such place")
        await store.staff.withdraw(tx, request.app[keys.KEYS], form.get("member"), who.staff, now)

    return await change(request, act)


async def disable(request: web.Request) -> web.Response:
    """Closes the account or opens it again. Nobody closes their own."""

    async def act(
        tx: AsyncConnection, staff: Staff, who: DeskSignIn, now: datetime, form: forms.Form
    ) -> None:
        if staff.id == who.staff:
            form.refuse(
                "", render.words(request).gettext("Your own account can be closed by another admin only.")
            )
        elif form.get("open") == "yes":
            await store.staff.enable(tx, request.app[keys.KEYS], staff.id, who.staff, now)
        else:
            await store.staff.disable(tx, request.app[keys.KEYS], staff.id, who.staff, now)

    return await change(request, act)


async def sign_out(request: web.Request) -> web.Response:
    """Ends every sign-in of a colleague."""

    async def act(
        tx: AsyncConnection, staff: Staff, who: DeskSignIn, now: datetime, form: forms.Form
    ) -> None:
        await store.staff_signins.close_all(tx, staff.id, "admin", now)

    return await change(request, act)


async def administering(request: web.Request, back: str) -> DeskSignIn:
    """An admin who proved it lately. Raises as `desk.admin` and `desk.fresh`."""
    await desk.admin(request)
    return await desk.fresh(request, back)


async def asked(tx: AsyncConnection, request: web.Request) -> Staff:
    """The colleague in the address. Raises HTTPNotFound."""
    found = await store.staff.by_id(tx, request.match_info["staff"])
    if found is None:
        raise web.HTTPNotFound
    return found


async def colleagues(tx: AsyncConnection, request: web.Request, staff: list[Staff]) -> list[Colleague]:
    """These people with their names and groups, by name."""
    people = await store.staff_people.known(tx, request.app[keys.KEYS], [one.person for one in staff])
    places = await store.staff_people.places(tx, [one.person for one in staff])
    found = [
        Colleague(staff=one, person=people[one.person], places=tuple(places.get(one.person, ())))
        for one in staff
        if one.person in people
    ]
    return sorted(found, key=lambda one: one.person.name.casefold())


def page(
    request: web.Request,
    who: DeskSignIn,
    template: str,
    form: forms.Form | None = None,
    **context: Any,
) -> web.Response:
    """A page of the admins."""
    csrf = cookies.csrf_value(request, who.id)
    zones = sorted(available_timezones()) if template == "staff/new.html" else ()
    return forms.again(
        request, template, form or forms.Form(), desk=who.desk, who=who, csrf=csrf, zones=zones, **context
    )


def routes() -> list[web.RouteDef]:
    staff = "/w/{desk}/staff"
    one = f"{staff}/{{staff}}"
    return [
        web.get(staff, show),
        web.get(one, show_one),
        web.post(f"{one}/rights", rights),
        web.post(f"{one}/grant", grant),
        web.post(f"{one}/withdraw", withdraw),
        web.post(f"{one}/disable", disable),
        web.post(f"{one}/sign-out", sign_out),
    ]
