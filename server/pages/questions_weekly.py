"""The questions of the weekly look and of the months afterwards, in words."""

from gettext import NullTranslations

from server.pages.questions import Asked


def weekly(translations: NullTranslations) -> dict[str, Asked]:
    """By the name of the question."""
    _ = translations.gettext
    return {
        "mood": Asked(
            title=_("How has your mood been over the last few days?"), low=_("very bad"), high=_("very good")
        ),
        "week_compared": Asked(
            title=_("Compared with a week ago, how are you?"),
            options={"better": _("Better"), "same": _("About the same"), "worse": _("Worse")},
        ),
        "moment": Asked(
            title=_("Was there a moment with somebody this week that mattered?"),
            hint=_("One is enough: what happened, and how it was for you. It can be short."),
        ),
        "tried": Asked(
            title=_("What became of the thing you wanted to try?"),
            hint=_("Nobody counts this. “Not yet” is a good thing to talk about, too."),
            options={
                "tried": _("I tried it"),
                "partly": _("I tried a part of it"),
                "not": _("Not yet"),
                "not_applicable": _("There was nothing to try"),
            },
        ),
        "want_today": Asked(title=_("What is one thing you want from the next session?")),
    }


def followup(translations: NullTranslations) -> dict[str, Asked]:
    """By the name of the question."""
    _ = translations.gettext
    return {
        "plan_used": Asked(title=_("What of your plan for harder times have you used?")),
        "early_signs": Asked(
            title=_("Have you noticed early signs that it is getting harder again?"),
            options={
                "no": _("No"),
                "some": _("A few"),
                "yes": _("Yes"),
                "unsure": _("I am not sure"),
            },
        ),
        "early_signs_which": Asked(title=_("Which ones?")),
        "call_wished": Asked(
            title=_("Would you like somebody to call you?"),
            hint=_("With a yes your facilitators are asked to call you soon. It is not an emergency call."),
            options={"no": _("No, thank you"), "yes": _("Yes, please"), "unsure": _("I am not sure")},
        ),
    }
