"""What the steps of a group's set-up share: whose draft it is, how it is kept, and the page around a step."""

from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations
from typing import Any

from aiohttp import web

import store.setup
import store.staff
import store.staff_people
import store.worklist
from care import zones
from server import cookies, keys, render
from server.pages import dates_shown, forms, setup_draft
from server.pages.dates_shown import Shown
from server.pages.forms import Form
from server.staff import desk
from store.staff_signins import DeskSignIn

TEMPLATES = {step: f"pages/coordinator/setup/{step}.html" for step in setup_draft.STEPS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where somebody stands in a set-up. `draft` is "" before the first step was kept."""

    who: DeskSignIn
    draft: str
    values: dict[str, Any]
    name: str

    def address(self, step: str) -> str:
        """Where a step is done."""
        start = f"/w/{self.who.desk}/groups/new"
        return f"{start}/{self.draft}/{step}" if self.draft else start

    def after(self, draft: str) -> str:
        """Where it goes on once this step is kept."""
        following = setup_draft.STEPS[setup_draft.STEPS.index(self.name) + 1]
        return f"/w/{self.who.desk}/groups/new/{draft}/{following}"


async def load(request: web.Request, name: str) -> Step:
    """The step this request is about. Raises HTTPNotFound for a draft that is not this person's, HTTPSeeOther
    where an earlier step is to be done first or the group exists already."""
    who = await desk.current(request)
    draft = request.match_info.get("draft", "")
    if not draft:
        return Step(who=who, draft="", values={}, name=name)
    async with request.app[keys.DATABASE].read() as tx:
        found = await store.setup.draft(tx, request.app[keys.KEYS], who.person, draft)
    if found is None:
        raise web.HTTPNotFound
    if found.group is not None:
        raise web.HTTPSeeOther(await made_at(request, who, found.group))
    step = Step(who=who, draft=draft, values=dict(found.values), name=name)
    reached = setup_draft.reached(step.values)
    if setup_draft.STEPS.index(name) > setup_draft.STEPS.index(reached):
        raise web.HTTPSeeOther(step.address(reached))
    return step


async def made_at(request: web.Request, who: DeskSignIn, group: str) -> str:
    """Where the group is that a draft has become: this person's place in it."""
    async with request.app[keys.DATABASE].read() as tx:
        places = await store.staff.groups_of(tx, who.person)
    return next((f"/s/{one.place}/" for one in places if one.group == group), f"/w/{who.desk}/")


async def keep(request: web.Request, step: Step, changed: dict[str, Any], *, done: bool) -> str:
    """Stores what a step changed; returns the draft's id."""
    values = step.values | changed
    finished = [*values.get("done", []), *([step.name] if done else [])]
    values["done"] = [each for each in setup_draft.STEPS if each in finished]
    now = request.app[keys.CLOCK]().wall
    async with request.app[keys.DATABASE].write() as tx:
        return await store.setup.save_draft(
            tx, request.app[keys.KEYS], step.who.person, values, now, draft=step.draft or None
        )


def page(request: web.Request, step: Step, form: Form, **context: Any) -> web.Response:
    """The step's page."""
    number = setup_draft.STEPS.index(step.name) + 1
    return forms.again(
        request,
        TEMPLATES[step.name],
        form,
        desk=step.who.desk,
        who=step.who,
        step=step,
        number=number,
        steps=len(setup_draft.STEPS),
        csrf=cookies.csrf_value(request, step.who.id),
        **context,
    )


def shown(request: web.Request, values: setup_draft.Values) -> Shown | None:
    """The calendar of what was entered; None while it cannot be computed."""
    try:
        plan = setup_draft.plan_of(values)
        if plan is None or not zones.known(plan.zone):
            return None
        people = [(one.chosen_name or one.name, one.zone) for one in setup_draft.people_of(values)]
        return dates_shown.of_plan(request, plan, setup_draft.phases_of(values), people)
    except (KeyError, ValueError, OverflowError):
        return None


async def usual_zone(request: web.Request, who: DeskSignIn) -> str:
    """Where this person's newest group meets; without any, where they are themselves."""
    async with request.app[keys.DATABASE].read() as tx:
        groups = await store.worklist.groups(tx, who.person, request.app[keys.CLOCK]().wall)
        own = await store.staff_people.known(tx, request.app[keys.KEYS], [who.person])
    return groups[-1].zone if groups else own[who.person].zone


def today(request: web.Request) -> date:
    """The day it is, in UTC: near enough for what lies in the past."""
    return request.app[keys.CLOCK]().wall.date()


def words(request: web.Request) -> NullTranslations:
    """The reader's language."""
    return render.words(request)
