# ruff: noqa: E501 (a sentence stays on one line, so that translators and greps find it)
"""The words the room page's scripts use, by key. `{name}` places are filled in the browser."""

from collections.abc import Mapping
from gettext import NullTranslations


def room_words(translations: NullTranslations) -> Mapping[str, str]:
    """Every phrase of the room in the language of `translations`."""
    return {**_line(translations), **_devices(translations), **_people(translations), **_ends(translations)}


def _line(translations: NullTranslations) -> dict[str, str]:
    _ = translations.gettext
    return {
        "reconnecting": _("Reconnecting, your place is kept"),
        "reconnecting_door": _("The line to the room is broken. We keep trying."),
        "connecting_media": _("Connecting sound and picture …"),
        "connected": _("Connected"),
        "sound_blocked": _("Your browser waits for your permission to play the sound."),
        "too_early": _("The waiting room opens at {time}. Leave this page open, it goes on by itself."),
        "not_sent": _("That could not be sent just now. Please try again in a moment."),
        "session": _("Session {ordinal} of {count}, until {until}"),
        "lobby_early": _("The session begins at {time}. A facilitator will let you in."),
        "lobby_nobody": _("The facilitators are not here yet. You need to do nothing, your place is kept."),
        "lobby_soon": _("The facilitators know that you are here. They will let you in at a good moment."),
        "lobby_first": _("A facilitator will first say hello to you alone, and then let you in."),
        "lobby_locked": _("The door is closed for the moment. The facilitators can see that you are here."),
        "lobby_ahead_one": _("One person is waiting before you."),
        "lobby_ahead_many": _("{count} people are waiting before you."),
        "held": _(
            "The facilitators have lost their line. Sound and picture rest until one is back. Please stay."
        ),
        "alone": _("You are the first one here."),
        "alone_facilitator": _("You are in. Who comes to the door will be in the list."),
        "greet_participant_soon": _(
            "{name} would like to say hello to you alone. Your picture starts in a moment."
        ),
        "greet_participant_open": _("You are talking with {name} alone. The group does not see or hear you."),
        "greet_facilitator_soon": _("{name} is being told that you are looking in."),
        "greet_facilitator_open": _("You are talking with {name} alone. The group does not hear you."),
        "text_came": _("Message from {name}: {text}"),
        "text_own": _("You"),
        "unread": _("New"),
        "ticks_kept": _("Kept"),
        "ticks_lost": _("Not kept; please tick again"),
    }


def _devices(translations: NullTranslations) -> dict[str, str]:
    _ = translations.gettext
    return {
        "mic_on": _("Mic is on"),
        "mic_off": _("Mic is off"),
        "camera_on": _("Camera is on"),
        "camera_off": _("Camera is off"),
        "mic_now_on": _("Your microphone is on"),
        "mic_now_off": _("Your microphone is off"),
        "camera_now_on": _("Your camera is on"),
        "camera_now_off": _("Your camera is off"),
        "level_none": _("nothing heard"),
        "level_good": _("good"),
        "level_loud": _("very loud"),
        "mic_heard": _("Good, we can hear you."),
        "heard_yes": _("Good. You will hear the others the same way."),
        "heard_no": _(
            "Turn the volume up, look whether headphones are plugged in, or choose another loudspeaker. Then play it again."
        ),
        "lost_mic": _(
            "Your microphone was unplugged. We go on with the one that is left; you can choose in Settings."
        ),
        "lost_camera": _("Your camera was unplugged. You can choose another one in Settings."),
        "device_mic": _("Microphone {number}"),
        "device_camera": _("Camera {number}"),
        "device_speaker": _("Loudspeaker {number}"),
        "thing_both": _("camera and microphone"),
        "thing_mic": _("microphone"),
        "thing_camera": _("camera"),
        "network_pending": _("Looking at your connection …"),
        "network_ok": _("Your connection to the room works."),
        "network_slow": _("Your connection is slow. Sound will go first; the picture may pause."),
        "network_failed": _(
            "Sound and picture cannot get through on this network. Try mobile data or another Wi-Fi. You can still go on and write to the facilitators."
        ),
        "failure_dismissed_title": _("The question about your {device} was closed"),
        "failure_dismissed_words": _("Press “Try again” and choose “Allow”."),
        "failure_denied_title": _("This page may not use your {device}"),
        "failure_denied_chromium": _(
            "Press the sign to the left of the address, switch camera and microphone on, then press “Try again”."
        ),
        "failure_denied_firefox": _(
            "Press the camera or microphone sign to the left of the address, remove the block, then press “Try again”."
        ),
        "failure_denied_safari": _(
            "In the menu Safari choose “Settings for this website”, allow camera and microphone, then press “Try again”."
        ),
        "failure_denied_ios": _(
            "Press “AA” beside the address, then “Website settings”, allow camera and microphone, then press “Try again”."
        ),
        "failure_denied_android": _(
            "Press the sign to the left of the address, then “Permissions”, allow camera and microphone, then press “Try again”."
        ),
        "failure_denied_by_system_title": _(
            "Your computer or phone does not let this browser use the {device}"
        ),
        "failure_denied_by_system_words": _(
            "Open the privacy settings of your computer or phone, allow camera and microphone for this browser, then press “Try again”."
        ),
        "failure_busy_title": _("The {device} does not start"),
        "failure_busy_words": _(
            "Another program may be using it, for example Zoom, Teams or a second window. Close it, then press “Try again”."
        ),
        "failure_missing_title": _("We found no {device}"),
        "failure_missing_words": _(
            "Plug one in and press “Try again”. Or go on without: you will see and hear the others, and can write."
        ),
        "failure_constraints_title": _("The {device} does not fit"),
        "failure_constraints_words": _("Choose another one in the list, or press “Try again”."),
        "failure_insecure_title": _("This address is not protected"),
        "failure_insecure_words": _(
            "Browsers give camera and microphone only to addresses that begin with https. Please open your link exactly as you got it."
        ),
        "failure_in_app_title": _("This app does not allow the {device}"),
        "failure_in_app_words": _(
            "Open the menu of the app and choose “Open in browser”, or copy your link into Safari or Chrome."
        ),
        "failure_unsupported_title": _("This browser is too old for sound and picture"),
        "failure_unsupported_words": _(
            "Please use a current Firefox, Safari, Chrome or Edge. You can go on and write."
        ),
        "failure_unknown_title": _("The {device} did not start"),
        "failure_unknown_words": _(
            "Press “Try again”. If it does not help, restart the browser. You can also go on without."
        ),
        "asked_words": _("It is your choice. Nobody else can switch it on."),
        "asked_mic": _("Switch my microphone on"),
        "asked_camera": _("Switch my camera on"),
    }


