"""The questions after the last session, in words."""

from gettext import NullTranslations

from server.pages.questions import Asked, not_said


def post(translations: NullTranslations) -> dict[str, Asked]:
    """By the name of the question."""
    return changes(translations) | plan(translations) | afterwards(translations)


def changes(translations: NullTranslations) -> dict[str, Asked]:
    """What became different, and by what."""
    _ = translations.gettext
    return {
        "changed_between": Asked(title=_("What has changed between you and people who matter to you?")),
        "own_part": Asked(title=_("What did you do yourself that helped?")),
        "made_difference": Asked(title=_("What in the group made the difference?")),
        "made_none": Asked(title=_("What made no difference, or was missing?")),
        "plan_unfinished": Asked(
            title=_("What is not finished yet?"),
            hint=_("Goals that need more time, and what you want to do next."),
        ),
    }


def plan(translations: NullTranslations) -> dict[str, Asked]:
    """A draft for harder times; it is finished together in the last meeting."""
    _ = translations.gettext
    draft = _("This is a draft for harder times. You finish it together in your last meeting.")
    return {
        "plan_signs": Asked(
            title=_("How would you notice early that it is getting harder again?"), hint=draft
        ),
        "plan_stress": Asked(title=_("What could become difficult in the coming months?"), hint=draft),
        "plan_worked": Asked(title=_("What has worked that you can do again?"), hint=draft),
        "plan_notice": Asked(title=_("Who could notice it, and may tell you?"), hint=draft),
        "plan_call": Asked(title=_("Whom will you call when it gets harder?"), hint=draft),
        "plan_back": Asked(title=_("When should you come back to us, or look for other help?"), hint=draft),
    }


def afterwards(translations: NullTranslations) -> dict[str, Asked]:
    """What comes then, and what the service should hear."""
    _ = translations.gettext
    none, very, unsure = _("not at all"), _("very much"), _("I am not sure")
    return {
        "after_wish": Asked(
            title=_("What would you wish for after the group?"),
            options={
                "nothing": _("Nothing for now"),
                "self_help": _("To go on by myself, with my plan"),
                "individual": _("A meeting with one person now and then"),
                "group": _("A group now and then"),
                "other_care": _("Other help"),
                "unsure": unsure,
            },
        ),
        "after_rhythm": Asked(
            title=_("If there were meetings afterwards, how often?"),
            options={
                "monthly": _("Once a month"),
                "fortnightly": _("Every two weeks"),
                "quarterly": _("Every three months"),
                "unsure": unsure,
            },
        ),
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
