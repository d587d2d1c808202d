"""The questions before the first session, in words."""

from gettext import NullTranslations

from server.pages.questions import Asked, not_said


def pre(translations: NullTranslations) -> dict[str, Asked]:
    """By the name of the question."""
    return practical(translations) | about_you(translations)


def practical(translations: NullTranslations) -> dict[str, Asked]:
    """What is needed so that the sessions work and are safe."""
    _ = translations.gettext
    return {
        "details_right": Asked(
            title=_("Do we have your details right?"),
            hint=_(
                "Your name in the group, your time zone, the number to call you on, and whom we may call in "
                "an emergency. They are not shown here; you find them on the page “My details”."
            ),
            options={
                "right": _("Yes, as far as I know"),
                "changed": _("Something has changed"),
                "unsure": _("I am not sure; please ask me"),
            },
        ),
        "details_changed": Asked(title=_("What has changed?")),
        "usual_place": Asked(
            title=_("Where will you usually be during the sessions?"),
            hint=_(
                "A street and a town. If you are ever in danger, your facilitators know where to send help. "
                "You are asked again at each session."
            ),
        ),
        "private_place": Asked(
            title=_("Is there a place where you can talk without being overheard?"),
            options={"yes": _("Yes"), "mostly": _("Mostly"), "no": _("No, or not yet")}
            | not_said(translations),
        ),
        "private_place_more": Asked(title=_("Is there something we should know about it?")),
        "device_tried": Asked(
            title=_("Have you tried camera and microphone on the device you will use?"),
            options={
                "well": _("Yes, and it went well"),
                "trouble": _("Yes, with some trouble"),
                "not_yet": _("Not yet"),
            },
        ),
        "device_trouble": Asked(title=_("What did not work?")),
        "other_care": Asked(
            title=_("Who else looks after you at the moment?"),
            hint=_("Your doctor, other treatment, medicines: whatever you would like us to know."),
        ),
        "language_best": Asked(title=_("In which language do you feel most at home?")),
        "access_needs": Asked(
            title=_("Is there anything that would make it easier for you to take part?"),
            hint=_("For example breaks, large letters, or somebody beside you who helps with the device."),
        ),
    }


def about_you(translations: NullTranslations) -> dict[str, Asked]:
    """Hopes and worries: a beginning, for the first meeting."""
    _ = translations.gettext
    return {
        "group_hopes": Asked(title=_("What do you hope for from the group?")),
        "group_worries": Asked(title=_("What worries you about being in a group?")),
    }
