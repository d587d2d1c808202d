"""All questions of a form in the words of one language, and what the form itself is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations

from care.instrument import Measure
from server.pages.questions import Asked, of_measure, shared
from server.pages.questions_mid import mid
from server.pages.questions_parts import parts
from server.pages.questions_post import post
from server.pages.questions_pre import pre
from server.pages.questions_weekly import followup, weekly


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round is called, what it is for, and about how many minutes it takes."""

    title: str
    about: str
    minutes: int


def questions(translations: NullTranslations, measures: Mapping[str, Measure]) -> dict[str, Asked]:
    """Every question by its name."""
    found = shared(translations)
    for part in (pre, mid, post, weekly, followup, parts):
        found |= part(translations)
    for measure in measures.values():
        found |= of_measure(measure)
    return found


def rounds(translations: NullTranslations) -> dict[str, Round]:
    """Each wave in words a member reads."""
    _ = translations.gettext
    return {
        "pre": Round(
            title=_("Before the group begins"),
            about=_("Some practical things, how you are now, and what you wish for."),
            minutes=20,
        ),
        "mid": Round(
            title=_("Halfway through"),
            about=_("How you are now, what you have tried, and how the group is for you."),
            minutes=20,
        ),
        "post": Round(
            title=_("After the last session"),
            about=_("How you are now, what has changed, and a draft for the time to come."),
            minutes=20,
        ),
        "weekly": Round(
            title=_("How is your week?"),
            about=_("A short look at your week, so that the session can start where you are."),
            minutes=5,
        ),
        "followup": Round(
            title=_("How are you now?"),
            about=_("The group is over; we would like to know how it goes."),
            minutes=8,
        ),
    }
