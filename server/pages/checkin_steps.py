"""One question a page: shown, taken, summed up, sent. The same for a member by themselves and for a
facilitator who writes down what a member says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.answers
import store.filling
import store.groups
import store.people
import store.safety_state
from care.form import Step, Value
from care.roles import Purpose, Role
from server import keys, render, signin
from server.pages import checkin_parts, checkin_show, filling, forms, place, tryouts_told
from server.pages.filling import Filling
from server.pages.forms import Form
from server.pages.questions_all import questions
from store.checkins import CheckIn
from store.concerns import Found
from store.filling import Hand
from store.ids import plausible
from store.signins import SignIn

CHECK = "check"
"The summary, in addresses."


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Where a check-in is filled in. Its steps live below `address`; `home` leads out, `done` is the end.
    `found` tells where a worrying answer leads, from the concern it opened and the address to go on at;
    `name` is the member's, where somebody else writes."""

    who: SignIn
    one: CheckIn
    hand: Hand
    address: str
    home: str
    done: str
    frame: str
    own: bool
    found: Callable[[Found, str], str]
    name: str = ""


async def show(request: web.Request, at: At) -> web.Response:
    """The question, with the answer that was given here."""
    async with request.app[keys.DATABASE].read() as tx:
        found = await filling.load(request, tx, at.one, at.hand, at.address, at.home)
        readers = await leaders(request, tx, at.who.group)
        step = found.at(request.match_info["step"]) if found else None
        there = await store.safety_state.item9_open(tx, at.who.group, place.now(request))
        inside = await checkin_parts.inside(request, tx, at.who, step) if step else ()
    if found is None or step is None:
        return forms.see(at.home)
    form = checkin_show.filled(Form(), step, found.own)
    named = await tryouts_told.named(request, at.who, at.one.member, step)
    return page(request, at, found, step, form, readers, named, inside, there=there)


async def take(request: web.Request, at: At) -> web.Response:
    """Keeps the answer and goes on; on a mistake the question again, with what was typed. What a page asked
    is taken, also when it would be asked no more by now: hours end between the question and the answer."""
    sent = await forms.read(request)
    form = filling.pinned(request, at.one)
    step = form.step(request.match_info["step"]) if form else None
    if form is None or step is None:
        return forms.see(at.home)
    given = answers(request, sent, step)
    if sent.errors:
        return await again(request, at, step, sent)
    now, secrets = place.now(request), request.app[keys.KEYS]
    try:
        async with request.app[keys.DATABASE].write() as tx:
            found = await store.filling.give(tx, secrets, at.one, form, given, at.hand, now)
            after = await filling.load(request, tx, at.one, at.hand, at.address, at.home)
    except store.answers.Closed:
        async with request.app[keys.DATABASE].write() as tx:
            found = await store.filling.too_late(tx, secrets, at.one, form, given, at.hand, now)
        after = None
    onward = at.home
    if after is not None:
        onward = f"{at.address}/{CHECK}" if sent.get("to") == CHECK else after.following(step.key)
    return forms.see(at.found(found, onward) if found else onward)


async def again(request: web.Request, at: At, step: Step, sent: Form) -> web.Response:
    """The question with what was typed and what is wrong; the way out where it is asked no more."""
    async with request.app[keys.DATABASE].read() as tx:
        found = await filling.load(request, tx, at.one, at.hand, at.address, at.home)
        readers = await leaders(request, tx, at.who.group)
        there = await store.safety_state.item9_open(tx, at.who.group, place.now(request))
    if found is None or found.at(step.key) is None:
        return forms.see(at.home)
    named = await tryouts_told.named(request, at.who, at.one.member, step)
    return page(request, at, found, step, sent, readers, named, there=there)


def answers(request: web.Request, form: Form, step: Step) -> dict[str, Value]:
    """What the page said: its answers, or nothing where it was skipped."""
    if form.get("skip"):
        return {one.id: None for one in step.questions}
    return checkin_show.read(render.words(request), form, step)


