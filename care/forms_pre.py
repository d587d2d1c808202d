"""Before the first session: practical things, readiness, how it is now, what troubles and what is wished for.
History, risk and the contract belong into the meeting with a person."""

from care.form import UNSAID, Step, box, line, one_of, part, step, words
from care.forms_parts import readiness


def pre_1(measures: tuple[Step, ...]) -> tuple[Step, ...]:
    """The first version."""
    return (
        step("practical", one_of("details_right", "right", "changed", "unsure"), box("details_changed")),
        step("practical", line("usual_place")),
        step("practical", one_of("private_place", "yes", "mostly", "no", UNSAID), box("private_place_more")),
        step("practical", one_of("device_tried", "well", "trouble", "not_yet"), box("device_trouble")),
        step("practical", words("other_care")),
        step("practical", line("language_best")),
        step("practical", words("access_needs")),
        *readiness(),
        *measures,
        part("circle", "pre"),
        part("problems", "pre"),
        part("goals", "pre"),
        step("group", words("group_hopes")),
        step("group", words("group_worries")),
    )
