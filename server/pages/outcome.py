"""How a membership ended: for clinicians alone, who may also hold a coordinator's place. Others do not find
the page; nothing is ever derived here.
"""

from dataclasses import dataclass
from gettext import NullTranslations

from aiohttp import web

import store.outcomes
import store.people
from care.completion import Outcome
from server import keys, render
from server.pages import forms, member_page
from server.pages.forms import Form
from server.pages.member_page import About
from server.staff import desk
from store.staff_signins import DeskSignIn

PAGE = "pages/coordinator/people/outcome.html"
LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A clinician at the page of one member."""

    about: About
    clinician: DeskSignIn


async def ask(request: web.Request) -> Asked:
    """Who asks about whom. Raises HTTPNotFound for anybody who is no clinician."""
    about = await member_page.find(request)
    desks = await desk.open_desks(request)
    mine = (one for one in desks if one.person == about.at.who.person and one.clinician)
    found = next(mine, None)
    if found is None:
        raise web.HTTPNotFound
    return Asked(about=about, clinician=found)


async def show(request: web.Request) -> web.Response:
    """What was said, and the form."""
    return await page(request, await ask(request), forms.filled({}))


async def say(request: web.Request) -> web.Response:
    """Keeps what the clinician says; what was said before stays beside it."""
    asked = await ask(request)
    form = await forms.read(request)
    _ = render.words(request).gettext
    code = form.one_of("outcome", [one.value for one in Outcome], _("Choose how it ended."))
    if len(form.get("note")) > LONGEST:
        form.refuse("note", _("Write at most 2000 letters."))
    if form.errors:
        return await page(request, asked, form)
    async with request.app[keys.DATABASE].write() as tx:
        await store.outcomes.say(
            tx,
            request.app[keys.KEYS],
            asked.about.member.id,
            Outcome(code),
            form.get("note"),
            asked.clinician.staff,
            request.app[keys.CLOCK]().wall,
        )
    return forms.see(request.path)


async def page(request: web.Request, asked: Asked, form: Form) -> web.Response:
    """The page with what holds now."""
    about = asked.about
    async with request.app[keys.DATABASE].read() as tx:
        said = (await store.outcomes.of_group(tx, about.at.group.id)).get(about.member.id)
        names = await store.people.names(tx, request.app[keys.KEYS], [about.member.id])
    words = outcome_words(render.words(request))
    return forms.again(
        request,
        PAGE,
        form,
        office=about.at,
        here="people",
        member=about.member,
        name=names.get(about.member.id, ""),
        said=said,
        said_words=words.get(said.code.value, "") if said else "",
        options=[(one.value, words[one.value]) for one in Outcome],
    )


def outcome_words(translations: NullTranslations) -> dict[str, str]:
    """How a membership can end."""
    _ = translations.gettext
    return {
        "completed_as_planned": _("Came to the end as planned"),
        "completed_early_by_agreement": _("Ended earlier, by agreement"),
        "left_by_own_choice": _("Left by their own choice"),
        "moved_to_other_care": _("Went on to other care"),
        "paused": _("Paused"),
        "lost_contact": _("Contact was lost"),
        "died": _("Died"),
        "other": _("Something else"),
    }


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/people/{member}/outcome"
    return [web.get(address, show), web.post(address, say)]
