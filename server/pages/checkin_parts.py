"""A part of a form with a page of its own: where that page is, and what stands in it by now, as far as this
sign-in may read it."""

from collections.abc import Sequence
from gettext import NullTranslations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.answers
import store.workbook
from care import form_parts, goals
from care.form import Step
from care.roles import Purpose, Role
from care.workbook import Workbook
from server import keys, render
from server.pages import book_words, place
from store.checkins import CheckIn
from store.signins import SignIn


def page(place_id: str, one: CheckIn, mode: str, step: Step) -> str:
    """The page of the part this step leads to, "" for any other step."""
    question = step.questions[0]
    if not question.page:
        return ""
    if mode == store.answers.SELF:
        return form_parts.page(place_id, question.page, one.id, step=step.key)
    return form_parts.page(place_id, question.page, one.id, one.member, mode, step.key)


async def inside(request: web.Request, tx: AsyncConnection, who: SignIn, step: Step) -> Sequence[str]:
    """What a member has written down there, line by line. A link for one form reads back what was written on
    its own device; a facilitator looks on the page itself, where the look is logged."""
    key = step.questions[0].page
    if not key or who.role != Role.PARTICIPANT:
        return ()
    held = await store.workbook.access_workbook(
        tx,
        request.app[keys.KEYS],
        who.member,
        who.member,
        "check-in",
        place.now(request),
        device=who.device if who.purpose == Purpose.CHECKIN else None,
    )
    return lines(render.words(request), key, held)


def lines(translations: NullTranslations, key: str, held: Workbook) -> list[str]:
    """What stands in a part."""
    match key:
        case "circle":
            rings = book_words.rings(translations)
            return [
                f"{one.label} ({rings[one.now]})" if one.now else one.label for one in held.people.values()
            ]
        case "problems":
            return [f"{number}. {held.problems[one].words}" for number, one in enumerate(held.order, 1)]
        case "goals":
            return [_goal(translations, one) for one in goals.current(held.goals).values()]
    titles = book_words.headings(translations)
    plan = [f"{title}: {said}" for name, (title, _) in titles.items() if (said := getattr(held.plan, name))]
    wishes = book_words.afterwards(translations)
    return plan + ([wishes[held.afterwards.wish.value]] if held.afterwards else [])


def _goal(translations: NullTranslations, one: goals.Goal) -> str:
    course = book_words.course(translations, one)
    return f"{one.words} ({course})" if course else one.words
