"""What is said about try-outs. Never who failed: what was not tried yet is something to talk about."""

from gettext import NullTranslations

from care.tryout import Tryout


def results(translations: NullTranslations) -> dict[str, str]:
    """What became of one."""
    _ = translations.gettext
    return {
        "done": _("tried it"),
        "partly": _("tried a part of it"),
        "not_now": _("not now"),
        "changed": _("it became something else"),
    }


def safety(translations: NullTranslations, *, own: bool) -> dict[str, str]:
    """Whether a step is safe, asked of the member or with them."""
    _ = translations.gettext
    unsure = _("I am not sure: let us talk about it first") if own else _("Not sure: talk about it first")
    no = _("No: somebody could get hurt") if own else _("No: somebody could get hurt, so not this step")
    return {"yes": _("Yes"), "unsure": unsure, "no": no}


def details(translations: NullTranslations, one: Tryout) -> list[tuple[str, str]]:
    """What is known about a step, line by line."""
    _ = translations.gettext
    lines = [
        (_("with"), one.whom),
        (_("when"), one.when),
        (_("where"), one.where),
        (_("what helps"), one.support),
        (_("what could get in the way"), one.obstacle),
    ]
    return [(name, words) for name, words in lines if words]


def week(translations: NullTranslations) -> dict[str, str]:
    """What the weekly look says about it."""
    _ = translations.gettext
    return {
        "tried": _("tried it"),
        "partly": _("tried a part of it"),
        "not": _("not yet"),
        "not_applicable": "",
    }
