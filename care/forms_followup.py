"""One, three and six months later: how it is, what of the plan is used, and whether a call is wished for."""

from care.form import Step, box, one_of, part, scale, step, words


def followup_1(measures: tuple[Step, ...]) -> tuple[Step, ...]:
    """The first version."""
    return (
        step("now", scale("mood")),
        *measures,
        step("now", words("going_well")),
        step("now", words("going_badly")),
        part("goals", "followup"),
        step("plan", words("plan_used")),
        step("plan", one_of("early_signs", "no", "some", "yes", "unsure"), box("early_signs_which")),
        step("afterwards", one_of("call_wished", "no", "yes", "unsure")),
        step("safe", one_of("safe_now", "yes", "unsure", "no")),
    )
