"""What the difference between two totals says: reliable change, response, remission, recovery.

Reliable change and recovery are counted as the manual of NHS Talking Therapies does; response and remission
as in measurement-based care. They describe, they do not explain: people on waiting lists get better too, so
a falling line is no proof that a group worked. Nothing here is a diagnosis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from care.instrument import Measure
from care.scoring import at_caseness


class Reliable(StrEnum):
    """Whether a difference is larger than the measure's own noise."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From a first to a last total of one measure. `gain` is positive where it got better, whichever way the
    measure runs. None where the measure has no published number for it."""

    measure: Measure
    first: int
    last: int
    gain: int
    share: Fraction | None
    reliable: Reliable | None
    matters: bool | None
    response: bool | None
    remission: bool | None


def change(measure: Measure, first: int, last: int) -> Change:
    """What lies between two totals. Raises ValueError for a total the measure does not have."""
    for total in (first, last):
        if not measure.lowest <= total <= measure.highest:
            raise ValueError(f"{measure.id} has no total of {total}")
    moved = gain(measure, first, last)
    share = Fraction(moved, first) if first and not measure.higher_is_better else None
    return Change(
        measure=measure,
        first=first,
        last=last,
        gain=moved,
        share=share,
        reliable=_reliable(measure, moved),
        matters=None if measure.mcid is None else abs(moved) >= measure.mcid,
        response=_response(measure, share),
        remission=None if measure.remission_below is None else last < measure.remission_below,
    )


def gain(measure: Measure, first: int, last: int) -> int:
    """By how much it got better; negative where it got worse."""
    return last - first if measure.higher_is_better else first - last


def recovery(changes: Sequence[Change]) -> bool | None:
    """True when somebody who began at caseness on any measure ended below it on all; None for somebody who
    did not begin there: there was nothing to recover from."""
    cases = [one for one in changes if one.measure.caseness is not None]
    if not any(at_caseness(one.measure, one.first) for one in cases):
        return None
    return not any(at_caseness(one.measure, one.last) for one in cases)


def reliable_improvement(changes: Sequence[Change]) -> bool:
    """True when one measure is reliably better and none reliably worse."""
    seen = {one.reliable for one in changes}
    return Reliable.BETTER in seen and Reliable.WORSE not in seen


def reliable_recovery(changes: Sequence[Change]) -> bool | None:
    """Recovery and reliable improvement at once; None where recovery is not said."""
    recovered = recovery(changes)
    return None if recovered is None else recovered and reliable_improvement(changes)


def _reliable(measure: Measure, moved: int) -> Reliable | None:
    if measure.reliable_change is None:
        return None
    if abs(moved) < measure.reliable_change:
        return Reliable.SAME
    return Reliable.BETTER if moved > 0 else Reliable.WORSE


def _response(measure: Measure, share: Fraction | None) -> bool | None:
    if measure.response_pct is None or share is None:
        return None
    return share >= Fraction(measure.response_pct, 100)
