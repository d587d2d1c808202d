"""Words of a member's page: codes of links, pauses, leaving and check-ins as people say them."""

from collections.abc import Callable
from gettext import NullTranslations

LEFT_WHY = ("own_wish", "moved", "other_care", "illness", "other")
FAREWELLS = ("planned", "held", "declined", "none")
PAUSES = ("illness", "family", "work", "travel", "other")


def of(translations: NullTranslations) -> Callable[[str, str], str]:
    """A function from a kind of code and a code to words. An unknown code is shown as it is, an unknown
    result (what a mail server said) not at all."""
    known = {
        "left": left(translations),
        "farewell": farewells(translations),
        "pause": pauses(translations),
        "checkin": checkins(translations),
        "wave": waves(translations),
        "link": links(translations),
        "notice": notices(translations),
        "message": messages(translations),
        "sent": states(translations),
        "result": results(translations),
    }

    def say(kind: str, code: str) -> str:
        if kind == "result":
            return known[kind].get(code.split(" ")[0], "")
        return known[kind].get(code, code.replace("_", " "))

    return say


def left(translations: NullTranslations) -> dict[str, str]:
    """Why somebody leaves."""
    _ = translations.gettext
    return {
        "own_wish": _("by their own wish"),
        "moved": _("moved away"),
        "other_care": _("goes on somewhere else"),
        "illness": _("ill for a longer time"),
        "other": _("another reason"),
    }


def farewells(translations: NullTranslations) -> dict[str, str]:
    """What becomes of the goodbye."""
    _ = translations.gettext
    return {
        "planned": _("A goodbye in the group is planned"),
        "held": _("They have said goodbye"),
        "declined": _("They were asked and do not want one"),
        "none": _("There was no chance for one"),
    }


def pauses(translations: NullTranslations) -> dict[str, str]:
    """What a pause is for."""
    _ = translations.gettext
    return {
        "illness": _("illness"),
        "family": _("family"),
        "work": _("work"),
        "travel": _("travel"),
        "other": _("something else"),
        "was_away": _("had left the group"),
    }


def checkins(translations: NullTranslations) -> dict[str, str]:
    """Whether a check-in is done."""
    _ = translations.gettext
    return {
        "done": _("done"),
        "missing": _("missing"),
        "open": _("open, not done yet"),
        "ahead": _("to come"),
        "waived": _("not asked for"),
    }


def waves(translations: NullTranslations) -> dict[str, str]:
    """Which check-in it is."""
    _ = translations.gettext
    return {
        "pre": _("Before the first session"),
        "mid": _("In the middle"),
        "post": _("After the last session"),
        "weekly": _("Between sessions"),
    }


def waivers(translations: NullTranslations) -> dict[str, str]:
    """Why a check-in is not asked for."""
    _ = translations.gettext
    return {
        "not_wanted": _("does not want to fill it in"),
        "away": _("cannot at present"),
        "told_in_person": _("told us in person"),
        "not_needed": _("is not needed"),
    }


def links(translations: NullTranslations) -> dict[str, str]:
    """What happened with a personal link."""
    _ = translations.gettext
    return {
        "minted": _("made"),
        "bound": _("opened for the first time"),
        "opened": _("opened"),
        "other_device": _("tried on another device"),
        "revoked": _("ended"),
    }


def notices(translations: NullTranslations) -> dict[str, str]:
    """Why somebody said that they will be away, by its kind only."""
    _ = translations.gettext
    return {
        "ill": _("ill"),
        "work": _("work"),
        "family": _("family"),
        "travel": _("travel"),
        "other": _("something else"),
        "unsaid": _("not said"),
    }


def messages(translations: NullTranslations) -> dict[str, str]:
    """What a message is for."""
    _ = translations.gettext
    return {
        "invitation": _("Invitation"),
        "join_link": _("Link to a session"),
        "join_link_again": _("Link, asked for again"),
        "checkin_invitation": _("Invitation to a check-in"),
        "session_moved": _("A session has moved"),
        "session_cancelled": _("A session is called off"),
        "session_led": _("Somebody else leads a session"),
        "dates_changed": _("New dates"),
        "dates": _("All dates for the calendar"),
        "contract_reminder": _("Reminder of the contract"),
        "confirm_attendance": _("Reminder to confirm attendance"),
        "absence_thanks": _("Thanks for telling us"),
        "checkin_reminder": _("Reminder of a check-in"),
        "weekly_checkin": _("Invitation to the weekly check-in"),
        "meeting_offered": _("Times for an individual meeting"),
        "meeting_booked": _("An individual meeting is fixed"),
        "meeting_moved": _("An individual meeting has moved"),
        "meeting_cancelled": _("An individual meeting is called off"),
        "meeting_reminder": _("Reminder of an individual meeting"),
        "something_to_read": _("There is something to read"),
        "digest": _("Several messages in one"),
        "on_call_alert": _("Alert to somebody on call"),
        "on_call_test": _("Test of who is on call"),
    }


def states(translations: NullTranslations) -> dict[str, str]:
    """What became of a message."""
    _ = translations.gettext
    return {
        "pending": _("waits"),
        "claimed": _("is being sent"),
        "transmitting": _("is being sent"),
        "sent": _("sent"),
        "failed": _("could not be sent"),
        "uncertain": _("perhaps sent: the line broke"),
        "withdrawn": _("not sent, no longer needed"),
        "expired": _("not sent, too late"),
    }


def results(translations: NullTranslations) -> dict[str, str]:
    """Why a message was not sent, where a person has to know."""
    _ = translations.gettext
    return {
        "not_by_mail": _("this person may not be written to: please call"),
        "address_refused": _("the address does not work"),
        "left_the_group": _("left the group"),
        "no_time_left": _("it was too late"),
        "received": _("somebody says that it was received"),
        "returned": _("it came back: the address or number does not work"),
        "undone": _("the change was taken back"),
        "merged": _("goes together with others, to keep to the daily number"),
        "no_texts": _("wants no short messages"),
        "no_number": _("no telephone number is known"),
        "number": _("the telephone number is not complete: it needs the code of the country"),
        "no_channel": _("no provider for short messages is set up"),
    }


def reached(translations: NullTranslations, state: str) -> str:
    """How far somebody has come with their personal link."""
    _ = translations.gettext
    known = {
        "opened": _("has opened a link"),
        "sent": _("link sent, not opened yet"),
        "waiting": _("link on its way"),
        "none": _("no link yet"),
    }
    return known.get(state, state)
