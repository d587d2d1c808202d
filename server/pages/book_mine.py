"""A member's own page of what they work on: proposals that wait for their yes, the circle, problems, goals
and the plan."""

from aiohttp import web

from care import goals
from care.areas import holding
from server import render
from server.pages import book, book_words, circle_picture
from server.pages.forms import Form


async def show(request: web.Request) -> web.Response:
    """The page as it is now."""
    async with book.opened(request) as (tx, at):
        held = await book.look(request, tx, at)
    now = holding(held.areas, max(book.next_ordinal(at), 1))
    return book.show(
        request,
        at,
        "mine",
        Form(),
        spots=circle_picture.spots(held.people),
        people=len(held.people),
        problem=held.problems[held.order[0]].words if held.order else "",
        goals=list(goals.current(held.goals).values()),
        plan=held.plan,
        areas=[held.areas[key] for key in now],
        waiting=[(key, one) for key, one in held.areas.items() if one.waiting and not one.by_member],
        area_words=book_words.areas(render.words(request)),
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/mine/", show)]
