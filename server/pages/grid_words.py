"""The signs of the grid: for each status a short word for the cell and the full words of the legend. Its
symbol is drawn in `pages/coordinator/signs.html`; colour only repeats what they say.
"""

from dataclasses import dataclass
from gettext import NullTranslations

from server.pages.attendance_words import status_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How a status looks. `tone` is a class of the style sheet: there, part, away, missed, ours or none."""

    status: str
    short: str
    words: str
    tone: str


TONES = {
    "attended": "there",
    "attended_late": "there",
    "left_early": "there",
    "partial": "part",
    "brief_contact": "part",
    "technical_failure": "ours",
    "excused": "away",
    "late_cancel": "away",
    "no_show": "missed",
    "late_not_admitted": "missed",
    "provider_cancelled": "ours",
    "cut_short": "ours",
    "agreed_pause": "none",
    "not_on_roster": "none",
    "safety_exit": "none",
    "expected": "none",
}
ORDER = tuple(TONES)


def sign(translations: NullTranslations, status: str) -> Sign:
    """The sign of a status; an unknown one shows its own name."""
    return Sign(
        status=status,
        short=short(translations, status),
        words=status_words(translations, status),
        tone=TONES.get(status, "none"),
    )


def short(translations: NullTranslations, status: str) -> str:
    """One or two short words for a cell."""
    _ = translations.gettext
    known = {
        "attended": _("there"),
        "attended_late": _("late"),
        "left_early": _("left early"),
        "partial": _("part"),
        "brief_contact": _("a moment"),
        "technical_failure": _("technical"),
        "excused": _("away"),
        "late_cancel": _("away, short notice"),
        "no_show": _("missed"),
        "late_not_admitted": _("not let in"),
        "provider_cancelled": _("called off"),
        "cut_short": _("cut short"),
        "agreed_pause": _("pause"),
        "not_on_roster": _("not in the group"),
        "safety_exit": _("safety"),
        "expected": _("to come"),
    }
    return known.get(status, status)
