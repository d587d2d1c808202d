"""A member's course for the facilitators: every measure as a chart with a table beside it, what changed, and
what asks for a look. Nobody else has this page."""

from datetime import datetime, time
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from aiohttp import web

import store.scores
from care.change import Change
from care.review import Kind, Review, review_by
from care.summary import Summary, Whole
from server import keys, render, signin
from server.pages import forms, person, place, scores_chart, scores_load
from server.pages.person import Person
from server.pages.scores_load import Scored, Scores
from server.pages.scores_words import (
    gain_words,
    level_words,
    reliable_words,
    review_words,
    when_words,
    yes_words,
)


async def show(request: web.Request) -> web.Response:
    """The page as it stands now; the look is logged."""
    who = await signin.current(request)
    async with request.app[keys.DATABASE].write() as tx:
        about = await person.find(request, tx, who)
        found = await scores_load.load(
            request, tx, who, about.here.group, "course page", member=about.member.id
        )
    scored = found.members[about.member.id]
    words = render.words(request)
    return render.page(
        request,
        "pages/facilitator/course.html",
        place=who.place,
        here="home",
        desk_path=await place.desk_path(request, who),
        csrf=signin.csrf_value(request, who),
        name=about.name,
        address=about.address,
        zone=about.here.zone,
        prompts=prompts(words, about, scored),
        measures=[_measure(words, one, scored, found) for one in scored.found.measures],
        whole=_whole(words, scored.found),
    )


async def looked(request: web.Request) -> web.Response:
    """A facilitator has looked at a prompt. What it was about has to be among those that are there."""
    who = await signin.current(request)
    form = await forms.read(request)
    async with request.app[keys.DATABASE].write() as tx:
        about = await person.find(request, tx, who)
        found = await scores_load.load(
            request, tx, who, about.here.group, "course page", member=about.member.id
        )
        wanted = str(form.values.get("prompt", ""))
        for one in found.members[about.member.id].open:
            if key(one) == wanted:
                prompt = (one.kind.value, one.measure, store.scores.about(one))
                await store.scores.look(
                    tx, request.app[keys.KEYS], about.member.id, prompt, who.member, about.here.now
                )
    return forms.see(f"{about.address}/course")


def key(one: Review) -> str:
    """A prompt's name in a form."""
    return f"{one.kind.value}.{one.measure}.{store.scores.about(one)}"


def prompts(words: NullTranslations, about: Person, scored: Scored) -> list[dict[str, object]]:
    """What nobody has looked at yet, in words, with the day it is to be looked at by."""
    titles = {one.measure.id: one.measure.title for one in scored.found.measures}
    times = {one.checkin: one.at for each in scored.found.measures for one in each.points}
    found: list[dict[str, object]] = []
    for one in scored.open:
        at = times.get(one.checkin)
        text = review_words(words, titles.get(one.measure, ""), one)
        due = _due(at, about.here.zone) if one.kind is Kind.DETERIORATION and at else None
        found.append({"key": key(one), "kind": one.kind.value, "text": text, "by": due})
    return found


def _due(at: datetime, zone: str) -> datetime:
    """The day a prompt is to be looked at by, at noon of that day."""
    day = review_by(at.astimezone(ZoneInfo(zone)).date())
    return datetime.combine(day, time(12), ZoneInfo(zone))


def _measure(words: NullTranslations, one: Summary, scored: Scored, found: Scores) -> dict[str, object]:
    name = one.measure.id
    return {
        "id": name,
        "title": one.measure.title,
        "direction": scores_chart.direction_words(words, one.measure),
        "reversed": one.measure.higher_is_better,
        "licence": one.measure.licence,
        "chart": scores_chart.drawn(words, f"chart-{name}", one, scored.frame, found.phases),
        "zone": one.measure.reliable_change,
        "rows": scores_chart.rows(words, one, scored.frame),
        "safety": one.measure.safety_item is not None or one.mixed,
        "mixed": one.mixed,
        "change": _change(words, one, one.change) if one.change else None,
    }


def _change(words: NullTranslations, one: Summary, moved: Change) -> dict[str, object]:
    base, end = one.base, one.end
    if base is None or end is None:
        raise ValueError("a change lies between two scores")
    last = end.point
    return {
        "first": moved.first,
        "first_level": level_words(words, base.score.word),
        "first_when": when_words(words, base.wave, base.session, base.number),
        "last": moved.last,
        "last_level": level_words(words, last.score.word),
        "last_when": when_words(words, last.wave, last.session, last.number),
        "carried": end.carried,
        "so_far": end.so_far,
        "estimated": base.score.prorated or last.score.prorated,
        "gain": gain_words(words, moved.gain, one.measure.higher_is_better),
        "share": None if moved.share is None else round(abs(float(moved.share)) * 100),
        "reliable": reliable_words(words, moved.reliable),
        "response": yes_words(words, moved.response),
        "remission": yes_words(words, moved.remission),
        "published": moved.response is not None,
    }


def _whole(words: NullTranslations, found: Whole) -> dict[str, str] | None:
    if found.improvement is None:
        return None
    return {
        "improvement": yes_words(words, found.improvement),
        "recovery": yes_words(words, found.recovery),
        "reliable_recovery": yes_words(words, found.reliable_recovery),
    }


def routes() -> list[web.RouteDef]:
    address = "/s/{place}/people/{member}/course"
    return [web.get(address, show), web.post(f"{address}/looked", looked)]
