"""The bare address: says what this is, and to a browser that is signed in where its places are. Reveals
nothing else, and leads nowhere by itself."""

from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

import store.people
import store.staff_people
from care.roles import Action, Role, may
from server import keys, render, signin
from server.cookies import cookie_name
from server.request_keys import DESK, GLASS, STILL
from server.staff import desk
from store.signins import SignIn

MOST_PLACES = 8
"Places of one browser that are looked at."


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A place this browser is signed in at: whose it is, where it leads, and whether it is a desk."""

    name: str = field(repr=False)
    address: str
    desk: bool = False


async def front(request: web.Request) -> web.Response:
    """A page for people who typed the address, or followed a message, without a personal link."""
    try:
        found = [*await places(request), *await desks(request)]
    except (SQLAlchemyError, OSError):
        found = []
    return render.page(request, "pages/front.html", found=found)


async def places(request: web.Request) -> list[Open]:
    """Every place of a personal link that is open here, by the name its owner chose."""
    start = cookie_name(request, "seat-")
    named = [
        (name.removeprefix(start), token) for name, token in request.cookies.items() if name.startswith(start)
    ]
    asked = [await signin.find(request, place, token) for place, token in named[:MOST_PLACES]]
    found = [one for one in asked if one is not None]
    if not found:
        return []
    async with request.app[keys.DATABASE].read() as tx:
        names = await store.people.names(tx, request.app[keys.KEYS], [one.member for one in found])
    return [Open(name=names[one.member], address=address(one)) for one in found if one.member in names]


async def desks(request: web.Request) -> list[Open]:
    """Every desk that is open here. The page is none of a desk's: it neither counts idle time nor shows the
    desk's notices."""
    found = await desk.open_desks(request)
    for key in (DESK, GLASS, STILL):
        request.pop(key, None)
    if not found:
        return []
    async with request.app[keys.DATABASE].read() as tx:
        known = await store.staff_people.known(tx, request.app[keys.KEYS], [one.person for one in found])
    return [
        Open(name=known[one.person].name, address=f"/w/{one.desk}/", desk=True)
        for one in found
        if one.person in known
    ]


def address(who: SignIn) -> str:
    """Where the place begins: a link for the questions alone opens nothing else."""
    whole = who.role != Role.PARTICIPANT or may(who.role, Action.OWN_PLACE, who.purpose)
    return f"/s/{who.place}/" if whole else f"/s/{who.place}/checkin"


def routes() -> list[web.RouteDef]:
    return [web.get("/", front)]