def _people(translations: NullTranslations) -> dict[str, str]:
    _ = translations.gettext
    return {
        "you": _("{name} (you)"),
        "tile_reconnecting": _("reconnecting"),
        "tile_connecting": _("connecting"),
        "tile_at_door": _("at the door for a moment"),
        "tile_paused": _("picture paused, so that the sound stays good"),
        "tile_mic_on": _("microphone on"),
        "tile_mic_off": _("microphone off"),
        "tile_camera_on": _("camera on"),
        "tile_camera_off": _("camera off"),
        "tile_facilitator": _("facilitator"),
        "change_came": _("{name} came in"),
        "change_gone": _("{name} is no longer in the room"),
        "change_line_lost": _("{name} has lost the line"),
        "change_line_back": _("{name} is back"),
        "change_call": _("Please call {name}: gone for two minutes without saying goodbye"),
        "change_locked": _("The room is locked"),
        "change_unlocked": _("The room is open again"),
        "change_knocked": _("{name} is waiting at the door"),
        "lock": _("Lock the room"),
        "unlock": _("Unlock the room"),
        "door_preparing": _("getting ready"),
        "door_now": _("just now"),
        "door_minutes_one": _("for a minute"),
        "door_minutes_many": _("for {count} minutes"),
        "mark_first_use": _("first time: say hello alone first"),
        "mark_new_device": _("new device: say hello alone first"),
        "mark_not_alone": _("not alone"),
        "mark_no_headphones": _("no headphones"),
        "mark_not_said": _("place not said"),
        "mark_line": _("line broken"),
        "help_pressed": _("I pressed “Help now”."),
        "call_since": _("has been gone for {minutes} minutes without saying goodbye."),
        "turned_declined": _("not let in today"),
        "turned_removed": _("removed from the room"),
        "sheet_title": _("Emergency sheet: {name}"),
        "not_said": _("not said"),
        "yes": _("yes"),
        "no": _("no"),
        "decline_title": _("Not let {name} in today?"),
        "decline_words": _("{name} will be told kindly and the page closes. You can undo it."),
        "decline_yes": _("Do not let in"),
        "send_back_title": _("Send {name} to the waiting room?"),
        "send_back_words": _("{name} neither sees nor hears the others until you let them in again."),
        "send_back_yes": _("To the waiting room"),
        "remove_title": _("Remove {name} from the room?"),
        "remove_words": _("{name} leaves at once and cannot come back unless you allow it."),
        "remove_yes": _("Remove"),
        "end_title": _("End the session for everybody?"),
        "end_words": _("Everybody leaves together. The room cannot be opened again."),
        "end_yes": _("End the session"),
        "leave_title": _("Leave the room?"),
        "leave_words": _("You can come back through the waiting room as long as the session lasts."),
        "leave_yes": _("Leave"),
    }


def _ends(translations: NullTranslations) -> dict[str, str]:
    _ = translations.gettext
    return {
        "end_ended_title": _("The session has ended"),
        "end_ended_words": _("Thank you for being here. Camera and microphone are off."),
        "end_declined_title": _("You cannot come in today"),
        "end_declined_words": _("The facilitators will get in touch with you."),
        "end_removed_title": _("You are no longer in the room"),
        "end_removed_words": _("The facilitators will get in touch with you."),
        "end_left_title": _("You have left the room"),
        "end_left_words": _("Camera and microphone are off. You can come back while the session lasts."),
        "end_elsewhere_title": _("Your place is open elsewhere"),
        "end_elsewhere_words": _(
            "It is open in another window or on another device. Continue here if you like; the other one leaves."
        ),
        "end_failed_title": _("We could not bring you to the room"),
        "end_failed_words": _(
            "Please open your link again. If that does not help, write to or call the service."
        ),
    }
