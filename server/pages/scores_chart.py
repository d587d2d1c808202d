"""A member's scores of one measure as a chart and as the rows of the table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations

from markupsafe import Markup

from care.change import gain
from care.course import Point
from care.instrument import Measure
from care.phases import Phases, phase_of
from care.summary import Frame, Summary
from server.pages.chart import Chart, Line, Mark, Slot, Stretch, Stripe, draw
from server.pages.prompts import phase_words
from server.pages.scores_words import gain_words, level_words, mark_words, when_words

PRE, MID, POST, WEEKLY, LATER = "pre", "mid", "post", "weekly", "followup"
Place = tuple[str, int]
"Wave and number: where in time a score stands."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table. `at` None and `total` "" where the form is missing."""

    when: str
    at: datetime | None
    total: str
    level: str
    since: str
    marks: Sequence[str]
    safety: str


def places(sessions: int, months: Sequence[int] = ()) -> list[Place]:
    """Every place in time of a group of so many sessions, in order."""
    weeks = [(WEEKLY, ordinal) for ordinal in range(1, sessions + 1)]
    weeks.insert(sessions // 2, (MID, 1))
    return [(PRE, 1), *weeks, (POST, 1), *((LATER, one) for one in sorted(months))]


def place_of(point: Point) -> Place:
    """Where a score stands."""
    return point.wave, point.number


def drawn(words: NullTranslations, key: str, found: Summary, against: Frame, phases: Phases | None) -> Markup:
    """The chart of one measure."""
    all_places = places(against.sessions, sorted({one.number for one in found.points if one.wave == LATER}))
    at = {one: number for number, one in enumerate(all_places)}
    measure = found.measure
    base = found.base.total if found.base else None
    return draw(
        Chart(
            key=key,
            title=measure.title,
            told=direction_words(words, measure),
            low=measure.lowest,
            high=measure.highest,
            slots=[Slot(short(words, one)) for one in all_places],
            lines=[Line(_marks(found, against, at))],
            stripes=[Stripe(one.low, one.high, level_words(words, one.word)) for one in measure.bands],
            stretches=stretches(words, phases, at),
            zone=zone(measure, base),
            start=base,
        )
    )


def zone(measure: Measure, base: int | None) -> tuple[int, int] | None:
    """The totals that are no reliable change from the first: one less than the change that is."""
    if base is None or measure.reliable_change is None:
        return None
    return base - measure.reliable_change + 1, base + measure.reliable_change - 1


def stretches(words: NullTranslations, phases: Phases | None, at: dict[Place, int]) -> list[Stretch]:
    """The phases over the sessions that are theirs."""
    if phases is None:
        return []
    found: dict[str, list[int]] = {}
    for (wave, ordinal), slot in at.items():
        if wave == WEEKLY:
            found.setdefault(phase_of(phases, ordinal).value, []).append(slot)
    return [Stretch(min(one), max(one), phase_words(words, name)) for name, one in found.items()]


def direction_words(words: NullTranslations, measure: Measure) -> str:
    """Which way is better, with the range."""
    _ = words.gettext
    text = (
        _("From %(low)s to %(high)s; higher is better.")
        if measure.higher_is_better
        else _("From %(low)s to %(high)s; lower is better.")
    )
    return text % {"low": measure.lowest, "high": measure.highest}


def rows(words: NullTranslations, found: Summary, against: Frame) -> list[Row]:
    """The table beside the chart: every score, and every held session without one."""
    scored = {place_of(one): one for one in found.points}
    months = sorted({number for wave, number in scored if wave == LATER})
    lines = []
    for wave, number in places(against.sessions, months):
        point = scored.get((wave, number))
        if point is not None:
            lines.append(_row(words, found, point))
        elif wave == WEEKLY and number in against.held and expected_weekly(found):
            lines.append(_missing(words, number))
    return lines


def expected_weekly(found: Summary) -> bool:
    """Whether a session without a score lacks one: only of what every weekly look asks."""
    return found.measure.id in ("phq9", "phq8")


def _row(words: NullTranslations, found: Summary, point: Point) -> Row:
    _ = words.gettext
    end, base = found.end, found.base
    carried = end is not None and end.carried and end.point == point
    since = ""
    if base is not None and base.total is not None and point.total is not None:
        moved = gain(found.measure, base.total, point.total)
        since = _("start") if point == base else gain_words(words, moved, found.measure.higher_is_better)
    return Row(
        when=when_words(words, point.wave, point.session, point.number),
        at=point.at,
        total="–" if point.total is None else str(point.total),
        level=level_words(words, point.score.word),
        since=since,
        marks=mark_words(words, point, carried),
        safety=point.safety,
    )


def _missing(words: NullTranslations, ordinal: int) -> Row:
    when = when_words(words, WEEKLY, ordinal, ordinal)
    marks = [words.gettext("no form")]
    return Row(when=when, at=None, total="", level="", since="", marks=marks, safety="")


def _marks(found: Summary, against: Frame, at: dict[Place, int]) -> list[Mark]:
    scored = {place_of(one): one for one in found.points}
    marks = [
        Mark(at[place], one.total, hollow=one.score.prorated) for place, one in scored.items() if place in at
    ]
    if expected_weekly(found):
        marks += [
            Mark(at[WEEKLY, one], None)
            for one in against.held
            if (WEEKLY, one) in at and (WEEKLY, one) not in scored
        ]
    return sorted(marks, key=lambda one: one.slot)


def short(words: NullTranslations, place: Place) -> str:
    """What stands under a place in a chart."""
    _ = words.gettext
    wave, number = place
    if wave == WEEKLY:
        return str(number)
    if wave == LATER:
        return f"+{number}"
    return {PRE: _("pre"), MID: _("mid"), POST: _("post")}[wave]
