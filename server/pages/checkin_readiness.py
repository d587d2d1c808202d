"""How ready a member is, from both sides: what they answered and what a facilitator says, which they never
see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from gettext import NullTranslations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.people
import store.workbook
from care.form import Kind
from care.goals import HIGHEST, LOWEST
from care.readiness import WAVES, Readiness
from care.workbook import READINESS
from care.written import body
from server import keys, render
from server.pages import place
from server.pages.checkin_show import Drawn
from server.pages.forms import Form
from server.pages.person import Person
from server.pages.questions import Asked
from store.answers import Answer
from store.checkins import CheckIn

NAMES = tuple(each.name for each in fields(Readiness))
PURPOSE = "readiness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One scale: the number the member gave and the one facilitators gave, "" for none."""

    title: str
    theirs: str = field(repr=False)
    ours: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The three scales side by side, the questions to rate them by, and who rated when."""

    sides: Sequence[Side]
    drawn: Sequence[Drawn]
    by: str
    at: datetime | None


async def load(
    request: web.Request,
    tx: AsyncConnection,
    about: Person,
    one: CheckIn,
    given: Mapping[str, Answer],
    form: Form,
) -> Both | None:
    """Both sides, None in a round without a rating; what was rated before stands in the form. The look is
    logged."""
    if one.wave not in WAVES:
        return None
    secrets, now = request.app[keys.KEYS], place.now(request)
    held = await store.workbook.access_workbook(tx, secrets, one.member, about.who.member, PURPOSE, now)
    rated = body(held.readiness[one.wave]) if one.wave in held.readiness else {}
    version = held.versions.get((READINESS, one.wave))
    named = await store.people.names(tx, secrets, [version.by] if version else [])
    drawn = [_drawn(name, asked) for name, asked in words(render.words(request)).items()]
    if not any(rating(name) in form.values for name in NAMES):
        for name, value in rated.items():
            form.values.add(rating(name), str(value))
    return Both(
        sides=[_side(name, each.asked, given, rated) for name, each in zip(NAMES, drawn, strict=True)],
        drawn=drawn,
        by=named.get(version.by, "") if version else "",
        at=version.at if version else None,
    )


async def keep(
    request: web.Request, tx: AsyncConnection, about: Person, one: CheckIn, said: Readiness
) -> None:
    """Keeps what the facilitator says now; what was said before stays as a version."""
    await store.workbook.put(
        tx,
        request.app[keys.KEYS],
        one.member,
        READINESS,
        one.wave,
        body(said),
        by=about.who.member,
        device=about.who.device,
        now=place.now(request),
    )


def read(translations: NullTranslations, form: Form) -> Readiness | None:
    """The rating of a form, None where a number is missing; what is wrong stands in the form."""
    wrong = translations.gettext("Please choose a number from 0 to 10.")
    found = {name: form.whole(rating(name), LOWEST, HIGHEST, wrong) for name in NAMES}
    whole = {name: value for name, value in found.items() if value is not None}
    return Readiness(**whole) if len(whole) == len(NAMES) else None


def rating(name: str) -> str:
    """The name of a rating in the form."""
    return f"rated_{name}"


def words(translations: NullTranslations) -> dict[str, Asked]:
    """The three scales as facilitators name them."""
    _ = translations.gettext
    low, high = _("not ready at all"), _("fully ready")
    return {
        "ready_feelings": Asked(title=_("Prepared to face difficult feelings"), low=low, high=high),
        "ready_time": Asked(title=_("Will give the group its time, every week"), low=low, high=high),
        "ready_change": Asked(title=_("Open to trying something new with people"), low=low, high=high),
    }


def _drawn(name: str, asked: Asked) -> Drawn:
    numbers = [(str(each), str(each)) for each in range(LOWEST, HIGHEST + 1)]
    return Drawn(id=rating(name), kind=Kind.SCALE.value, asked=asked, options=numbers, longest=0)


def _side(name: str, asked: Asked, given: Mapping[str, Answer], rated: Mapping[str, object]) -> Side:
    answer = given.get(name)
    return Side(
        title=asked.title,
        theirs="" if answer is None or answer.value is None else str(answer.value),
        ours=str(rated.get(name, "")),
    )
