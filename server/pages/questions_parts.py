"""The parts of a form that have a page of their own: what each is for, in one sentence."""

from gettext import NullTranslations

from care.form_parts import DONE, step_of
from server.pages.questions import Asked


def parts(translations: NullTranslations) -> dict[str, Asked]:
    """By the name of the question that leads there."""
    _ = translations.gettext
    known = {
        ("circle", "pre"): (
            _("The people in your life"),
            _("You put the people who matter now into a circle, as near as they are and as you wish."),
        ),
        ("circle", "mid"): (
            _("Has anybody moved in your circle?"),
            _("You change only what has changed: who is nearer now, who is further, who is new."),
        ),
        ("problems", "pre"): (
            _("What troubles you"),
            _("You list what troubles you at the moment and put what weighs most first."),
        ),
        ("goals", "pre"): (
            _("Your goals"),
            _("You name one to three things you want to be different at the end, and how near each is now."),
        ),
        ("goals", "mid"): (
            _("Are your goals still the right ones?"),
            _("You rate each goal from 0 to 10 again and change its words where they no longer fit."),
        ),
        ("goals", "post"): (
            _("Your goals at the end"),
            _("You rate each goal from 0 to 10 as the group ends, and see where it began."),
        ),
        ("goals", "followup"): (
            _("Your goals now"),
            _("You rate each goal from 0 to 10 as it is today."),
        ),
        ("plan", "post"): (
            _("Your plan for harder times"),
            _(
                "You draft early signs, what worked, whom to tell and call, and what you wish for "
                "afterwards; you finish it together in your last meeting."
            ),
        ),
    }
    filled = {DONE: _("Filled in")}
    return {
        step_of(key, wave): Asked(title=title, hint=hint, options=filled)
        for (key, wave), (title, hint) in known.items()
    }
