"""From answers to a total: the sum, what is missing, and the word for its symptom level.

A few missing answers are filled by the mean of those given, and the total says so; more of them leave no
total. A missing answer about self-harm is never taken for a no: the score says that safety is unknown.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from care.instrument import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The count of one questionnaire. `total` is None with too many answers missing; `word` is the symptom
    level, "" without a total or bands; `case` tells whether the total reaches the measure's caseness, None
    where that is not said. `safety_unknown`: the item about self-harm was part of it and has no answer."""

    measure: str
    pin: str
    total: int | None
    prorated: bool
    missing: tuple[str, ...]
    word: str
    case: bool | None
    safety_unknown: bool


def score(measure: Measure, answers: Mapping[str, object]) -> Score:
    """The score of these answers by item; answers to other questions are not looked at. Raises ValueError for
    a value the measure does not have."""
    given = {one.id: _value(measure, one.id, answers.get(one.id)) for one in measure.items}
    values = [one for one in given.values() if one is not None]
    missing = tuple(name for name, one in given.items() if one is None)
    total = _total(measure, values)
    return Score(
        measure=measure.id,
        pin=measure.pin,
        total=total,
        prorated=total is not None and bool(missing),
        missing=missing,
        word=level(measure, total) if total is not None else "",
        case=at_caseness(measure, total) if total is not None else None,
        safety_unknown=measure.safety_item in missing,
    )


def level(measure: Measure, total: int) -> str:
    """The word for the symptom level of a total; "" for a measure without bands. Raises ValueError outside
    the range."""
    if not measure.lowest <= total <= measure.highest:
        raise ValueError(f"{measure.id} has no total of {total}")
    return next((one.word for one in measure.bands if one.low <= total <= one.high), "")


def at_caseness(measure: Measure, total: int) -> bool | None:
    """True when a total reaches the caseness of its measure, None for a measure without one."""
    if measure.caseness is None:
        return None
    return total <= measure.caseness if measure.higher_is_better else total >= measure.caseness


def asks_unscored(measure: Measure, answers: Mapping[str, object]) -> bool:
    """True when the question that counts nothing is to be asked after these answers."""
    if measure.unscored is None:
        return False
    given = [_value(measure, one.id, answers.get(one.id)) for one in measure.items]
    return not measure.unscored.after_any or any(given)


def _value(measure: Measure, item: str, value: object) -> int | None:
    """A checked answer. True is not 1, nor is 1.0: what is stored is what was chosen."""
    if value is None:
        return None
    if type(value) is not int or value not in measure.values:
        raise ValueError(f"{item} cannot be answered with {value!r}")
    return value


def _total(measure: Measure, values: list[int]) -> int | None:
    count = len(measure.items)
    if not values or count - len(values) > measure.prorate_up_to:
        return None
    return math.floor(Fraction(sum(values), len(values)) * count + Fraction(1, 2)) * measure.factor
