"""Help, one press from everywhere: numbers first, then what a member would like from their team. Shown at
once after an answer that asks for it, and behind every "Help now". Opening it changes nothing and tells
nobody."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

import store.concern_rows
import store.concerns
import store.on_call
import store.people_own
import store.safety_state
from care.concern import State
from care.roles import Action, may
from care.safety import FINDINGS, Screen, Trigger
from server import keys, render, signin
from server.pages import crisis, forms, place
from store.concern_rows import Concern
from store.signins import SignIn

HELP = "help"
SCREENS = (Screen.SUPPORT.value, Screen.CALL_NOW.value, Screen.CRISIS.value, HELP)
WISHES = ("no", "today", "now")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page is made of. `concern` is the member's own open one, None where the page was opened
    without."""

    who: SignIn
    screen: str
    concern: Concern | None
    zone: str
    reachable: bool  # there is a number to call
    staffed: bool
    opens_at: datetime | None


async def show(request: web.Request) -> web.Response:
    """The page. With the database down the numbers are still there."""
    try:
        who = await member(request)
        async with request.app[keys.DATABASE].read() as tx:
            found = await load(request, tx, who, request.match_info["what"])
    except (SQLAlchemyError, OSError):
        return await crisis.first(request)
    return page(request, found, forms.Form())


async def post(request: web.Request) -> web.Response:
    """A wish. It is written down, and the team is told at once where it asks for somebody."""
    who = await member(request)
    form = await forms.read(request)
    _ = render.words(request).gettext
    said = form.one_of("wish", WISHES, _("Please choose one."))
    secrets, now = request.app[keys.KEYS], place.now(request)
    async with request.app[keys.DATABASE].write() as tx:
        found = await load(request, tx, who, request.match_info["what"])
        if not form.errors:
            made = found.concern
            if made is None and said != "no":
                made = await store.concerns.ask_for_help(tx, secrets, who.member, who.member, now)
            elif made is not None:
                made = await store.concerns.wish(tx, secrets, made.id, who.member, said, now)
            back = made.id if made is not None else found.screen
            return forms.see(f"/s/{who.place}/help-now/{back}?said={said}")
    return page(request, found, form)


async def member(request: web.Request) -> SignIn:
    """The participant who is signed in here, by whatever link. Raises HTTPNotFound for others."""
    who = await signin.current(request)
    if not may(who.role, Action.ASK_FOR_HELP, who.purpose):
        raise web.HTTPNotFound
    return who


async def load(request: web.Request, tx: AsyncConnection, who: SignIn, what: str) -> Shown:
    """The page's parts. A concern that is over, or is not theirs, is the page without one."""
    concern = None
    if what not in SCREENS:
        found = await store.concern_rows.find(tx, what)
        if found is not None and found.member == who.member and found.state != State.CLOSED:
            concern = found
    rota, now = await store.on_call.rota(tx), place.now(request)
    own = await store.people_own.access_own(tx, request.app[keys.KEYS], who.person, who.member, now)
    there = rota.calendar.is_open(now) and await store.safety_state.ticking(tx, now)
    return Shown(
        who=who,
        screen=screen(concern, what),
        concern=concern,
        zone=own.zone,
        reachable=bool(own.callback),
        staffed=there,
        opens_at=rota.calendar.opens_at(now),
    )


def screen(concern: Concern | None, what: str) -> str:
    """Which of the pages it is."""
    if concern is None:
        return what if what in SCREENS else HELP
    if concern.wish == "now":
        return Screen.CRISIS.value
    return FINDINGS[Trigger(concern.trigger)][1].value or Screen.SUPPORT.value


def page(request: web.Request, found: Shown, form: forms.Form) -> web.Response:
    """The page with this form."""
    _ = render.words(request).gettext
    said = request.query.get("said", "")
    country = crisis.country_of(request, found.zone)
    if said != "no" and found.concern is None:
        said = ""  # an old address says nothing of who is told now
    return forms.again(
        request,
        "pages/safety/help_now.html",
        form,
        place=found.who.place,
        csrf=signin.csrf_value(request, found.who),
        shown=found,
        country=country,
        lines_path=f"/help/{country.code}",
        said=said if said in WISHES else "",
        in_room="room" in request.query,
        own=may(found.who.role, Action.OWN_PLACE, found.who.purpose),
        wishes=wishes(request, found.screen),
    )


def wishes(request: web.Request, shown: str) -> list[tuple[str, str]]:
    """What can be asked for on this page, the soonest first where it presses."""
    _ = render.words(request).gettext
    now = ("now", _("Please call me now"))
    today = ("today", _("Please call me today"))
    no = ("no", _("No call, thank you"))
    return [today, no] if shown == Screen.SUPPORT else [now, today, no]


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/help-now/{what}"
    return [web.get(address, show), web.post(address, post)]
