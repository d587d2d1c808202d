"""The desk: who of the staff is signed in, by a cookie named for the desk. A desk also opens the places of
its owner in groups, so that one sign-in serves work list, group pages and room.
"""

import hashlib
from datetime import timedelta

from aiohttp import web

import store.break_glass
import store.groups
import store.safety_state
import store.staff_signins
from care.roles import Role
from server import keys
from server.cookies import cookie_name
from server.request_keys import DESK, GLASS, STILL
from store.signins import SignIn, device_name
from store.staff_signins import DeskSignIn

FRESH = timedelta(minutes=10)
"How long a proof of password or passkey counts for sensitive changes."
LINK = "desk:"
"Begins the name of a sign-in at a desk, where others name their personal link."
MOST_DESKS = 4
"Desks of one browser that are looked at."


async def current(request: web.Request) -> DeskSignIn:
    """The sign-in for the desk in the address. Raises HTTPForbidden when there is none."""
    found = await find(request, request.match_info["desk"])
    if found is None:
        raise web.HTTPForbidden(reason="desk")
    return found


async def find(request: web.Request, desk: str) -> DeskSignIn | None:
    """The sign-in of this browser at a desk, noted as seen; None when it is over. Asked once a request."""
    if DESK in request and request[DESK].desk == desk:
        return request[DESK]
    token = request.cookies.get(desk_cookie(request, desk))
    if not token:
        return None
    db, now = request.app[keys.DATABASE], request.app[keys.CLOCK]()
    async with db.read() as tx:
        found = await store.staff_signins.find(tx, desk, token, now.wall)
        request[STILL] = not await store.safety_state.ticking(tx, now.wall)
        if found is not None and found.clinician:
            request[GLASS] = await store.break_glass.current(tx, found.staff, now.wall)
    if found is not None and found.touch_due:
        async with db.write() as tx:
            await store.staff_signins.touch(tx, found.id, now.wall)
    if found is not None:
        request[DESK] = found
    return found


async def open_desks(request: web.Request) -> list[DeskSignIn]:
    """Every desk this browser is signed in at."""
    start = cookie_name(request, "desk-")
    names = [name.removeprefix(start) for name in request.cookies if name.startswith(start)]
    found = [await find(request, desk) for desk in names[:MOST_DESKS]]
    return [one for one in found if one is not None]


async def at_place(request: web.Request, place: str) -> SignIn | None:
    """The sign-in for a staff place by the desk of the person who holds it; None when no desk here does."""
    for signin in await open_desks(request):
        async with request.app[keys.DATABASE].read() as tx:
            member = await store.groups.member_by_place(tx, place)
        if member is None or member.role == Role.PARTICIPANT:
            return None
        if member.person == signin.person:
            request[DESK] = signin
            return SignIn(
                id=signin.id,
                member=member.id,
                place=member.place,
                role=member.role,
                group=member.group,
                person=member.person,
                link=link_name(signin.id),
                purpose="staff",
                device=device_name(hashlib.sha256(signin.id.encode()).digest()),
                first_use=False,
                new_device=False,
                expires_at=signin.expires_at,
                touch_due=False,
            )
    return None


def link_name(signin: str) -> str:
    """What stands in the place of a personal link for somebody who came in by a desk."""
    return f"{LINK}{signin}"


def is_fresh(request: web.Request, who: DeskSignIn) -> bool:
    """True while the last proof of password or passkey is young enough for a sensitive change."""
    now = request.app[keys.CLOCK]().wall
    return who.proved_at is not None and now - who.proved_at <= FRESH


async def fresh(request: web.Request, back: str) -> DeskSignIn:
    """The desk's sign-in, proved again lately. Raises HTTPSeeOther to the page that asks for the proof and
    leads on to the page `back` below the desk.
    """
    who = await current(request)
    if not is_fresh(request, who):
        raise web.HTTPSeeOther(f"/w/{who.desk}/again?to={back}")
    return who


async def admin(request: web.Request) -> DeskSignIn:
    """The desk's sign-in of an admin. Raises HTTPNotFound for others: they learn nothing."""
    who = await current(request)
    if not who.admin:
        raise web.HTTPNotFound
    return who


def desk_cookie(request: web.Request, desk: str) -> str:
    """The name of a desk's cookie."""
    return cookie_name(request, f"desk-{desk}")


def put_cookie(request: web.Request, response: web.Response, desk: str, token: str, seconds: int) -> None:
    """Signs this browser in at a desk. Strict: no other site leads into a page of the staff."""
    response.set_cookie(
        desk_cookie(request, desk),
        token,
        max_age=seconds,
        path="/",
        secure=request.app[keys.SETTINGS].secure,
        httponly=True,
        samesite="Strict",
    )