def page(
    request: web.Request,
    at: At,
    found: Filling,
    step: Step,
    form: Form,
    readers: str,
    named: Sequence[str] = (),
    inside: Sequence[str] = (),
    *,
    there: bool,
) -> web.Response:
    """The page of one question. `named` are the steps it asks about, `inside` is what stands in the part it
    leads to, `there` says whether somebody is sure to be at work who is told of a worrying answer."""
    known = questions(render.words(request), filling.measures_of(request))
    measure = next((one for one in filling.measures_of(request).values() if one.id == step.part), None)
    return forms.again(
        request,
        "pages/checkin/question.html",
        form,
        **_frame(request, at),
        action=f"{at.address}/{step.key}",
        back=at.address + "/" + CHECK if form.get("to") == CHECK else found.before(step),
        questions=checkin_show.draw(step, known),
        number=found.number(step),
        total=len(found.steps),
        elsewhere=found.answered.get(step.key) is False,
        onward=found.following(step.key),
        to=CHECK if CHECK in (form.get("to"), request.query.get("to", "")) else "",
        safety=step.safety or step.key == "safe_now",
        readers=readers,
        there=there,
        named=named,
        licence=measure.licence if measure else "",
        page=checkin_parts.page(at.who.place, at.one, at.hand.mode, step),
        inside=inside,
        own_device=at.who.purpose == Purpose.CHECKIN,
        noted=noted(request) if at.name else "",
    )


def noted(request: web.Request) -> str:
    """The concern the answer before opened, where somebody writes down what a member says; "" for none."""
    said = request.query.get("noted", "")
    return said if plausible(said) else ""


async def show_summary(request: web.Request, at: At) -> web.Response:
    """All answers before they are sent."""
    async with request.app[keys.DATABASE].write() as tx:
        found = await filling.load(request, tx, at.one, at.hand, at.address, at.home)
        readers = await leaders(request, tx, at.who.group)
        steps = found.steps if found else ()
        inside = {one.key: await checkin_parts.inside(request, tx, at.who, one) for one in steps}
    if found is None:
        return forms.see(at.home)
    words = render.words(request)
    lines = checkin_show.summary(found, questions(words, filling.measures_of(request)), inside)
    return render.page(
        request,
        "pages/checkin/check.html",
        **_frame(request, at),
        lines=lines,
        open_ones=[one for one in lines if one.state == "open"],
        readers=readers,
        noted=noted(request) if at.name else "",
    )


async def send(request: web.Request, at: At) -> web.Response:
    """Finishes the check-in. A second press finds it finished and leads to the same page."""
    async with request.app[keys.DATABASE].write() as tx:
        await store.filling.send(tx, request.app[keys.KEYS], at.one, at.hand, place.now(request))
    return forms.see(at.done)


def _frame(request: web.Request, at: At) -> dict[str, Any]:
    return {
        "frame": at.frame,
        "place": at.who.place,
        "here": "checkin",
        "own": at.own,
        "csrf": signin.csrf_value(request, at.who),
        "address": at.address,
        "name": at.name,
        "mode": at.hand.mode,
        "wave": at.one.wave,
    }


async def leaders(request: web.Request, tx: AsyncConnection, group: str) -> str:
    """Those who read the answers, by name: “Nils”, “Nils and Nora”."""
    _ = render.words(request).gettext
    roster = await store.groups.roster(tx, group)
    leading = [one.id for one in roster if one.role == Role.FACILITATOR and one.left_at is None]
    names = await store.people.names(tx, request.app[keys.KEYS], leading)
    called = [names[one] for one in leading if one in names]
    if len(called) < 2:
        return called[0] if called else _("your facilitators")
    return _("%(some)s and %(last)s") % {"some": ", ".join(called[:-1]), "last": called[-1]}
