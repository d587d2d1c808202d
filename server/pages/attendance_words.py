"""Attendance in words: for staff, and in kind words for the member it is about."""

from gettext import NullTranslations


def status_words(translations: NullTranslations, status: str) -> str:
    """Plain words for a status, for staff; no blame, no verdict on the person."""
    _ = translations.gettext
    known = {
        "expected": _("expected"),
        "not_on_roster": _("not in the group on that day"),
        "agreed_pause": _("agreed pause"),
        "provider_cancelled": _("called off by us"),
        "cut_short": _("cut short by us"),
        "attended": _("was there"),
        "attended_late": _("was there, came later"),
        "left_early": _("was there, left earlier"),
        "technical_failure": _("tried, the technology failed"),
        "partial": _("was there for a part"),
        "brief_contact": _("was there for a moment"),
        "late_not_admitted": _("came, was not let in"),
        "excused": _("told us before"),
        "late_cancel": _("told us shortly before"),
        "no_show": _("we missed them"),
        "safety_exit": _("left to be safe"),
    }
    return known.get(status, status)


def own_words(translations: NullTranslations, status: str) -> str:
    """Kind words for a status, for the member's own record."""
    _ = translations.gettext
    known = {
        "expected": _("still to come"),
        "not_on_roster": _("you were not in the group yet, or no longer"),
        "agreed_pause": _("your agreed pause"),
        "provider_cancelled": _("called off by us; it does not count against you"),
        "cut_short": _("cut short by us; it does not count against you"),
        "attended": _("you were there"),
        "attended_late": _("you were there"),
        "left_early": _("you were there"),
        "technical_failure": _("you tried and the technology failed; it does not count against you"),
        "partial": _("you were there for a part"),
        "brief_contact": _("you were there for a moment"),
        "late_not_admitted": _("you came when the door was closed"),
        "excused": _("you were away and told us in good time"),
        "late_cancel": _("you were away and told us"),
        "no_show": _("we missed you"),
        "safety_exit": _("you left early; it does not count against you"),
    }
    return known.get(status, status)


def reason_words(translations: NullTranslations, code: str) -> str:
    """Why this is proposed, for facilitators; an unknown code is shown as it is."""
    _ = translations.gettext
    known = {
        "listening_only": _("listened only"),
        "two_devices": _("two devices at once"),
        "with_gaps": _("with gaps"),
        "put_out": _("sent out for a while"),
        "never_connected": _("never connected"),
        "dropped": _("line broke again and again"),
        "not_let_in": _("waited, was not let in"),
        "left_the_lobby": _("left the waiting room"),
        "limit_reached": _("technical failures used up"),
        "several_members": _("several people at once"),
        "by_hand_phone": _("by phone, entered by hand"),
        "by_hand_joint": _("beside another member, entered by hand"),
    }
    return known.get(code, code.removeprefix("cause_").replace("_", " "))


def decision_words(translations: NullTranslations, code: str) -> str:
    """Why a person decided as they did."""
    _ = translations.gettext
    known = {
        "as_proposed": _("as proposed"),
        "phone": _("was there by phone"),
        "joint": _("was there beside another member"),
        "technical_known": _("the technical trouble is known to us"),
        "notice_by_phone": _("told us another way"),
        "facilitator_saw": _("the facilitators saw it"),
        "wrong_record": _("the record is wrong"),
        "safety": _("for safety"),
        "other": _("another reason"),
    }
    return known.get(code, code.replace("_", " "))
