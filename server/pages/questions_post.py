"""The questions after the last session, in words."""

from gettext import NullTranslations

from server.pages.questions import Asked, not_said


def post(translations: NullTranslations) -> dict[str, Asked]:
    """By the name of the question."""
    return changes(translations) | afterwards(translations)


def changes(translations: NullTranslations) -> dict[str, Asked]:
    """What became different, and by what."""
    _ = translations.gettext
    return {
        "changed_between": Asked(title=_("What has changed between you and people who matter to you?")),
        "own_part": Asked(title=_("What did you do yourself that helped?")),
        "made_difference": Asked(title=_("What in the group made the difference?")),
        "made_none": Asked(title=_("What made no difference, or was missing?")),
    }


def afterwards(translations: NullTranslations) -> dict[str, Asked]:
    """What the service should hear."""
    _ = translations.gettext
    none, very = _("not at all"), _("very much")
    return {
        "sat_useful": Asked(title=_("How useful was the group for you?"), low=none, high=very),
        "sat_respected": Asked(title=_("How much did you feel respected?"), low=none, high=very),
        "sat_recommend": Asked(
            title=_("How likely would you recommend the group to somebody you care about?"),
            low=none,
            high=_("certainly"),
        ),
        "sat_change": Asked(title=_("What should we change?")),
        "made_worse": Asked(
            title=_("Did anything about the group make things worse for you?"),
            hint=_("It is important for us to know. It has no consequences for you."),
            options={"no": _("No"), "a_little": _("A little"), "yes": _("Yes")} | not_said(translations),
        ),
        "made_worse_what": Asked(title=_("What was it?")),
    }
