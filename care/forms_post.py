"""After the last session: what changed and by what, the goals for the last time, a draft for harder times and
for what comes afterwards, and what the service should hear."""

from care.form import UNSAID, Step, box, one_of, part, scale, step, words

SATISFACTION = ("sat_useful", "sat_respected", "sat_recommend")
"Our own: 0 to 10. The fourth is in words."


def post_1(measures: tuple[Step, ...]) -> tuple[Step, ...]:
    """The first version."""
    return (
        *measures,
        step("improvement", words("changed_between")),
        step("improvement", words("own_part")),
        step("improvement", words("made_difference")),
        step("improvement", words("made_none")),
        part("goals", "post"),
        part("plan", "post"),
        *(step("satisfaction", scale(one)) for one in SATISFACTION),
        step("satisfaction", words("sat_change")),
        step("satisfaction", one_of("made_worse", "no", "a_little", "yes", UNSAID), box("made_worse_what")),
    )
