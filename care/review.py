"""When a clinician should look at somebody's scores, and why. Each is a prompt with its numbers, for
facilitators alone; none decides anything.

Little change by week 4 or 8 (a fall under 20 % and 40 %) and high totals at weeks 4, 9 and 14 (17, 13, 9)
went with no response later on (the totals: Schueller and others 2015, in cognitive behavioural therapy; that
week 4 tells more than week 8: PMC7549148). They ask for a look; they do not foretell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from care.change import gain
from care.course import Point
from care.instrument import Measure

WINDOW = 3  # sessions in which the first score is taken: 4 to 6 for week 4
RUN_WITHOUT_DATA = 3
FROM_BASELINE = 10  # below that there is too little to fall by
REVIEW_WORKING_DAYS = 3
FRIDAY = 4


class Kind(StrEnum):
    """What there is to look at."""

    EARLY_LOOK = "early_look"
    DETERIORATION = "deterioration"
    SUDDEN_RISE = "sudden_rise"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Fall:
    """At this session a total should be lower than the baseline by at least this share."""

    session: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Level:
    """At this session a total should be below this."""

    session: int
    total: int


FALLS = (Fall(4, Fraction(1, 5)), Fall(8, Fraction(2, 5)))
LEVELS = (Level(4, 17), Level(9, 13), Level(14, 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One prompt. `checkin` is the form that caused it ("" where it is the lack of one), `since` the total
    it is held against, `session` the checkpoint of an early look or the last session without a score."""

    kind: Kind
    measure: str
    checkin: str
    total: int | None = None
    since: int | None = None
    session: int | None = None


def early_looks(measure: Measure, base: Point | None, found: Sequence[Point]) -> tuple[Review, ...]:
    """The early looks that are due: one for each checkpoint that was reached with too little change. Only
    for measures with a published response; the totals are those of the PHQ-9."""
    if measure.response_pct is None or base is None or base.total is None:
        return ()
    asked = sorted({one.session for one in FALLS} | {one.session for one in LEVELS})
    due = []
    for checkpoint in asked:
        here = _first(found, checkpoint)
        if here is not None and here.total is not None and _slow(measure, base.total, here.total, checkpoint):
            due.append(
                Review(
                    kind=Kind.EARLY_LOOK,
                    measure=measure.id,
                    checkin=here.checkin,
                    total=here.total,
                    since=base.total,
                    session=checkpoint,
                )
            )
    return tuple(due)


def deterioration(measure: Measure, base: Point | None, found: Sequence[Point]) -> Review | None:
    """The newest score is reliably worse than the baseline, or the two newest are both reliably worse than
    the best before them."""
    limit, totals = measure.reliable_change, _totals(found)
    if limit is None or not totals:
        return None
    newest = totals[-1]
    if base is not None and base.total is not None and gain(measure, base.total, newest[1]) <= -limit:
        return _held(Kind.DETERIORATION, measure, newest, base.total)
    if len(totals) < 3:
        return None
    earlier = [total for _, total in totals[:-2]]
    best = max(earlier) if measure.higher_is_better else min(earlier)
    if all(gain(measure, best, total) <= -limit for _, total in totals[-2:]):
        return _held(Kind.DETERIORATION, measure, newest, best)
    return None


def sudden_rise(measure: Measure, found: Sequence[Point]) -> Review | None:
    """The newest score is worse than the one before it by a difference that matters."""
    totals = _totals(found)
    if measure.mcid is None or len(totals) < 2:
        return None
    before, newest = totals[-2], totals[-1]
    if gain(measure, before[1], newest[1]) > -measure.mcid:
        return None
    return _held(Kind.SUDDEN_RISE, measure, newest, before[1])


def no_data(measure: str, found: Sequence[Point], held: Sequence[int]) -> Review | None:
    """The last three sessions held while the member was in the group have no score."""
    if len(held) < RUN_WITHOUT_DATA:
        return None
    latest = sorted(held)[-RUN_WITHOUT_DATA:]
    if any(one.total is not None and one.session in latest for one in found):
        return None
    return Review(kind=Kind.NO_DATA, measure=measure, checkin="", session=latest[-1])


def reviews(measure: Measure, base: Point | None, found: Sequence[Point]) -> tuple[Review, ...]:
    """Everything there is to look at in one measure's scores."""
    single = (deterioration(measure, base, found), sudden_rise(measure, found))
    return (*(one for one in single if one is not None), *early_looks(measure, base, found))


def review_by(seen: date) -> date:
    """The day by which a person has looked: three working days after, weekends left out."""
    day = seen
    for _ in range(REVIEW_WORKING_DAYS):
        day += timedelta(days=1 if day.weekday() < FRIDAY else 7 - day.weekday())
    return day


def _first(found: Sequence[Point], checkpoint: int) -> Point | None:
    """The first score in the sessions of a checkpoint's window."""
    window = range(checkpoint, checkpoint + WINDOW)
    return next((one for one in found if one.total is not None and one.session in window), None)


def _slow(measure: Measure, base: int, total: int, checkpoint: int) -> bool:
    share = Fraction(gain(measure, base, total), base) if base >= FROM_BASELINE else None
    slow = any(one.session == checkpoint and share is not None and share < one.share for one in FALLS)
    high = any(one.session == checkpoint and total >= one.total for one in LEVELS)
    return slow or (high and measure.id == "phq9")


def _totals(found: Sequence[Point]) -> list[tuple[str, int]]:
    return [(one.checkin, one.total) for one in found if one.total is not None]


def _held(kind: Kind, measure: Measure, newest: tuple[str, int], since: int) -> Review:
    return Review(kind=kind, measure=measure.id, checkin=newest[0], total=newest[1], since=since)
