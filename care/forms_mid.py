"""Around the middle: what was tried, what changed, how the group is, whether the goals are still right."""

from care.form import Step, box, many_of, part, step, words
from care.forms_parts import experience, readiness

TRIED = ("said_feeling", "asked_help", "said_no", "cleared_up", "reached_out", "new_people", "else")
"What somebody may have tried with the people around them."


def mid_1(measures: tuple[Step, ...]) -> tuple[Step, ...]:
    """The first version."""
    return (
        *measures,
        step("improvement", words("changed")),
        part("goals", "mid"),
        step("strategies", many_of("tried_kinds", *TRIED), box("tried_what")),
        step("strategies", words("tried_helped")),
        step("strategies", words("tried_not")),
        step("strategies", words("tried_more")),
        part("circle", "mid"),
        step("going", words("going_well")),
        step("going", words("going_badly")),
        step("group", words("group_hard")),
        step("group", words("held_back")),
        *experience(),
        *readiness(),
    )
