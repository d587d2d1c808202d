"""A member's page, the work itself: circle, problems, areas with the strategies of the next session, goals,
and the plan for afterwards. One look into the book is logged for all of them."""

from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.promised
import store.workbook
from care import goals
from care.areas import holding
from care.inventory import wishes
from care.strategies import checklist, counted
from care.workbook import Workbook
from server import keys, render
from server.pages import book, book_goals, book_words, circle_picture, strategy_words
from server.pages.book import Sitting
from server.pages.person import Person
from server.pages.prompts import phase_words

HELD = web.RequestKey("workbook", Workbook)
"The book of the member this page is about."


async def circle(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """The circle, small, and who is wished nearer or further."""
    held = await _book(request, tx, about)
    words = book_words.rings(render.words(request))
    return {
        "spots": circle_picture.spots(held.people),
        "count": len(held.people),
        "wishes": [
            (held.people[key].label, words[held.people[key].now or 1], words[held.people[key].wished or 1])
            for key in wishes(held.people)[:3]
        ],
    }


async def problems(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """The first problems in the member's order."""
    held = await _book(request, tx, about)
    return {"first": [held.problems[key].words for key in held.order[:3]], "count": len(held.order)}


async def areas(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """What is worked on in the next session, what waits for agreement, and that session's strategies."""
    held, at = await _book(request, tx, about), _sitting(about)
    words = render.words(request)
    ahead = [one for one in at.here.sessions if one.ordinal and one.state != "cancelled"]
    session = next((one for one in ahead if one.ends_at > at.here.now), ahead[-1] if ahead else None)
    promised = await store.promised.of_group(tx, about.who.group, at.here.now)
    ordinal = session.ordinal if session else 1
    now = holding(held.areas, ordinal)
    phase = book.phase(promised.phases, ordinal)
    known = strategy_words.strategies(words)
    ordinals = {one.id: one.ordinal for one in ahead}
    done = counted({ordinals[key]: one for key, one in held.worked.items() if key in ordinals})
    return {
        "now": [held.areas[key] for key in now],
        "waiting": [one for one in held.areas.values() if one.waiting],
        "words": book_words.areas(words),
        "stages": book_words.stages(words),
        "session": session,
        "phase": phase_words(words, phase.value),
        "strategies": [
            (known[one.key], done.get(one.key, ()))
            for one in checklist([held.areas[key].area for key in now], phase)
        ],
    }


async def aims(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """The goals with their ratings, wave by wave."""
    held = await _book(request, tx, about)
    words = render.words(request)
    return {
        "course": lambda one: book_words.course(words, one),
        "goals": list(goals.current(held.goals).values()),
        "closed": sum(one.closed is not None for one in held.goals.values()),
        "left_over": len(book_goals.left_over(held)),
    }


async def plan(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """Whether there is a plan for harder times, and what is wished for afterwards."""
    held = await _book(request, tx, about)
    known = book_words.afterwards(render.words(request))
    return {
        "finished": held.plan.finished,
        "begun": any((held.plan.signs, held.plan.call, held.plan.worked, held.plan.stress)),
        "wish": known[held.afterwards.wish.value] if held.afterwards else "",
    }


async def _book(request: web.Request, tx: AsyncConnection, about: Person) -> Workbook:
    """The book of this member, opened once for a page."""
    if HELD not in request:
        request[HELD] = await store.workbook.access_workbook(
            tx, request.app[keys.KEYS], about.member.id, about.who.member, "person", about.here.now
        )
    return request[HELD]


def _sitting(about: Person) -> Sitting:
    return Sitting(here=about.here, member=about.member.id, name=about.name, staff=True)
