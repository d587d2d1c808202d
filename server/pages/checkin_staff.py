"""A member's check-in for the facilitators of the group: what was answered, each look logged, and the way to
fill it in together, on the telephone or in a meeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.answers
import store.checkins
import store.filling
import store.people
from care import forms as versions
from care.checkin_states import State
from care.form import Step
from care.readiness import WAVES
from server import keys, render, signin
from server.pages import (
    checkin,
    checkin_readiness,
    checkin_show,
    checkin_steps,
    filling,
    forms,
    person,
    place,
)
from server.pages.checkin_steps import At
from server.pages.forms import Form
from server.pages.person import Person
from server.pages.questions import Asked
from server.pages.questions_all import questions, rounds
from store.answers import Answer
from store.checkins import CheckIn
from store.filling import Hand

TEMPLATE = "pages/checkin/read.html"
MODES = (store.answers.PHONE, store.answers.MEETING)
PURPOSE = "check-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One question with its answer. `by` is the name of a facilitator who wrote it down, "" for the member;
    `said` is "" where it was skipped."""

    title: str
    language: str
    said: str = field(repr=False)
    at: datetime
    by: str
    mode: str
    measure: str


async def read(request: web.Request) -> web.Response:
    """The answers as they stand, finished or not. The look is logged."""
    return await _page(request, Form())


async def rate(request: web.Request) -> web.Response:
    """Keeps how ready the member is in the eyes of a facilitator. Raises HTTPNotFound in other rounds."""
    form = await forms.read(request)
    said = checkin_readiness.read(render.words(request), form)
    about, one = await find(request)
    if one.wave not in WAVES:
        raise web.HTTPNotFound
    if said is None:
        return await _page(request, form)
    async with request.app[keys.DATABASE].write() as tx:
        await checkin_readiness.keep(request, tx, about, one, said)
    return forms.see(f"{about.address}/checkin/{one.id}#readiness-title")


async def begin(request: web.Request) -> web.Response:
    """Opens the form to fill it in with the member."""
    form = await forms.read(request)
    words = render.words(request)
    mode = form.one_of("mode", MODES, words.gettext("Please choose how you speak with each other."))
    if form.errors:
        return await _page(request, form)
    about, one = await find(request)
    at = at_of(about, one, mode)
    async with request.app[keys.DATABASE].write() as tx:
        opened = await store.filling.open_one(
            tx, request.app[keys.KEYS], one, request.app[keys.QUESTIONNAIRES], at.hand, place.now(request)
        )
        fresh = await store.checkins.find(tx, one.id) if opened else None
        found = await filling.load(request, tx, fresh, at.hand, at.address, at.home) if fresh else None
    return forms.see(found.following() if found else at.home)


async def ask(request: web.Request) -> web.Response:
    """One question, to read out."""
    return await checkin_steps.show(request, await here(request))


async def take(request: web.Request) -> web.Response:
    """The member's answer."""
    return await checkin_steps.take(request, await here(request))


async def check(request: web.Request) -> web.Response:
    """The answers that were written down here, before they are sent."""
    return await checkin_steps.show_summary(request, await here(request))


async def send(request: web.Request) -> web.Response:
    """The end; back to what was answered."""
    return await checkin_steps.send(request, await here(request))


async def _page(request: web.Request, form: Form) -> web.Response:
    about, one = await find(request)
    now = place.now(request)
    async with request.app[keys.DATABASE].write() as tx:
        given = await store.answers.access_answers(
            tx, request.app[keys.KEYS], one.id, about.who.member, PURPOSE, now
        )
        names = await _names(request, tx, given)
        both = await checkin_readiness.load(request, tx, about, one, given, form)
    words = render.words(request)
    return forms.again(
        request,
        TEMPLATE,
        form,
        place=about.who.place,
        here="home",
        desk_path=await place.desk_path(request, about.who),
        csrf=signin.csrf_value(request, about.who),
        zone=about.here.zone,
        address=about.address,
        name=about.name,
        one=one,
        noted=checkin_steps.noted(request),
        both=both,
        round=rounds(words)[one.wave],
        state="sent" if one.state == State.SUBMITTED else checkin.standing(one, now),
        rows=_rows(one, given, questions(words, filling.measures_of(request)), names, request),
        modes=[
            (store.answers.PHONE, words.gettext("On the telephone")),
            (store.answers.MEETING, words.gettext("In a meeting")),
        ],
    )


async def _names(request: web.Request, tx: AsyncConnection, given: Mapping[str, Answer]) -> Mapping[str, str]:
    """Names of the facilitators who wrote something down."""
    others = {one.by for one in given.values() if one.mode != store.answers.SELF}
    return await store.people.names(tx, request.app[keys.KEYS], others)


def _rows(
    one: CheckIn,
    given: Mapping[str, Answer],
    known: Mapping[str, Asked],
    names: Mapping[str, str],
    request: web.Request,
) -> Sequence[Read]:
    """The answers in the order of the form; what an older version asked comes last."""
    steps = versions.build(one.form, filling.measures_of(request)).steps if one.form else ()
    order = [question for step in steps for question in _ids(step)]
    named = [name for name in (*order, *sorted(set(given) - set(order))) if name in given]
    return [_row(given[name], known.get(name, Asked(title=name)), names) for name in named]


def _ids(step: Step) -> list[str]:
    return [one.id for one in step.questions]


def _row(one: Answer, asked: Asked, names: Mapping[str, str]) -> Read:
    return Read(
        title=asked.title,
        language=asked.language,
        said="" if one.value is None else checkin_show.told(asked, one.value),
        at=one.at,
        by="" if one.mode == store.answers.SELF else names.get(one.by, ""),
        mode=one.mode,
        measure=one.instrument.split("@")[0].upper(),
    )


async def find(request: web.Request) -> tuple[Person, CheckIn]:
    """The member and the check-in in the address. Raises HTTPNotFound for anybody but a facilitator of the
    group, and for a check-in of somebody else."""
    who = await signin.current(request)
    async with request.app[keys.DATABASE].read() as tx:
        about = await person.find(request, tx, who)
        one = await store.checkins.find(tx, request.match_info["checkin"])
    if one is None or one.member != about.member.id:
        raise web.HTTPNotFound
    return about, one


async def here(request: web.Request) -> At:
    """Where a facilitator is in a member's form. Raises HTTPNotFound."""
    mode = request.match_info["mode"]
    if mode not in MODES:
        raise web.HTTPNotFound
    about, one = await find(request)
    return at_of(about, one, mode)


def at_of(about: Person, one: CheckIn, mode: str) -> At:
    """The facilitator's way through the form of a member. A worrying answer is passed on as always; here it
    is the person who speaks with the member who is told."""
    who = about.who
    home = f"{about.address}/checkin/{one.id}"
    return At(
        who=who,
        one=one,
        hand=Hand(member=who.member, role=who.role, device=who.device, mode=mode),
        address=f"{home}/{mode}",
        home=home,
        done=home,
        frame="pages/facilitator/frame.html",
        own=False,
        found=lambda found, onward: f"{onward}?noted={found.concern}",
        name=about.name,
    )


def routes() -> list[web.RouteDef]:
    """What was answered, and the questions to read out."""
    home = "/s/{place}/people/{member}/checkin/{checkin}"
    form = f"{home}/{{mode}}"
    return [
        web.get(home, read),
        web.post(home, begin),
        web.post(f"{home}/readiness", rate),
        web.get(f"{form}/check", check),
        web.post(f"{form}/check", send),
        web.get(f"{form}/{{step}}", ask),
        web.post(f"{form}/{{step}}", take),
    ]
