"""Tasks in words: what is to be done, why, and the one thing that can be done about it from the list."""

from dataclasses import dataclass
from gettext import NullTranslations

from server.pages.grid_words import short
from store.worklist import Item

CALLS = frozenset(
    {
        *("call_2h", "call_same_day", "brief_contact_call", "call_48h", "call_this_week", "technical_help"),
        *("review", "place_review", "minimum_at_risk", "late_pattern", "wants_to_leave", "wants_a_pause"),
        *("link_not_me", "tell_by_phone", "meeting_unbooked", "checkin_call", "call_wished"),
    }
)
"Done by talking to somebody: the list takes the outcome."
MEETINGS = frozenset({"meeting_outside", "meeting_confirm", "meeting_confirm_overdue", "meetings_unled"})
"Done on the page of the individual meetings."
SENDS = frozenset({"contract_unsigned"})
"Done by sending somebody their link once more: the contract is read and signed behind it."
TALKS = frozenset({"review", "place_review"})
SAID_BY_KIND = {
    "contract_unsigned": "unsigned",
    "bounced_contact": "refused",
    "question_about_record": "asked",
}
"Reasons that only say the task's own words again."
OUTCOMES = ("reached", "message_left", "not_reached", "wrong_number")


@dataclass(frozen=True, slots=True)
class Way:
    """The one action of a row: its words and where it leads; without a `path` it is a link to send, or else a
    call to note."""

    words: str
    path: str = ""
    sends: bool = False


def task_words(translations: NullTranslations, kind: str) -> str:
    """What is to be done."""
    _ = translations.gettext
    known = {
        "confirm_attendance": _("Confirm attendance"),
        "confirm_overdue": _("Attendance is not confirmed"),
        "call_2h": _("Call now: missed in the first sessions"),
        "call_same_day": _("Call today: we missed them"),
        "brief_contact_call": _("Call today: was there for a moment"),
        "call_48h": _("Call within two days"),
        "call_this_week": _("Call this week"),
        "review": _("Talk about the place in the group"),
        "place_review": _("Look at the place together with the facilitators"),
        "minimum_at_risk": _("The agreed number of sessions is out of reach"),
        "late_pattern": _("Ask about the time: often late"),
        "technical_help": _("Help with the technology"),
        "checkin_call": _("Call: a form waits"),
        "contract_unsigned": _("The contract is not signed"),
        "bounced_contact": _("The address does not work"),
        "question_about_record": _("Says that something in the record is wrong"),
        "link_not_me": _("Says that somebody else opened their link"),
        "tell_by_phone": _("Call: this person gets no mail"),
        "wants_to_leave": _("Wants to leave the group"),
        "wants_a_pause": _("Asks for a pause"),
        "call_wished": _("Call: wishes for a call after the group"),
        "meeting_unbooked": _("Call: the individual meeting is not booked"),
        "meeting_outside": _("An individual meeting no longer fits the dates"),
        "meeting_confirm": _("Say whether the individual meeting was held"),
        "meeting_confirm_overdue": _("Nobody has said whether the individual meeting was held"),
        "meetings_unled": _("Individual meetings stand without a facilitator"),
        "clinical_contact": _("Needs clinical contact"),
        "break_glass_review": _("Review an emergency access"),
    }
    return known.get(kind, kind.replace("_", " "))


def reason_words(translations: NullTranslations, reason: str) -> str:
    """Why, from facts of attendance, notice, contract and delivery. `reason` is `code` or `code:number`."""
    _ = translations.gettext
    code, _colon, number = reason.partition(":")
    known = {
        "early_no_show": _("not seen in the first two sessions"),
        "run": _("%(number)s missed in a row"),
        "total": _("%(number)s missed in all"),
        "share": _("%(number)s sessions missed"),
        "no_show": _("missed without a word: %(number)s"),
        "no_show_run": _("%(number)s in a row without a word"),
        "late_cancel": _("short notice: %(number)s"),
        "technical": _("%(number)s technical failures"),
        "technical_run": _("%(number)s technical failures in a row"),
        "reachable": _("can still reach %(number)s"),
        "late": _("late %(number)s times"),
        "undecided": _("%(number)s people to confirm"),
        "session": _("session %(number)s"),
        "unsigned": _("contract not signed"),
        "refused": _("mail to the address came back"),
        "number_refused": _("short messages do not reach the telephone number"),
        "asked": _("asked by the member"),
        "link_not_me": _("their links have ended; they need a new one"),
        "wish_talk": _("would like to talk with a facilitator first"),
        "meeting_pre": _("the one before the group"),
        "meeting_mid": _("the one in the middle"),
        "meeting_post": _("the one after the last session"),
        "pre_waits": _("the form before the first session is not done"),
        "mid_waits": _("the form in the middle is not done"),
        "post_waits": _("the form after the last session is not done"),
        "weekly_missed": _("%(number)s forms between sessions missed in a row"),
        "nobody_leads": _("nobody leads this group; ask an administrator to name somebody"),
        "tell_dates": _("dates have changed"),
        "tell_contract": _("the contract waits for a signature"),
        "tell_form": _("a form waits: offer to go through it on the phone"),
        "tell_meeting": _("a time for the individual meeting is to be chosen"),
        "tell_link": _("the personal link could not be sent"),
    }
    if code == "unled":
        return translations.ngettext("one meeting", "%(number)s meetings", int(number)) % {"number": number}
    if code == "tried":
        times = int(number)
        return translations.ngettext("tried once", "tried %(number)s times", times) % {"number": times}
    if not number and code in ("no_show", "late_cancel"):
        return short(translations, code)
    return known.get(code, short(translations, code)) % {"number": number.replace("/", _(" of "))}


def way(translations: NullTranslations, item: Item) -> Way:
    """The one action of a row. A member's page is the coordinator's; facilitators have the group's."""
    _ = translations.gettext
    start = f"/s/{item.place}"
    page = f"{start}/people/{item.member}" if item.member and item.role == "coordinator" else f"{start}/"
    if item.kind in ("confirm_attendance", "confirm_overdue") and item.session:
        return Way(_("Confirm"), f"{start}/attendance/{item.session}")
    if item.kind in MEETINGS:
        meetings = "individual-meetings" if item.role == "coordinator" else "individual"
        return Way(_("See the meetings"), f"{start}/{meetings}")
    if item.kind in CALLS:
        return Way(_("Note the talk") if item.kind in TALKS else _("Note the call"))
    if item.kind in SENDS and item.role == "coordinator":
        return Way(_("Send the link again"), sends=True)
    known = {
        "bounced_contact": (_("Correct the address"), "contact"),
        "question_about_record": (_("Look and answer"), "questions"),
    }
    words, part = known.get(item.kind, (_("Open"), ""))
    return Way(words, f"{page}#{part}" if part and item.role == "coordinator" else page)


def outcome_words(translations: NullTranslations, outcome: str) -> str:
    """How a call went."""
    _ = translations.gettext
    known = {
        "reached": _("We talked"),
        "message_left": _("Left a message"),
        "not_reached": _("Nobody answered"),
        "wrong_number": _("The number is wrong"),
    }
    return known.get(outcome, outcome.replace("_", " "))


def said_words(translations: NullTranslations, code: str) -> str:
    """What the page says after something was done, "" for nothing."""
    _ = translations.gettext
    return {
        "noted": _("Kept."),
        "sent": _("The link is on its way."),
        "not_sent": _("No link was sent: three were asked for within the hour, or this person has left."),
    }.get(code, "")
