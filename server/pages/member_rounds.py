"""A member's check-ins as a coordinator reads them: done or missing for each wave, never what they say; which
of them may be waived, and which waiver taken back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from server.pages import member_words
from server.pages.dates_shown import day
from store.checkin_states import CheckInState

WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The lines, in words with a state; and the check-ins that may be waived, or asked for after all, each
    with its id and its own name."""

    lines: list[tuple[str, str]]
    open: list[tuple[str, str]]
    waived: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """In which words and where a date is said."""

    words: NullTranslations
    language: str
    zone: str


def of(found: Sequence[CheckInState], reader: Reader, now: datetime) -> Rounds:
    """One line for each round, and one for all the weekly ones together; of those to come only the next may
    be waived."""
    words = reader.words
    states = member_words.checkins(words)
    lines = [(name(one, reader), states[one.state]) for one in found if one.wave != WEEKLY]
    weekly = [one for one in found if one.wave == WEEKLY]
    coming = [one for one in weekly if one.state == "ahead"][1:]
    return Rounds(
        lines=lines + ([_weekly(weekly, words)] if weekly else []),
        open=[
            (one.id, name(one, reader))
            for one in found
            if one.state in ("open", "ahead") and one not in coming
        ],
        waived=[
            (one.id, name(one, reader)) for one in found if one.state == "waived" and one.closes_at > now
        ],
    )


def name(one: CheckInState, reader: Reader) -> str:
    """Which round it is; of a weekly one, before which session."""
    words = reader.words
    if one.wave == WEEKLY:
        return weekly_name(one.number, one.session_at, reader)
    if one.wave != "followup":
        return member_words.waves(words)[one.wave]
    told = words.ngettext("One month after the end", "%(num)s months after the end", one.number)
    return told % {"num": one.number}


def weekly_name(number: int, session_at: datetime | None, reader: Reader) -> str:
    """A weekly one by the session it comes before."""
    title = reader.words.gettext("How is your week?")
    if session_at is None:
        return title
    told = reader.words.gettext("%(title)s before session %(number)s, %(day)s")
    on = session_at.astimezone(ZoneInfo(reader.zone)).date()
    return told % {"title": title, "number": number, "day": day(on, reader.language, year=False)}


def _weekly(weekly: Sequence[CheckInState], words: NullTranslations) -> tuple[str, str]:
    states = member_words.checkins(words)
    numbers = Counter(one.state for one in weekly)
    told = [f"{numbers[code]} {states[code]}" for code in states if numbers[code]]
    return member_words.waves(words)[WEEKLY], ", ".join(told)
