"""A member's own page of what they sent last: their answers in the words they were asked in, nothing added.
No total, no level, no comparison: those are looked at together, in the meeting in the middle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import NullTranslations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.answers
import store.checkins
import store.questionnaires
from care.instrument import Measure
from server import keys, render, signin
from server.pages import place
from server.pages.scores_words import when_words
from store.answers import Answer
from store.checkins import CheckIn
from store.signins import SignIn


@dataclass(frozen=True, slots=True)
class Said:
    """A question and the answer that was chosen; `answer` "" where it was passed over, None where it was
    given on another device and is not read back here."""

    question: str
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The answers to one measure, in its language."""

    title: str
    stem: str
    language: str
    licence: str
    said: Sequence[Said]


async def show(request: web.Request) -> web.Response:
    """The page as it stands now."""
    who = await place.participant(request)
    words = render.words(request)
    async with request.app[keys.DATABASE].read() as tx:
        here = await place.load(request, tx, who)
        sent = await newest(tx, who.member)
        parts = await _parts(request, tx, who, sent) if sent else []
    return render.page(
        request,
        "pages/participant/course.html",
        place=who.place,
        here="home",
        csrf=signin.csrf_value(request, who),
        zone=here.zone,
        round=_round(words, sent) if sent else "",
        at=sent.done_at if sent else None,
        parts=parts,
    )


async def newest(tx: AsyncConnection, member: str) -> CheckIn | None:
    """The check-in that was sent last."""
    sent = [one for one in await store.checkins.of_member(tx, member) if one.done_at is not None]
    return max(sent, key=lambda one: (one.done_at, one.id), default=None)


def _round(words: NullTranslations, sent: CheckIn) -> str:
    return when_words(words, sent.wave, sent.number, sent.number)


async def _parts(request: web.Request, tx: AsyncConnection, who: SignIn, sent: CheckIn) -> list[Part]:
    given = await store.answers.given_here(tx, request.app[keys.KEYS], sent.id, who.device, who.member)
    answered = await store.answers.answered_ids(tx, sent.id, who.device, who.member)
    measures = await store.questionnaires.known(tx)
    asked = {item.id: one for one in measures.values() for item in one.items}
    pinned = {one.question: measures[one.instrument] for one in given.values() if one.instrument in measures}
    found: dict[str, tuple[Measure, list[str]]] = {}
    for name in answered:
        measure = pinned.get(name) or asked.get(name)
        if measure is not None:
            found.setdefault(measure.id, (measure, []))[1].append(name)
    return [_part(measure, names, given) for measure, names in found.values()]


def _part(measure: Measure, names: Sequence[str], given: Mapping[str, Answer]) -> Part:
    texts = {one.value: one.text for one in measure.options}
    said = []
    for item in measure.items:
        if item.id in names:
            answer = given.get(item.id)
            chosen = texts.get(answer.value, "") if answer and isinstance(answer.value, int) else ""
            said.append(Said(item.text, chosen if answer else None))
    return Part(
        title=measure.title,
        stem=measure.stem,
        language=measure.language,
        licence=measure.licence,
        said=said,
    )


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/course", show)]
