"""The words of a question: what it asks, what can be chosen, and what stands at the ends of a scale."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import NullTranslations

from care.form import UNSAID
from care.instrument import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question in words. `options` are by code; `stem` stands above it, `low` and `high` are the ends of
    a scale. `language` is that of words we may not translate, "" for our own."""

    title: str
    hint: str = ""
    stem: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    low: str = ""
    high: str = ""
    language: str = ""


def of_measure(measure: Measure) -> dict[str, Asked]:
    """The items of a measure, letter for letter."""
    options = {str(one.value): one.text for one in measure.options}
    found = {
        one.id: Asked(title=one.text, stem=measure.stem, options=options, language=measure.language)
        for one in measure.items
    }
    if (more := measure.unscored) is not None:
        chosen = {str(one.value): one.text for one in more.options}
        found[more.id] = Asked(title=more.text, options=chosen, language=measure.language)
    return found


def shared(translations: NullTranslations) -> dict[str, Asked]:
    """Questions that stand in several forms."""
    _ = translations.gettext
    not_at_all, fully = _("not ready at all"), _("fully ready")
    why = Asked(title=_("Why this number?"), hint=_("If you like: a sentence or two."))
    none, very = _("not at all"), _("very much")
    return {
        "ready_feelings": Asked(
            title=_("How ready are you to face difficult feelings?"), low=not_at_all, high=fully
        ),
        "ready_feelings_why": why,
        "ready_time": Asked(
            title=_("How ready are you to give the group its time, every week?"), low=not_at_all, high=fully
        ),
        "ready_time_why": why,
        "ready_change": Asked(
            title=_("How ready are you to try something new with the people around you?"),
            low=not_at_all,
            high=fully,
        ),
        "ready_change_why": why,
        "group_belong": Asked(title=_("How much do you feel a part of the group?"), low=none, high=very),
        "group_understood": Asked(
            title=_("How well do you feel understood in the group?"), low=none, high=very
        ),
        "group_safe": Asked(title=_("How safe do you feel to speak in the group?"), low=none, high=very),
        "group_useful": Asked(title=_("How useful is the group for you?"), low=none, high=very),
        "going_well": Asked(title=_("What is going well?")),
        "going_badly": Asked(title=_("What is not going so well?")),
        "safe_now": Asked(
            title=_("Are you safe right now?"),
            hint=_("Safe means: you are not about to hurt yourself, and nobody is about to hurt you."),
            options={"yes": _("Yes, I am safe"), "unsure": _("I am not sure"), "no": _("No")},
        ),
    }


def not_said(translations: NullTranslations) -> dict[str, str]:
    """The option that says nothing, to put behind others."""
    return {UNSAID: translations.gettext("I would rather not say")}
