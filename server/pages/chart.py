"""Scores as a picture: pure functions from values to SVG markup, without script or style of its own.

Colours come from the roles of the style sheet, so the picture follows dark mode, high contrast and print.
Nothing is told by colour alone: what is estimated is hollow, what is missing a cross, a gap in the line
dashed, the zone hatched. The same numbers stand in a table beside it.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

SLOT = 24
LEFT, RIGHT, TOP, BOTTOM = 32, 66, 26, 24
HEIGHT = 190
WIDE_FROM = 18  # slots; wider pictures scroll on a small screen instead of shrinking


@dataclass(frozen=True, slots=True)
class Stripe:
    """A part of the range with its word."""

    low: int
    high: int
    word: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in time: what stands under it, `short` enough for its width."""

    short: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A score in a slot; `total` None is a cross for a form that is missing. `hollow` is an estimate."""

    slot: int
    total: int | None
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase from its first to its last slot, with its word."""

    first: int
    last: int
    word: str


@dataclass(frozen=True, slots=True)
class Line:
    """The marks that belong together in the order of time; `letter` stands at its end."""

    marks: Sequence[Mark]
    letter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything one picture shows. `key` makes its names unlike those of others on the page; `zone` are the
    totals within which a change is not reliable."""

    key: str
    title: str
    told: str
    low: int
    high: int
    slots: Sequence[Slot]
    lines: Sequence[Line]
    stripes: Sequence[Stripe] = ()
    stretches: Sequence[Stretch] = ()
    zone: tuple[int, int] | None = None
    start: int | None = None

    @property
    def width(self) -> int:
        """In units of the picture."""
        return LEFT + SLOT * len(self.slots) + RIGHT

    def x(self, slot: int) -> float:
        """The middle of a slot."""
        return LEFT + SLOT * (slot + 0.5)

    def y(self, total: float) -> float:
        """The height of a total."""
        share = (total - self.low) / (self.high - self.low)
        return round(TOP + HEIGHT * (1 - share), 1)


def draw(chart: Chart) -> Markup:
    """The picture as one `svg` element."""
    parts = [
        Markup('<title id="{0}-name">{1}</title><desc id="{0}-told">{2}</desc>').format(
            chart.key, chart.title, chart.told
        ),
        _hatching(chart),
        *(_stripe(chart, one, place) for place, one in enumerate(chart.stripes)),
        _zone(chart),
        *(_stretch(chart, one) for one in chart.stretches),
        _axes(chart),
        *(_line(chart, one) for one in chart.lines),
        *_letters(chart),
    ]
    wide = " chart-wide" if len(chart.slots) >= WIDE_FROM else ""
    return Markup(
        '<svg class="chart{wide}" viewBox="0 0 {width} {height}" role="img" '
        'aria-labelledby="{key}-name {key}-told">{inside}</svg>'
    ).format(
        wide=wide,
        width=chart.width,
        height=TOP + HEIGHT + BOTTOM,
        key=chart.key,
        inside=Markup("").join(parts),
    )


def _hatching(chart: Chart) -> Markup:
    if chart.zone is None:
        return Markup("")
    return Markup(
        '<defs><pattern id="{}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="chart-hatch" d="M0 0V6"/></pattern></defs>'
    ).format(chart.key)


def _stripe(chart: Chart, one: Stripe, place: int) -> Markup:
    """A part of the range, from halfway to its neighbours, its word at the right."""
    top, bottom = chart.y(min(one.high + 0.5, chart.high)), chart.y(max(one.low - 0.5, chart.low))
    right = chart.width - RIGHT
    rows = one.word.split(" ")
    first = (top + bottom) / 2 + 3.5 - 5.5 * (len(rows) - 1)
    lines = Markup("").join(
        Markup('<tspan x="{}" y="{}">{}</tspan>').format(right + 5, round(first + 11 * row, 1), word)
        for row, word in enumerate(rows)
    )
    return Markup(
        '<rect class="chart-stripe chart-stripe-{}" x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="chart-word">{}</text>'
    ).format("even" if place % 2 == 0 else "odd", LEFT, top, right - LEFT, round(bottom - top, 1), lines)


def _zone(chart: Chart) -> Markup:
    if chart.zone is None:
        return Markup("")
    low, high = max(chart.zone[0], chart.low), min(chart.zone[1], chart.high)
    top, bottom, across = chart.y(high), chart.y(low), SLOT * len(chart.slots)
    area = Markup(
        '<rect class="chart-zone" fill="url(#{}-hatch)" x="{}" y="{}" width="{}" height="{}"/>'
    ).format(chart.key, LEFT, top, across, round(bottom - top, 1))
    if chart.start is None:
        return area
    level = chart.y(chart.start)
    return area + Markup('<path class="chart-start" d="M{} {}H{}"/>').format(LEFT, level, LEFT + across)


def _stretch(chart: Chart, one: Stretch) -> Markup:
    left, right = LEFT + SLOT * one.first, LEFT + SLOT * (one.last + 1)
    middle = (left + right) / 2
    return Markup(
        '<path class="chart-phase" d="M{0} {2}V{3}M{1} {2}V{3}"/>'
        '<text class="chart-phase-word" x="{4}" y="{5}" text-anchor="middle">{6}</text>'
    ).format(left, right, TOP - 8, TOP + HEIGHT, middle, TOP - 12, one.word)


def _axes(chart: Chart) -> Markup:
    foot = TOP + HEIGHT
    levels = sorted({chart.low, chart.high, *(one.low for one in chart.stripes)})
    numbers = Markup("").join(
        Markup('<text class="chart-number" x="{}" y="{}" text-anchor="end">{}</text>').format(
            LEFT - 5, chart.y(level) + 3.5, level
        )
        for level in levels
    )
    slots = Markup("").join(
        Markup('<text class="chart-number" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            chart.x(place), foot + 15, slot.short
        )
        for place, slot in enumerate(chart.slots)
    )
    line = Markup('<path class="chart-axis" d="M{0} {1}V{2}H{3}"/>').format(
        LEFT, TOP, foot, chart.width - RIGHT
    )
    return line + numbers + slots


def _line(chart: Chart, line: Line) -> Markup:
    """Known scores joined, dashed across what is missing; then a dot or a cross for each."""
    known = [one for one in line.marks if one.total is not None]
    missing = {one.slot for one in line.marks if one.total is None}
    pieces = [
        _piece(chart, before, after, any(before.slot < one < after.slot for one in missing))
        for before, after in itertools.pairwise(known)
    ]
    dots = [_dot(chart, one) for one in line.marks]
    return Markup("").join([*pieces, *dots])


def _piece(chart: Chart, before: Mark, after: Mark, gap: bool) -> Markup:
    return Markup('<path class="chart-line{}" d="M{} {}L{} {}"/>').format(
        " chart-gap" if gap else "",
        chart.x(before.slot),
        chart.y(before.total or 0),
        chart.x(after.slot),
        chart.y(after.total or 0),
    )


def _dot(chart: Chart, one: Mark) -> Markup:
    if one.total is None:
        return Markup('<path class="chart-missing" d="M{} {}l6 6m0 -6l-6 6"/>').format(
            chart.x(one.slot) - 3, TOP + HEIGHT - 9
        )
    kind = " chart-hollow" if one.hollow else ""
    return Markup('<circle class="chart-dot{}" cx="{}" cy="{}" r="4"/>').format(
        kind, chart.x(one.slot), chart.y(one.total)
    )


def _letters(chart: Chart) -> list[Markup]:
    """The letters at the ends of the lines; lines that end at one point share a text."""
    ends: dict[tuple[int, int], list[str]] = {}
    for line in chart.lines:
        known = [(one.slot, one.total) for one in line.marks if one.total is not None]
        if line.letter and known:
            ends.setdefault(known[-1], []).append(line.letter)
    return [
        Markup('<text class="chart-letter" x="{}" y="{}">{}</text>').format(
            chart.x(slot) + 6, chart.y(total) + 4, " ".join(letters)
        )
        for (slot, total), letters in ends.items()
    ]
