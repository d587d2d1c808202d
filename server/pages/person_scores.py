"""A member's page, the course: the newest total of each measure, and whether something asks for a look."""

from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from care.course import Point
from server import render
from server.pages import scores, scores_load
from server.pages.person import Person
from server.pages.scores_words import level_words, when_words


async def load(request: web.Request, tx: AsyncConnection, about: Person) -> Mapping[str, object] | None:
    """The newest totals in words and the prompts nobody has looked at."""
    words = render.words(request)
    loaded = await scores_load.load(
        request, tx, about.who, about.here.group, "member page", member=about.member.id
    )
    found = loaded.members[about.member.id]
    newest = [
        (one.measure.title, point.total, level_words(words, point.score.word), _when(request, point))
        for one in found.found.measures
        for point in [each for each in one.points if each.total is not None][-1:]
    ]
    return {"newest": newest, "prompts": scores.prompts(words, about, found)}


def _when(request: web.Request, point: Point) -> str:
    return when_words(render.words(request), point.wave, point.session, point.number)
