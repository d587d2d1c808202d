"""The words for symptom levels, changes and prompts, in the language of the page. A level is a word for a
number; no page calls it a diagnosis."""

from gettext import NullTranslations

from care.change import Reliable
from care.course import Point
from care.review import Kind, Review


def level_words(words: NullTranslations, word: str) -> str:
    """A symptom level; the word of a service's own questionnaire stays as it was written."""
    _ = words.gettext
    known = {
        "minimal": _("minimal"),
        "mild": _("mild"),
        "moderate": _("moderate"),
        "moderately severe": _("moderately severe"),
        "severe": _("severe"),
        "very low": _("very low"),
        "low": _("low"),
        "not low": _("not low"),
    }
    return known.get(word, word)


def when_words(words: NullTranslations, wave: str, session: int | None, number: int) -> str:
    """Which round a score is from."""
    _ = words.gettext
    if wave == "weekly":
        return _("Session %(ordinal)s") % {"ordinal": session}
    if wave == "followup":
        return words.ngettext("%(num)s month after", "%(num)s months after", number) % {"num": number}
    return {"pre": _("Before the group"), "mid": _("In the middle"), "post": _("After the last session")}[
        wave
    ]


def reliable_words(words: NullTranslations, found: Reliable | None) -> str:
    """Whether a change is larger than the measure's noise."""
    _ = words.gettext
    known = {
        Reliable.BETTER: _("reliably better"),
        Reliable.WORSE: _("reliably worse"),
        Reliable.SAME: _("no reliable change"),
    }
    return known[found] if found else _("not said of this measure")


def yes_words(words: NullTranslations, found: bool | None) -> str:
    """Yes, no, or nothing to say."""
    _ = words.gettext
    return _("not said") if found is None else _("yes") if found else _("no")


def gain_words(words: NullTranslations, gain: int, higher_is_better: bool) -> str:
    """A difference as it stands on the paper: lower or higher, whichever is better."""
    _ = words.gettext
    if gain == 0:
        return _("the same")
    lower = (gain > 0) != higher_is_better
    text = _("%(points)s lower") if lower else _("%(points)s higher")
    return text % {"points": abs(gain)}


def mark_words(words: NullTranslations, point: Point, carried: bool = False) -> list[str]:
    """What has to be known beside a total."""
    _ = words.gettext
    missing, said = len(point.score.missing), []
    if point.score.prorated:
        said.append(
            words.ngettext(
                "estimated: one answer is missing", "estimated: %(num)s answers are missing", missing
            )
            % {"num": missing}
        )
    elif point.total is None:
        said.append(
            words.ngettext(
                "no total: one answer is missing", "no total: %(num)s answers are missing", missing
            )
            % {"num": missing}
        )
    if point.score.safety_unknown:
        said.append(_("the last question was passed over: safety unknown, please ask"))
    if carried:
        said.append(_("carried forward as the last score there is"))
    return said


def review_words(words: NullTranslations, title: str, one: Review) -> str:
    """A prompt with its numbers, for facilitators."""
    _ = words.gettext
    given = {"measure": title, "total": one.total, "since": one.since, "session": one.session}
    known = {
        Kind.EARLY_LOOK: _(
            "Little change by week %(session)s: %(measure)s %(total)s, at first %(since)s. Is the focus"
            " right? What else would help?"
        ),
        Kind.DETERIORATION: _("Getting worse: %(measure)s %(total)s, was %(since)s. Please look and talk."),
        Kind.SUDDEN_RISE: _(
            "A sudden rise: %(measure)s %(total)s, last time %(since)s. Look before the session: what"
            " happened this week?"
        ),
        Kind.NO_DATA: _("No score for three sessions. Ask, and offer to fill it in together by phone."),
    }
    return known[one.kind] % given
