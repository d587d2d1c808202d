"""Before each session, in a few minutes: how the week was, one moment with somebody, one wish for today. The
last question asks whether the person is safe right now."""

from care.form import Step, one_of, scale, step, words


def weekly_1(measures: tuple[Step, ...]) -> tuple[Step, ...]:
    """The first version."""
    return (
        step("week", scale("mood")),
        step("week", one_of("week_compared", "better", "same", "worse")),
        step("week", words("moment")),
        step("week", one_of("tried", "tried", "partly", "not", "not_applicable")),
        step("week", words("want_today")),
        *measures,
        step("safe", one_of("safe_now", "yes", "unsure", "no")),
    )
