"""The questions around the middle, in words."""

from gettext import NullTranslations

from server.pages.questions import Asked


def mid(translations: NullTranslations) -> dict[str, Asked]:
    """By the name of the question."""
    _ = translations.gettext
    return {
        "changed": Asked(
            title=_("What has changed for you since the beginning?"),
            hint=_("In your own words, for better or for worse."),
        ),
        "tried_kinds": Asked(
            title=_("What have you tried with the people around you since the group began?"),
            hint=_("Small things count. Choose what fits, or nothing."),
            options={
                "said_feeling": _("I told somebody how I feel"),
                "asked_help": _("I asked for help"),
                "said_no": _("I said no, or what I want"),
                "cleared_up": _("I talked something over after an argument"),
                "reached_out": _("I got back in touch with somebody"),
                "new_people": _("I met new people"),
                "else": _("Something else"),
            },
        ),
        "tried_what": Asked(title=_("What was it?")),
        "tried_helped": Asked(title=_("What of it helped?")),
        "tried_not": Asked(title=_("What did not help?")),
        "tried_more": Asked(title=_("What would you like to do more of in the group?")),
        "group_hard": Asked(title=_("Is there anything that is hard about the group?")),
        "held_back": Asked(
            title=_("Is there something you have held back so far?"),
            hint=_(
                "It is enough to say that there is something. Only your facilitators read this; the other "
                "members never see it."
            ),
        ),
    }
