"""The acts a coordinator sees in the history of a group, in words. What is not in this table is not shown."""

from gettext import NullTranslations


def acts(translations: NullTranslations) -> dict[str, str]:
    """What was done, by the code it is stored under."""
    _ = translations.gettext
    return {
        "group_created": _("made the group"),
        "group_ended": _("ended the group"),
        "place_granted": _("gave a colleague a place in the group"),
        "place_withdrawn": _("took a colleague's place back"),
        "member_enrolled": _("took a member in"),
        "member_paused": _("agreed on a pause"),
        "member_resumed": _("ended a pause"),
        "member_left": _("noted that a member left"),
        "member_came_back": _("noted that a member came back"),
        "details_changed": _("changed details"),
        "address_changed": _("changed an address"),
        "link_sent": _("sent a personal link"),
        "links_ended": _("ended all links"),
        "not_me": _("said: this was not me"),
        "contract_offered": _("offered a version of the contract"),
        "contract_signed": _("signed the contract"),
        "admitted_unsigned": _("let a member in without a signed contract"),
        "dates_move": _("moved a session"),
        "dates_cancel_append": _("called a session off and added one at the end"),
        "dates_cancel": _("called a session off without another"),
        "dates_shift_following": _("moved several sessions"),
        "dates_stand_in": _("let somebody else lead"),
        "dates_reinterpret": _("took over new time zone rules"),
        "dates_undo": _("took a change of dates back"),
        "absence_given": _("said that somebody will be away"),
        "absence_withdrawn": _("took back that somebody will be away"),
        "attendance_decided": _("decided about attendance"),
        "attendance_corrected": _("corrected attendance"),
        "attendance_reopened": _("opened a record again"),
        "attendance_exported": _("downloaded the attendance"),
        "presence_by_hand": _("entered presence by hand"),
        "presence_by_hand_withdrawn": _("took back presence entered by hand"),
        "question_asked": _("asked about the record"),
        "question_answered": _("answered a question about the record"),
        "task_opened": _("asked for something to be done"),
        "task_worked_on": _("worked on a task"),
    }


def role_words(translations: NullTranslations, role: str) -> str:
    """Who did it, where there is no name."""
    _ = translations.gettext
    known = {
        "participant": _("a member"),
        "facilitator": _("a facilitator"),
        "coordinator": _("a coordinator"),
        "staff": _("a colleague"),
        "admin": _("an administrator"),
        "clinician": _("a clinician"),
        "command": _("the service at its console"),
        "scheduler": _("the service by itself"),
    }
    return known.get(role, role)
