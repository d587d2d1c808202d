"""A member's own check-in: the way in by link or from the start page, the questions, the end."""

import logging
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
import store.concern_rows
import store.filling
from care.checkin_states import State
from care.roles import Action, may
from server import keys, render, signin
from server.pages import checkin_steps, filling, forms, place
from server.pages.checkin_next import following
from server.pages.checkin_steps import At
from server.pages.questions_all import rounds
from store.checkins import CheckIn
from store.concerns import Found
from store.filling import Hand
from store.signins import SignIn

log = logging.getLogger(__name__)


async def entrance(request: web.Request) -> web.Response:
    """Where an invitation leads: to the one form that is open, or to a choice."""
    who = await member(request)
    now = place.now(request)
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        found = await open_ones(tx, who, here)
    if len(found) == 1:
        return forms.see(f"/s/{who.place}/checkin/{found[0].id}")
    return render.page(
        request,
        "pages/checkin/entrance.html",
        place=who.place,
        here="checkin",
        own=may(who.role, Action.OWN_PLACE, who.purpose),
        zone=here.zone,
        found=found,
        rounds=rounds(render.words(request)),
        now=now,
    )


async def start(request: web.Request) -> web.Response:
    """The first page: what it is and who reads it. A finished one leads to its end; every other state says
    kindly what it is."""
    who, one = await own(request)
    if one.state == State.SUBMITTED:
        return forms.see(f"{address(who, one)}/done")
    at = at_of(who, one)
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        found = await filling.load(request, tx, one, at.hand, at.address, at.home)
        readers = await checkin_steps.leaders(request, tx, who.group)
    return render.page(
        request,
        "pages/checkin/start.html",
        place=who.place,
        here="checkin",
        own=at.own,
        csrf=signin.csrf_value(request, who),
        one=one,
        zone=here.zone,
        round=rounds(render.words(request))[one.wave],
        state=standing(one, here.now),
        filling=found,
        readers=readers,
    )


async def begin(request: web.Request) -> web.Response:
    """Opens the form and goes to the first question that has no answer."""
    who, one = await own(request)
    at = at_of(who, one)
    async with request.app[keys.DATABASE].write() as tx:
        if not await store.filling.open_one(
            tx,
            request.app[keys.KEYS],
            one,
            request.app[keys.QUESTIONNAIRES],
            at.hand,
            place.now(request),
        ):
            return forms.see(at.home)
        opened = await store.checkins.find(tx, one.id)
        found = await filling.load(request, tx, opened, at.hand, at.address, at.home) if opened else None
    return forms.see(found.following() if found else at.home)


async def ask(request: web.Request) -> web.Response:
    """One question."""
    return await checkin_steps.show(request, at_of(*await own(request)))


async def take(request: web.Request) -> web.Response:
    """Its answer."""
    return await checkin_steps.take(request, at_of(*await own(request)))


async def check(request: web.Request) -> web.Response:
    """The answers before they are sent."""
    return await checkin_steps.show_summary(request, at_of(*await own(request)))


async def send(request: web.Request) -> web.Response:
    """The end."""
    return await checkin_steps.send(request, at_of(*await own(request)))


async def done(request: web.Request) -> web.Response:
    """Thanks, and what happens next and when. Somebody who has not finished is led back."""
    who, one = await own(request)
    if one.state != State.SUBMITTED:
        return forms.see(address(who, one))
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        ahead = await following(tx, one, here)
        mine = may(who.role, Action.OWN_PLACE, who.purpose)
        call = await store.concern_rows.awaiting(tx, who.member)
        readers = await checkin_steps.leaders(request, tx, who.group)
    return render.page(
        request,
        "pages/checkin/done.html",
        place=who.place,
        here="checkin",
        own=mine,
        one=one,
        zone=here.zone,
        ahead=ahead,
        rounds=rounds(render.words(request)),
        readers=readers,
        # A link for one form tells no more than what came of that form.
        call=call if mine or (call and call.checkin == one.id) else None,
    )


def standing(one: CheckIn, now: datetime) -> str:
    """What the first page says: ahead, open, waived, superseded or over."""
    if one.state in (State.WAIVED, State.SUPERSEDED):
        return one.state
    if one.state == State.EXPIRED or one.closes_at <= now:
        return "over"
    return "open" if one.opens_at <= now else "ahead"


async def open_ones(tx: AsyncConnection, who: SignIn, here: place.Place) -> list[CheckIn]:
    """The check-ins of this member that take answers now, the one that closes first in front."""
    found = await store.checkins.of_member(tx, who.member)
    return sorted((one for one in found if one.answerable(here.now)), key=lambda one: one.closes_at)


async def member(request: web.Request) -> SignIn:
    """The participant who is signed in here, by whichever link. Raises HTTPNotFound for others."""
    who = await signin.current(request)
    if not may(who.role, Action.ANSWER_CHECKIN, who.purpose):
        raise web.HTTPNotFound
    return who


async def own(request: web.Request) -> tuple[SignIn, CheckIn]:
    """The member and the check-in in the address. Raises HTTPNotFound for one that is somebody else's."""
    who = await member(request)
    async with request.app[keys.DATABASE].read() as tx:
        one = await store.checkins.find(tx, request.match_info["checkin"])
    if one is None or one.member != who.member:
        log.warning(
            "A check-in of somebody else was asked for",
            extra={"action": "checkin_not_theirs", "member": who.member},
        )
        raise web.HTTPNotFound
    return who, one


def at_of(who: SignIn, one: CheckIn) -> At:
    """The member's own way through the form."""
    path = address(who, one)
    return At(
        who=who,
        one=one,
        hand=Hand(member=who.member, role=who.role, device=who.device),
        address=path,
        home=path,
        done=f"{path}/done",
        frame="pages/participant/frame.html",
        own=False,
        found=lambda found, _onward: help_page(who, found),
    )


def help_page(who: SignIn, found: Found) -> str:
    """Where an answer leads at once that is a reason to ask how somebody is; from there back to the form."""
    return f"/s/{who.place}/help-now/{found.concern}"


def address(who: SignIn, one: CheckIn) -> str:
    """The first page of a check-in."""
    return f"/s/{who.place}/checkin/{one.id}"


def routes() -> list[web.RouteDef]:
    """The way in, the questions, the end."""
    form = "/s/{place}/checkin/{checkin}"
    return [
        web.get("/s/{place}/checkin", entrance),
        web.get(form, start),
        web.post(form, begin),
        web.get(f"{form}/check", check),
        web.post(f"{form}/check", send),
        web.get(f"{form}/done", done),
        web.get(f"{form}/{{step}}", ask),
        web.post(f"{form}/{{step}}", take),
    ]
