"""The scores of one member in the order of time, and the two that change is counted between.

The first is the last score before session 1, or that of session 1. While the course goes on the last is the
newest there is, marked "so far". Once it is over, the last is that of the closing form, else of the last
session, else of the last session attended: that one is carried forward, and is marked so wherever it is
shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from care.instrument import Measure
from care.measures import PHQ8, PHQ9
from care.scoring import Score, score

EIGHT = {PHQ9.id, PHQ8.id}
POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The answers of one check-in to one measure. `session` is the number of the session it belongs to, None
    before the first and after the last; `number` the check-in's own, months for a follow-up."""

    checkin: str
    wave: str
    session: int | None
    at: datetime
    measure: Measure
    answers: Mapping[str, object]
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One score at its place in time."""

    checkin: str
    wave: str
    session: int | None
    at: datetime
    score: Score
    number: int = 1
    safety: str = ""  # the answer about self-harm, "–" where it was passed over, "" where it was not asked

    @property
    def total(self) -> int | None:
        """The total, None where too much is missing."""
        return self.score.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The score that change is counted to; `carried` where it stands for an end that has none of its own,
    `so_far` where the course still goes on."""

    point: Point
    carried: bool = False
    so_far: bool = False


def common(measures: Collection[Measure]) -> Measure | None:
    """The measure that all these sheets can be counted by: one they share, or the PHQ-8 for a mixture with
    the PHQ-9, whose first eight items it is. None where there is none."""
    found = {one.id: one for one in measures}
    if len(found) == 1:
        return next(iter(found.values()))
    return found[PHQ8.id] if found and set(found) <= EIGHT else None


def points(sheets: Sequence[Sheet]) -> tuple[Measure | None, tuple[Point, ...]]:
    """The measure that all of them are counted by and the scores, earliest first. Sheets without any answer
    are left out."""
    answered = [
        one for one in sheets if any(one.answers.get(item.id) is not None for item in one.measure.items)
    ]
    measure = common([one.measure for one in answered])
    if measure is None:
        return None, ()
    # The words may be of another language or an older version: each sheet is counted by its own numbers.
    same = [one.measure if one.measure.id == measure.id else measure for one in answered]
    found = [
        Point(
            checkin=one.checkin,
            wave=one.wave,
            session=one.session,
            at=one.at,
            score=score(by, one.answers),
            number=one.number,
            safety=_safety(one),
        )
        for one, by in zip(answered, same, strict=True)
    ]
    return measure, tuple(sorted(found, key=lambda one: (one.at, one.checkin)))


def _safety(one: Sheet) -> str:
    if one.measure.safety_item is None:
        return ""
    value = one.answers.get(one.measure.safety_item)
    return "–" if value is None else str(value)


def baseline(found: Sequence[Point], first_starts: datetime | None) -> Point | None:
    """The score that change is counted from: the last before session 1 starts, else that of session 1. None
    without one."""
    counted = [one for one in found if one.total is not None]
    before = [one for one in counted if first_starts is None or one.at < first_starts]
    if before:
        return before[-1]
    return next((one for one in counted if one.session == 1), None)


def last(
    found: Sequence[Point],
    first: Point | None,
    sessions: int,
    attended: Collection[int],
    *,
    over: bool,
) -> Last | None:
    """The score that change is counted to: the closing form's, else that of session number `sessions`. Else,
    while the course is not `over`, the newest: somebody who gets worse and stays away is not shown by better
    days. Else that of the last session attended, carried forward. Never the one it began with."""
    counted = [one for one in found if one.total is not None and one != first]
    for chosen in (
        [one for one in counted if one.wave == POST],
        [one for one in counted if one.session == sessions],
    ):
        if chosen:
            return Last(point=chosen[-1])
    later = [one for one in counted if first is None or one.at > first.at]
    if not over:
        return Last(point=later[-1], so_far=True) if later else None
    there = [one for one in later if one.session in attended]
    return Last(point=there[-1], carried=True) if there else None
