"""The sessions of a plan as people read them: each with its day, hour and phase, the last one named, what was
left out, what the clocks do, and who will see another hour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from aiohttp import web
from babel import dates

from care import phases, series
from care.foresight import Run, differences
from care.phases import Phases
from care.series import Caution, Dated, Plan, Series
from care.timetable import REPEATED, SKIPPED
from server import render
from server.pages.course import Sessions
from server.pages.prompts import phase_words
from server.render import place_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One session: its number, its day and hours in words, its phase as code and word, and what to know."""

    ordinal: int
    day: str
    hours: str
    phase: str
    phase_words: str
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A whole calendar in words. `gaps` are slots left out; `elsewhere` are sentences about other zones."""

    zone: str
    lines: tuple[Line, ...]
    last: str
    gaps: tuple[str, ...]
    elsewhere: tuple[str, ...]


def of_plan(
    request: web.Request, plan: Plan, parts: Phases | None, zones: Sequence[tuple[str, str]] = ()
) -> Shown:
    """The calendar of a plan; `zones` are (name, zone) of people to look ahead for."""
    return of_series(request, series.generate(plan), plan.zone, parts, zones)


def of_series(
    request: web.Request,
    made: Series,
    zone: str,
    parts: Phases | None,
    zones: Sequence[tuple[str, str]] = (),
) -> Shown:
    """The calendar of dated sessions, in the reader's language."""
    language, translations = render.language(request), render.words(request)
    live = series.live(made.sessions)
    return Shown(
        zone=zone,
        lines=tuple(
            _line(one, before, made.warnings, parts, translations, language)
            for one, before in zip(live, (None, *live), strict=False)
        ),
        last=day(live[-1].local, language),
        gaps=tuple(_gaps(made.warnings, translations, language)),
        elsewhere=tuple(_elsewhere(live, zones, translations)),
    )


def _line(
    one: Dated,
    before: Dated | None,
    cautions: Iterable[Caution],
    parts: Phases | None,
    translations: NullTranslations,
    language: str,
) -> Line:
    phase = phases.phase_of(parts, one.ordinal or 1) if parts else None
    return Line(
        ordinal=one.ordinal or 0,
        day=day(one.local, language, year=before is None or before.local.year != one.local.year),
        hours=hours(one, translations),
        phase=phase.value if phase else "",
        phase_words=phase_words(translations, phase.value) if phase else "",
        cautions=tuple(
            caution_words(translations, each)
            for each in cautions
            if each.ordinal == one.ordinal and each.code in (SKIPPED, REPEATED)
        ),
    )


def day(when: date, language: str, *, year: bool = True) -> str:
    """`Tuesday 9 March 2026`, the year only where it is asked for."""
    pattern = "EEEE, d. MMMM" if language == "de" else "EEEE d MMMM"
    return str(dates.format_date(when, f"{pattern} y" if year else pattern, locale=language))


def last_day(sessions: Sessions, zone: str, language: str) -> str:
    """The day of the last session that has a number, "" where there is none."""
    numbered = [one for one in (*sessions.upcoming, *sessions.past) if one.ordinal]
    if not numbered:
        return ""
    return day(max(one.starts_at for one in numbered).astimezone(ZoneInfo(zone)).date(), language)


def short_day(when: date, language: str) -> str:
    """`9 Mar`."""
    pattern = "d. MMM" if language == "de" else "d MMM"
    return str(dates.format_date(when, pattern, locale=language))


def hours(one: Dated, translations: NullTranslations) -> str:
    """From and to as the clocks in the group's zone will show them."""
    return translations.gettext("%(start)s to %(end)s") % {
        "start": clock(one.starts_at.astimezone(ZoneInfo(one.zone))),
        "end": clock(one.ends_at.astimezone(ZoneInfo(one.zone))),
    }


def clock(when: datetime) -> str:
    """`18:00`."""
    return when.strftime("%H:%M")


def caution_words(translations: NullTranslations, caution: Caution) -> str:
    """What the clocks do to a session."""
    _ = translations.gettext
    at = {"at": clock(caution.local)}
    if caution.code == SKIPPED:
        return (
            _("The clocks go forward: %(at)s does not exist on this day. The session starts right after.")
            % at
        )
    return _("The clocks go back: %(at)s comes twice on this day. The session starts the first time.") % at


def _gaps(cautions: Iterable[Caution], translations: NullTranslations, language: str) -> Iterable[str]:
    for each in cautions:
        if each.code == series.CLOSURE_SKIPPED:
            on = day(each.local, language)
            yield f"{on}: {each.why}" if each.why else on


def _elsewhere(
    live: Sequence[Dated], zones: Sequence[tuple[str, str]], translations: NullTranslations
) -> Iterable[str]:
    """A sentence for each person whose own clock shows another hour at some point."""
    _ = translations.gettext
    named = {str(number): pair for number, pair in enumerate(zones)}
    for each in differences(live, {key: theirs for key, (_name, theirs) in named.items()}):
        first = {"name": named[each.member][0], "at": of_run(each.runs[0]), "place": place_name(each.zone)}
        if len(each.runs) == 1:
            yield _("%(name)s sees %(at)s (%(place)s) each time.") % first
            continue
        changes = ", ".join(
            _("from session %(ordinal)s at %(at)s") % {"ordinal": run.from_ordinal, "at": of_run(run)}
            for run in each.runs[1:]
        )
        yield _("%(name)s sees %(at)s (%(place)s) at first, %(changes)s.") % (first | {"changes": changes})


def of_run(run: Run) -> str:
    """The hour of a run."""
    return run.at.strftime("%H:%M")
