"""One member's scores as a whole: each measure from its first to its last, what asks for a look, and the
words for the whole person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from care.change import Change, change, recovery, reliable_improvement, reliable_recovery
from care.course import EIGHT, Last, Point, Sheet, baseline, last, points
from care.instrument import Measure
from care.measures import GAD7, PHQ9
from care.review import Review, no_data, reviews

ORDER = (PHQ9.id, GAD7.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the scores are read against: when session 1 starts, how many sessions are agreed, which were held
    while the member was in the group, which they attended, and whether it is over for them."""

    first_starts: datetime | None
    sessions: int
    held: Collection[int]
    attended: Collection[int]
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One measure. `change` is None until there are two scores to count between. `mixed`: sheets of the
    PHQ-9 and the PHQ-8, counted by the eight items they share."""

    measure: Measure
    points: Sequence[Point]
    base: Point | None
    end: Last | None
    change: Change | None
    mixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All measures of one member, the mood first. What is said of the whole person is None where there is
    nothing to say it from."""

    measures: Sequence[Summary]
    reviews: Sequence[Review]
    improvement: bool | None
    recovery: bool | None
    reliable_recovery: bool | None


def whole(sheets: Sequence[Sheet], frame: Frame) -> Whole:
    """The scores of these sheets."""
    families: dict[str, list[Sheet]] = {}
    for one in sheets:
        families.setdefault(PHQ9.id if one.measure.id in EIGHT else one.measure.id, []).append(one)
    order = [*(one for one in ORDER if one in families), *sorted(set(families) - set(ORDER))]
    found = [made for name in order if (made := _summary(families[name], frame)) is not None]
    changes = [one.change for one in found if one.change is not None and one.measure.caseness is not None]
    return Whole(
        measures=found,
        reviews=_reviews(found, frame),
        improvement=reliable_improvement(changes) if changes else None,
        recovery=recovery(changes) if changes else None,
        reliable_recovery=reliable_recovery(changes) if changes else None,
    )


def _summary(sheets: Sequence[Sheet], frame: Frame) -> Summary | None:
    measure, found = points(sheets)
    if measure is None:
        return None
    base = baseline(found, frame.first_starts)
    end = last(found, base, frame.sessions, frame.attended, over=frame.over)
    return Summary(
        measure=measure,
        points=found,
        base=base,
        end=end,
        change=_change(measure, base, end),
        mixed=len({one.measure.id for one in sheets}) > 1,
    )


def _change(measure: Measure, base: Point | None, end: Last | None) -> Change | None:
    if base is None or base.total is None or end is None or end.point.total is None:
        return None
    return change(measure, base.total, end.point.total)


def _reviews(found: Sequence[Summary], frame: Frame) -> tuple[Review, ...]:
    mood = next((one.points for one in found if one.measure.id in EIGHT), ())
    missing = no_data(PHQ9.id, mood, sorted(frame.held))
    asked = [one for each in found for one in reviews(each.measure, each.base, each.points)]
    return (*asked, *((missing,) if missing else ()))
