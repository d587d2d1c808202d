"""The rules of a group, short enough to be remembered."""

from gettext import NullTranslations


def group_rules(translations: NullTranslations) -> tuple[str, ...]:
    """Ten rules in everyday words."""
    _ = translations.gettext
    return (
        _("What is said here stays here: no names and no details outside."),
        _("Come each time, on time, and stay to the end; tell us beforehand if you cannot."),
        _("Be alone or use headphones; say so if somebody comes in."),
        _("No recording, no pictures of the screen, and nobody else gets your link."),
        _("Speak for yourself; ask before you give advice; say the good things first."),
        _("You may always pass."),
        _("Disagree with respect; no insults."),
        _("If you think of leaving, tell the group or a facilitator first."),
        _("If you have contact outside, bring it back to the group."),
        _("If you are not safe, say so; we will act."),
    )
