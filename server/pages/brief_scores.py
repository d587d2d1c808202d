"""The brief's clinical lines, member by member: how the score moved since last time, the one wish for today,
what asks for a look, and forms that are still open. For facilitators alone; each look is logged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from gettext import NullTranslations

from aiohttp import web

import store.checkins
from care.change import gain
from care.course import Point
from care.summary import Summary
from server import keys, render
from server.pages import scores_load, tryout_words
from server.pages.place import Place
from server.pages.scores_load import Scored
from server.pages.scores_words import gain_words, level_words, review_words, when_words
from store.checkins import CheckIn
from store.groups import Session
from store.signins import SignIn

WAITING = ("planned", "due", "invited", "opened")


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One member's lines. `mood` is 0 to 10, None where the weekly look has none, `tried` what it
    says about the step of last week."""

    scores: Sequence[str]
    mood: int | None
    wish: str
    tried: str
    prompts: Sequence[str]
    waiting: Sequence[str]


async def load(request: web.Request, who: SignIn, here: Place, session: Session) -> Mapping[str, Week]:
    """The lines of everybody who has not left, by member. Mood and wish are those given for this session."""
    async with request.app[keys.DATABASE].write() as tx:
        found = await scores_load.load(request, tx, who, here.group, "brief")
        rounds = await store.checkins.of_group(tx, who.group)
    words = render.words(request)
    today = {one.id for one in rounds if one.wave == "weekly" and one.number == session.ordinal}
    return {
        member: _week(
            words, scored, today, [one for one in rounds if one.member == member and _waits(one, here)]
        )
        for member, scored in found.members.items()
    }


def _waits(one: CheckIn, here: Place) -> bool:
    return one.state in WAITING and one.answerable(here.now)


def _week(
    words: NullTranslations, scored: Scored, today: Collection[str], waiting: Sequence[CheckIn]
) -> Week:
    titles = {one.measure.id: one.measure.title for one in scored.found.measures}
    said = {name: one.value for name, one in scored.told.week.items() if one.checkin in today}
    mood, wish = said.get("mood"), said.get("want_today")
    tried = tryout_words.week(words).get(str(said.get("tried", "")), "")
    return Week(
        scores=[line for one in scored.found.measures if (line := moved(words, one))],
        mood=mood if isinstance(mood, int) else None,
        wish=wish if isinstance(wish, str) else "",
        tried=tried,
        prompts=[review_words(words, titles.get(one.measure, ""), one) for one in scored.open],
        waiting=[when_words(words, one.wave, one.number, one.number) for one in waiting],
    )


def moved(words: NullTranslations, one: Summary) -> str:
    """The newest total against the one before it."""
    _ = words.gettext
    known = [each for each in one.points if each.total is not None]
    if not known:
        return ""
    newest = _total(words, one, known[-1])
    if len(known) == 1:
        return newest
    before, last = known[-2].total or 0, known[-1].total or 0
    given = {"score": newest, "moved": gain_words(words, gain(one.measure, before, last), _up(one))}
    return (
        _("%(score)s, %(moved)s than the time before") % given
        if before != last
        else _("%(score)s, as the time before") % given
    )


def _up(one: Summary) -> bool:
    return one.measure.higher_is_better


def _total(words: NullTranslations, one: Summary, point: Point) -> str:
    level = level_words(words, point.score.word)
    estimated = " " + words.gettext("(estimated)") if point.score.prorated else ""
    return f"{one.measure.title} {point.total}" + (f" ({level})" if level else "") + estimated
