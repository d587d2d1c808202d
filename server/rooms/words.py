"""The sentences of the rooms, by code. Spoken in the language of the person they reach."""

from collections.abc import Callable
from dataclasses import replace

from server.rooms import told

Translate = Callable[[str, str], str]
"Language and English sentence to the sentence in that language."


def _(sentence: str) -> str:
    """Marks a sentence for translation; it is translated when it is spoken."""
    return sentence


REFUSED = {
    "gone": _("That connection has ended. A new one is being made."),
    "stage": _("There is no sound or picture at this point."),
    "too_fast": _("That was too often. Please wait a moment."),
    "busy": _("The server is busy. Please try again in a moment."),
    "bad_offer": _("Your browser's connection request could not be read."),
    "no_bundle": _("Your browser cannot make the single connection that is needed here."),
    "no_media": _("Your browser's connection request holds no sound or picture."),
    "room_changed": _("The room has moved. A new connection is being made."),
    "stopping": _("The server is restarting. You will be connected again."),
}
NOTICES = {
    "greet_first": _("Please greet this person first: they are here for the first time on this device."),
    "locked": _("The room is locked. Unlock it to let somebody in."),
    "not_there": _("That person is not there at the moment."),
    "not_connected": _("The connection is not ready yet. Please try again in a moment."),
    "busy": _("Another look is open. End it first."),
    "greeting": _("A facilitator will look in on you in a moment. Only you two see and hear each other."),
    "too_fast": _("That was too often. Please wait a moment."),
    "muted": _("A facilitator has muted you. You can switch your microphone on again at any time."),
    "sent_back": _("A facilitator has asked you to wait outside for a moment."),
    "ending_soon": _("The room closes in five minutes."),
    "held": _("The facilitators have lost their connection. Please stay, the room goes on when one is back."),
    "resumed": _("A facilitator is back. The room goes on."),
    "not_come": _("{name} has not come. Please call privately."),
    "no_sheet": _("There is no emergency sheet for this person."),
    "other_device": _("Somebody tried to open {name}'s link on another device. It was refused."),
}
ERRORS = {
    "malformed": _("The page and the server do not understand each other. Please reload the page."),
    "too_large": _("That was too much at once. Please reload the page."),
    "too_fast": _("That was too often. Please reload the page."),
    "not_first": _("The page and the server do not understand each other. Please reload the page."),
    "version": _("This page is too old. Please reload it."),
    "ticket": _("Your entrance has expired. Please reload the page."),
    "late": _("The page took too long. Please reload it."),
    "not_allowed": _("That is not possible here."),
}
BYES = {
    "ended": _("The session has ended."),
    "left": _("You have left the session."),
    "declined": _("You cannot join this session now. Please contact your clinic."),
    "removed": _("A facilitator has ended your part in this session. Please contact your clinic."),
    "taken": _("Your place is now on your other device."),
    "revoked": _("Your link is no longer valid. Please ask your clinic for a new one."),
    "restart": _("The server is restarting. Your place is kept."),
    "moved": _("The room is moving to another server. Your place is kept."),
    "slow": _("Your connection is too slow at the moment. Your place is kept."),
    "busy": _("The server is full. Please try again in a few minutes."),
    "elsewhere": _("The room is on another server. Please reload the page."),
}
ASKED = {
    "mic": _("A facilitator asks you to switch your microphone on."),
    "camera": _("A facilitator asks you to switch your camera on."),
}
RENEW = _("The connection was lost. A new one is being made.")
PAUSED = _("Your connection is weak. Some pictures are paused so that the sound stays clear.")
BACK = _("All pictures are back.")


def spoken(message: told.Told, language: str, translate: Translate) -> told.Told:
    """The message with its words, when it has a place for them and none yet."""
    match message:
        case told.Notice(code=code, words=value):
            return replace(message, words=translate(language, NOTICES[code]).replace("{name}", value))
        case told.Bye(code=code, words=""):
            return replace(message, words=translate(language, BYES[code]))
        case told.Error(code=code, words=""):
            return replace(message, words=translate(language, ERRORS[code]))
        case told.Refused(cause=cause, words=""):
            return replace(message, words=translate(language, REFUSED.get(cause, REFUSED["bad_offer"])))
        case told.Asked(what=what, words=""):
            return replace(message, words=translate(language, ASKED[what]))
        case told.Renew(words=""):
            return replace(message, words=translate(language, RENEW))
        case told.Quality(paused=paused, words=""):
            return replace(message, words=translate(language, PAUSED if paused else BACK))
    return message
