"""The sentences of the rooms, by code. Spoken in the language of the person they reach."""

from collections.abc import Callable
from dataclasses import replace

from server.rooms import told

Translate = Callable[[str, str], str]
"Language and English sentence to the sentence in that language."

REFUSED = {
    "gone": "That connection has ended. A new one is being made.",
    "stage": "There is no sound or picture at this point.",
    "too_fast": "That was too often. Please wait a moment.",
    "busy": "The server is busy. Please try again in a moment.",
    "bad_offer": "Your browser's connection request could not be read.",
    "no_bundle": "Your browser cannot make the single connection that is needed here.",
    "no_media": "Your browser's connection request holds no sound or picture.",
    "room_changed": "The room has moved. A new connection is being made.",
    "stopping": "The server is restarting. You will be connected again.",
}
NOTICES = {
    "greet_first": "Please greet this person first: they are here for the first time on this device.",
    "locked": "The room is locked. Unlock it to let somebody in.",
    "not_there": "That person is not there at the moment.",
    "not_connected": "The connection is not ready yet. Please try again in a moment.",
    "busy": "Another look is open. End it first.",
    "greeting": "A facilitator will look in on you in a moment. Only you two see and hear each other.",
    "too_fast": "That was too often. Please wait a moment.",
    "muted": "A facilitator has muted you. You can switch your microphone on again at any time.",
    "sent_back": "A facilitator has asked you to wait outside for a moment.",
    "ending_soon": "The room closes in five minutes.",
    "held": "The facilitators have lost their connection. Please stay, the room goes on when one is back.",
    "resumed": "A facilitator is back. The room goes on.",
    "no_sheet": "There is no emergency sheet for this person.",
    "other_device": "Somebody tried to open {}'s link on another device. It was refused.",
}
ERRORS = {
    "malformed": "The page and the server do not understand each other. Please reload the page.",
    "too_large": "That was too much at once. Please reload the page.",
    "too_fast": "That was too often. Please reload the page.",
    "not_first": "The page and the server do not understand each other. Please reload the page.",
    "version": "This page is too old. Please reload it.",
    "ticket": "Your entrance has expired. Please reload the page.",
    "late": "The page took too long. Please reload it.",
    "not_allowed": "That is not possible here.",
}
BYES = {
    "ended": "The session has ended.",
    "left": "You have left the session.",
    "declined": "You cannot join this session now. Please contact your clinic.",
    "removed": "A facilitator has ended your part in this session. Please contact your clinic.",
    "taken": "Your place is now on your other device.",
    "revoked": "Your link is no longer valid. Please ask your clinic for a new one.",
    "restart": "The server is restarting. Your place is kept.",
    "moved": "The room is moving to another server. Your place is kept.",
    "slow": "Your connection is too slow at the moment. Your place is kept.",
    "busy": "The server is full. Please try again in a few minutes.",
    "elsewhere": "The room is on another server. Please reload the page.",
}
ASKED = {
    "mic": "A facilitator asks you to switch your microphone on.",
    "camera": "A facilitator asks you to switch your camera on.",
}
RENEW = "The connection was lost. A new one is being made."
PAUSED = "Your connection is weak. Some pictures are paused so that the sound stays clear."
BACK = "All pictures are back."


def spoken(message: told.Told, language: str, translate: Translate) -> told.Told:
    """The message with its words, when it has a place for them and none yet."""
    match message:
        case told.Notice(code=code, words=value):
            return replace(message, words=translate(language, NOTICES[code]).replace("{}", value))
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
