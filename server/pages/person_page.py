"""The page of one member: for a facilitator everything that concerns the work with them, section by section;
for a coordinator the office's page. `SECTIONS` is the whole list: a new section is one line there, one loader
and one partial template."""

from aiohttp import web

from care.roles import Role
from server import keys, render, signin
from server.pages import (
    member_page,
    person,
    person_checkins,
    person_concerns,
    person_contract,
    person_scores,
    person_work,
    place,
    tryouts_told,
)
from server.pages.person import Section
from store.signins import SignIn

PARTIALS = "pages/facilitator/person"
SECTIONS: tuple[Section, ...] = (
    Section("concerns", person_concerns.load, f"{PARTIALS}/concerns.html"),
    Section("course", person_scores.load, f"{PARTIALS}/course.html"),
    Section("areas", person_work.areas, f"{PARTIALS}/areas.html"),
    Section("goals", person_work.aims, f"{PARTIALS}/goals.html"),
    Section("tryouts", tryouts_told.section, f"{PARTIALS}/tryouts.html"),
    Section("circle", person_work.circle, f"{PARTIALS}/circle.html"),
    Section("problems", person_work.problems, f"{PARTIALS}/problems.html"),
    Section("plan", person_work.plan, f"{PARTIALS}/plan.html"),
    Section("checkins", person_checkins.load, f"{PARTIALS}/checkins.html"),
    Section("contract", person_contract.load, f"{PARTIALS}/contract.html"),
)


async def show(request: web.Request) -> web.Response:
    """The page as this role needs it."""
    who = await signin.current(request)
    return await (page(request, who) if who.role == Role.FACILITATOR else member_page.show(request))


async def page(request: web.Request, who: SignIn) -> web.Response:
    """Every section that has something to say, in the order of the table."""
    async with request.app[keys.DATABASE].write() as tx:
        found = await person.find(request, tx, who)
        loaded = [(one, await one.load(request, tx, found)) for one in SECTIONS]
    return render.page(
        request,
        f"{PARTIALS}/page.html",
        place=who.place,
        here="home",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        zone=found.here.zone,
        address=found.address,
        member=found.member,
        name=found.name,
        said=request.query.get("said", ""),
        sections=[(one, it) for one, it in loaded if it is not None],
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/people/{member}", show)]
