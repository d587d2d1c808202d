"""Parts that several forms share: readiness, how the group is felt, and the items of measures."""

from care.form import Kind, Question, Step, box, scale, step
from care.instrument import Measure

READINESS = ("ready_feelings", "ready_time", "ready_change")
"Facing feelings, giving the time, trying change: 0 to 10 each, with a box for the reason."
EXPERIENCE = ("group_belong", "group_understood", "group_safe", "group_useful")
"How the group is felt: our own four, 0 to 10."


def readiness() -> tuple[Step, ...]:
    """Three scales, each with a box for the reason."""
    return tuple(step("readiness", scale(one), box(f"{one}_why")) for one in READINESS)


def experience() -> tuple[Step, ...]:
    """Four scales."""
    return tuple(step("experience", scale(one)) for one in EXPERIENCE)


def of_measure(measure: Measure) -> tuple[Step, ...]:
    """A page for each item; what counts nothing comes last, where anything was answered above 0."""
    values = tuple(str(one.value) for one in measure.options)
    items = tuple(one.id for one in measure.items)
    pages = [
        step(measure.id, _item(one, values, measure, safety=one == measure.safety_item)) for one in items
    ]
    if (more := measure.unscored) is not None:
        question = _item(more.id, tuple(str(one.value) for one in more.options), measure)
        condition = items if more.after_any else ()
        pages.append(Step(questions=(question,), part=measure.id, after_any=condition))
    return tuple(pages)


def _item(name: str, values: tuple[str, ...], measure: Measure, *, safety: bool = False) -> Question:
    return Question(id=name, kind=Kind.ITEM, options=values, instrument=measure.pin, safety=safety)
