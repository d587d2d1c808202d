"""A member's check-ins as a coordinator reads them: done or missing for each wave, never what they say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from gettext import NullTranslations

from server.pages import member_words
from store.checkin_states import CheckInState

WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One line. `waives` is the check-in that may be waived, "" for none."""

    words: str
    state: str
    waives: str = ""

    @property
    def choice(self) -> tuple[str, str]:
        """The line as an option of a form."""
        return self.waives, self.words


def of(found: Sequence[CheckInState], words: NullTranslations) -> list[Round]:
    """One line for each round, and one for all the weekly ones together."""
    names, states = member_words.waves(words), member_words.checkins(words)
    lines = [
        Round(
            words=name(one, names, words),
            state=states[one.state],
            waives=one.id if one.state in ("open", "ahead") else "",
        )
        for one in found
        if one.wave != WEEKLY
    ]
    weekly = [one for one in found if one.wave == WEEKLY]
    return lines + ([_weekly(weekly, names, words)] if weekly else [])


def name(one: CheckInState, names: dict[str, str], words: NullTranslations) -> str:
    """Which round it is."""
    if one.wave != "followup":
        return names[one.wave]
    told = words.ngettext("One month after the end", "%(num)s months after the end", one.number)
    return told % {"num": one.number}


def _weekly(weekly: Sequence[CheckInState], names: dict[str, str], words: NullTranslations) -> Round:
    states = member_words.checkins(words)
    numbers = Counter(one.state for one in weekly)
    told = [f"{numbers[code]} {states[code]}" for code in states if numbers[code]]
    now_open = [one.id for one in weekly if one.state == "open"]
    return Round(words=names[WEEKLY], state=", ".join(told), waives=now_open[0] if now_open else "")
