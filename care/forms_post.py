"""After the last session: what changed and by what, a draft for harder times, what comes afterwards, and what
the service should hear. The headings of the draft are those of `care.relapse`."""

from care.form import UNSAID, Step, box, one_of, scale, step, words

PLAN = ("signs", "stress", "worked", "notice", "call", "back")
"What the draft of the plan for harder times is made of; the questions begin with `plan_`."
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
        step("unfinished", words("plan_unfinished")),
        *(step("plan", words(f"plan_{one}")) for one in PLAN),
        step(
            "afterwards",
            one_of("after_wish", "nothing", "self_help", "individual", "group", "other_care", "unsure"),
        ),
        step("afterwards", one_of("after_rhythm", "monthly", "fortnightly", "quarterly", "unsure")),
        *(step("satisfaction", scale(one)) for one in SATISFACTION),
        step("satisfaction", words("sat_change")),
        step("satisfaction", one_of("made_worse", "no", "a_little", "yes", UNSAID), box("made_worse_what")),
    )
