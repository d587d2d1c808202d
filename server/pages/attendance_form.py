"""The form that confirms attendance: what may be chosen for a member, and what was chosen."""

from collections.abc import Iterable, Mapping
from gettext import NullTranslations

from care.decision import CHOOSABLE, FOR_A_CHANGE, Change, Reason, Refusal
from care.verdict import Status
from server.pages.attendance_words import decision_words, status_words
from server.pages.forms import Form
from store.decisions import LONGEST

Option = tuple[str, str]

# What a facilitator says most often, with the reason that goes with it: one choice instead of two.
USUAL = (
    (Status.ATTENDED, Reason.PHONE),
    (Status.ATTENDED, Reason.JOINT),
    (Status.ATTENDED, Reason.FACILITATOR_SAW),
    (Status.ATTENDED_LATE, Reason.FACILITATOR_SAW),
    (Status.LEFT_EARLY, Reason.FACILITATOR_SAW),
    (Status.PARTIAL, Reason.FACILITATOR_SAW),
    (Status.TECHNICAL_FAILURE, Reason.TECHNICAL_KNOWN),
    (Status.EXCUSED, Reason.NOTICE_BY_PHONE),
    (Status.LATE_CANCEL, Reason.NOTICE_BY_PHONE),
    (Status.NO_SHOW, Reason.FACILITATOR_SAW),
    (Status.SAFETY_EXIT, Reason.SAFETY),
)


def usual(translations: NullTranslations) -> tuple[Option, ...]:
    """Status and reason in one line, as `status:reason`."""
    return tuple(
        (
            f"{status.value}:{reason.value}",
            f"{status_words(translations, status.value)} ({decision_words(translations, reason.value)})",
        )
        for status, reason in USUAL
    )


def statuses(translations: NullTranslations) -> tuple[Option, ...]:
    """Every status a person may choose, in the order of the rules; the first is no choice."""
    chosen = [(one.value, status_words(translations, one.value)) for one in Status if one in CHOOSABLE]
    return (("", translations.gettext("As chosen above")), *chosen)


def reasons(translations: NullTranslations) -> tuple[Option, ...]:
    """Every reason for a change; the first is no choice."""
    chosen = [(one.value, decision_words(translations, one.value)) for one in Reason if one in FOR_A_CHANGE]
    return (("", translations.gettext("As chosen above")), *chosen)


def shown(form: Form, members: Iterable[str]) -> dict[str, Status]:
    """What the page proposed when it was sent out, by member: nobody confirms what they did not see."""
    sent = {member: form.get(f"seen-{member}") for member in members}
    known = {one.value for one in Status}
    return {member: Status(code) for member, code in sent.items() if code in known}


def changes(
    translations: NullTranslations, form: Form, members: Iterable[str], proposed: Mapping[str, Status]
) -> dict[str, Change]:
    """What was changed, by member; members left alone are not in it. `proposed` is what the page showed.
    Notes errors in the form."""
    _ = translations.gettext
    found: dict[str, Change] = {}
    for member in members:
        note = form.get(f"note-{member}")
        if len(note) > LONGEST:
            form.refuse(f"note-{member}", _("That is too long; a few sentences are enough."))
            continue
        status, reason = _chosen(form, member)
        if not status and not reason:
            if note and member in proposed:
                found[member] = Change(status=proposed[member], reason=Reason.AS_PROPOSED, note=note)
            continue
        if status not in {one.value for one in CHOOSABLE}:
            form.refuse(f"status-{member}", _("Please choose what it was."))
        elif reason not in {one.value for one in FOR_A_CHANGE}:
            form.refuse(f"reason-{member}", _("Please choose why it is written down differently."))
        else:
            found[member] = Change(status=Status(status), reason=Reason(reason), note=note)
    return found


def _chosen(form: Form, member: str) -> tuple[str, str]:
    """The single choice, or what the two fields below it say instead."""
    status, _, reason = form.get(f"choice-{member}").partition(":")
    return form.get(f"status-{member}") or status, form.get(f"reason-{member}") or reason


def refuse(translations: NullTranslations, form: Form, codes: Mapping[str, Refusal]) -> None:
    """Puts what the record did not take into the form, each beside its member."""
    for member, code in codes.items():
        form.refuse(f"choice-{member}" if member else "", refusal_words(translations, code.value))


def nothing(translations: NullTranslations, form: Form, left: bool) -> None:
    """Says why a form that confirmed all decided about nobody; `left` are those for whom a person chooses."""
    _ = translations.gettext
    if left:
        form.refuse("", refusal_words(translations, Refusal.NEEDS_CHOICE.value))
    else:
        form.refuse(
            "",
            _(
                "Nothing was stored: nobody waits to be confirmed as proposed. For who is only expected, "
                "please choose what it was."
            ),
        )


def refusal_words(translations: NullTranslations, code: str) -> str:
    """Why a decision was not taken, and what to do."""
    _ = translations.gettext
    known = {
        "not_over": _("The session is not over yet. Please confirm when it has ended."),
        "not_choosable": _("This cannot be chosen for a session that was held. Please choose another."),
        "not_yours": _("You may not write this down. Please ask the coordinator."),
        "reason_missing": _("This changes what was written down. Please choose why."),
        "not_as_proposed": _("The proposal has changed meanwhile. Please look again."),
        "needs_choice": _("Here a person has to decide. Please choose what it was."),
        "locked": _("The group is over and its record is closed. Please ask the coordinator to reopen it."),
    }
    return known[code]
