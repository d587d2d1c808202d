"""What a concern and its history say to staff. Never a risk level: a reason to ask, and a clock."""

from gettext import NullTranslations

from care.safety import Level, Trigger


def trigger_words(translations: NullTranslations, trigger: str) -> str:
    """Why a concern was opened."""
    _ = translations.gettext
    return {
        Trigger.SKIPPED.value: _("left the question about thoughts of death or self-harm out: unknown"),
        Trigger.SOME_DAYS.value: _("thoughts of death or self-harm on several days"),
        Trigger.MANY_DAYS.value: _("thoughts of death or self-harm on more than half the days"),
        Trigger.UNSURE.value: _("is not sure to be safe right now"),
        Trigger.NOT_SAFE.value: _("does not feel safe right now"),
        Trigger.HELP.value: _("pressed for help and asked that somebody knows"),
        Trigger.FLAGGED.value: _("a facilitator is worried"),
    }[trigger]


def level_words(translations: NullTranslations, level: str) -> str:
    """How soon somebody is spoken with."""
    _ = translations.gettext
    return {
        Level.ASK.value: _("ask at the next contact"),
        Level.CONTACT.value: _("speak with them within 24 hours and before the next session"),
        Level.URGENT.value: _("speak with them today, within 4 hours"),
        Level.IMMEDIATE.value: _("call now"),
    }[level]


def state_words(translations: NullTranslations, state: str) -> str:
    """How far it has come."""
    _ = translations.gettext
    return {
        "open": _("nobody has it yet"),
        "acknowledged": _("somebody has it"),
        "contacted": _("spoken with; the outcome is missing"),
        "closed": _("closed"),
    }[state]


def wish_words(translations: NullTranslations, wish: str) -> str:
    """What the member would like, "" where they did not say."""
    _ = translations.gettext
    return {
        "": "",
        "no": _("would not like a call"),
        "today": _("would like a call today"),
        "now": _("would like a call now"),
    }[wish]


def line_words(translations: NullTranslations, kind: str) -> str:
    """What happened, in a line of the history."""
    _ = translations.gettext
    known = {
        "opened": _("opened"),
        "words": _("wrote"),
        "answered_again": _("answered the question again"),
        "raised": _("called out anew"),
        "wish": _("said what they would like"),
        "told": _("was told"),
        "nobody": _("there was nobody to tell"),
        "lapsed": _("the time for the call ran out; the next person was asked"),
        "acknowledged": _("has it"),
        "handed_on": _("handed it on"),
        "tried": _("tried to reach them"),
        "contacted": _("spoke with them"),
        "uncalled": _("said why there was no call"),
        "outcome": _("wrote the outcome and closed it"),
    }
    return known.get(kind, kind.replace("_", " "))


def tried_words(translations: NullTranslations) -> list[tuple[str, str]]:
    """Ways of not reaching somebody."""
    _ = translations.gettext
    return [
        ("no_answer", _("no answer")),
        ("message_left", _("left a neutral message")),
        ("wrong_number", _("wrong number")),
    ]


def answer_words(translations: NullTranslations, value: str | None) -> str:
    """What was answered, beside the question it was given to."""
    _ = translations.gettext
    known = {
        "": _("left out"),
        "1": _("1: several days"),
        "2": _("2: more than half the days"),
        "3": _("3: nearly every day"),
        "unsure": _("not sure"),
        "no": _("no"),
    }
    return "" if value is None else known.get(value, value)


def gap_words(translations: NullTranslations, code: str) -> str:
    """What is missing for an on-call chain."""
    _ = translations.gettext
    return {
        "no_hours": _("No staffed hours are set."),
        "too_few": _(
            "Fewer than two people of the chain have a complete clinician's account and a confirmed test."
        ),
        "not_covered": _("In part of the staffed hours nobody of them is on duty."),
        "only_mail": _("No test by text message was confirmed: there has to be a way besides e-mail."),
        "untested": _("has not confirmed a test alert in the last 30 days."),
        "no_account": _("has no complete clinician's account."),
    }[code]
