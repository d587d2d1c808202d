"""Who may do what. One table: what is not in it is not allowed. A role comes from the member's place, never
from a request, and nobody's changes while a room is open.

Which group, session or member an action is about is the caller's question; every action here is about
one's own group.
"""

from enum import StrEnum


class Role(StrEnum):
    """A member's part in a group."""

    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"
    COORDINATOR = "coordinator"


class Purpose(StrEnum):
    """What a person came in by."""

    JOIN = "join"
    CHECKIN = "checkin"
    STAFF = "staff"


class Action(StrEnum):
    """Everything that is asked about."""

    SEE_HOME = "see_home"
    ANSWER_CHECKIN = "answer_checkin"
    ENTER_ROOM = "enter_room"
    WRITE_TO_FACILITATORS = "write_to_facilitators"
    OPEN_ROOM = "open_room"
    GREET = "greet"
    ADMIT = "admit"
    SEND_BACK = "send_back"
    DECLINE = "decline"
    MUTE_OTHERS = "mute_others"
    ASK_OTHERS = "ask_others"
    REMOVE = "remove"
    LOCK = "lock"
    END_ROOM = "end_room"
    WRITE_TO_MEMBER = "write_to_member"
    OPEN_SHEET = "open_sheet"
    SEE_ATTENDANCE = "see_attendance"
    SEE_CONTACT = "see_contact"
    SEE_LINK_HISTORY = "see_link_history"
    SEND_LINK_AGAIN = "send_link_again"
    REVOKE_LINK = "revoke_link"
    OWN_PLACE = "own_place"  # contract, record, notices, own details, leaving
    OWN_WORKBOOK = "own_workbook"  # people, problems, goals, the plan
    KEEP_WORKBOOK = "keep_workbook"  # the same with a member, and areas and strategies
    SEE_BRIEF = "see_brief"
    WRITE_SHEET = "write_sheet"
    ADMIT_UNSIGNED = "admit_unsigned"
    CONFIRM_ATTENDANCE = "confirm_attendance"
    ENTER_PRESENCE = "enter_presence"
    READ_NOTICE = "read_notice"  # the words beside it; the category is part of the attendance
    CORRECT_ATTENDANCE = "correct_attendance"
    REOPEN_RECORD = "reopen_record"
    SET_DATES = "set_dates"
    SET_PEOPLE = "set_people"
    OFFER_CONTRACT = "offer_contract"
    SEE_MESSAGES = "see_messages"
    SEE_AUDIT = "see_audit"
    EXPORT_ATTENDANCE = "export_attendance"
    READ_CONCERN = "read_concern"  # and work on it
    FLAG_CONCERN = "flag_concern"
    ASK_FOR_HELP = "ask_for_help"
    OFFER_MEETINGS = "offer_meetings"  # times for individual meetings; book, move and call off for a member
    KEEP_CHECKLIST = "keep_checklist"  # what was gone through in an individual meeting
    READ_ANSWERS = "read_answers"
    WRITE_SUMMARY = "write_summary"  # of a session, for its members
    ENTER_ANSWERS = "enter_answers"  # for a member, by telephone or in a meeting


EVERYBODY = frozenset({Action.SEE_HOME})
SEATED = frozenset({Action.ENTER_ROOM})
STAFF = frozenset(
    {
        Action.SEE_ATTENDANCE,
        Action.SEE_CONTACT,
        Action.SEE_LINK_HISTORY,
        Action.SEND_LINK_AGAIN,
        Action.REVOKE_LINK,
        Action.SEE_MESSAGES,
        Action.EXPORT_ATTENDANCE,
    }
)
LEADING = frozenset(
    {
        Action.OPEN_ROOM,
        Action.GREET,
        Action.ADMIT,
        Action.SEND_BACK,
        Action.DECLINE,
        Action.MUTE_OTHERS,
        Action.ASK_OTHERS,
        Action.REMOVE,
        Action.LOCK,
        Action.END_ROOM,
        Action.WRITE_TO_MEMBER,
        Action.OPEN_SHEET,
        Action.SEE_BRIEF,
        Action.WRITE_SHEET,
        Action.KEEP_WORKBOOK,
        Action.ADMIT_UNSIGNED,
        Action.CONFIRM_ATTENDANCE,
        Action.ENTER_PRESENCE,
        Action.READ_NOTICE,
        Action.OFFER_MEETINGS,
        Action.KEEP_CHECKLIST,
        Action.READ_ANSWERS,
        Action.ENTER_ANSWERS,
        Action.WRITE_SUMMARY,
        Action.READ_CONCERN,
        Action.FLAG_CONCERN,
    }
)
ARRANGING = frozenset(
    {
        Action.CORRECT_ATTENDANCE,
        Action.REOPEN_RECORD,
        Action.SET_DATES,
        Action.SET_PEOPLE,
        Action.OFFER_CONTRACT,
        Action.SEE_AUDIT,
    }
)

ALLOWED = {
    Role.PARTICIPANT: EVERYBODY
    | SEATED
    | {
        Action.ANSWER_CHECKIN,
        Action.WRITE_TO_FACILITATORS,
        Action.OWN_PLACE,
        Action.ASK_FOR_HELP,
        Action.OWN_WORKBOOK,
    },
    Role.FACILITATOR: EVERYBODY | SEATED | LEADING | STAFF,
    # A coordinator arranges; what is said, felt or answered is not theirs to see.
    Role.COORDINATOR: EVERYBODY | STAFF | ARRANGING,
}

# A link for one thing does that thing: a check-in link opens no room, whoever holds it.
WITHIN = {
    Purpose.JOIN: ALLOWED[Role.PARTICIPANT],
    Purpose.CHECKIN: EVERYBODY | {Action.ANSWER_CHECKIN, Action.ASK_FOR_HELP, Action.OWN_WORKBOOK},
    Purpose.STAFF: ALLOWED[Role.FACILITATOR] | ALLOWED[Role.COORDINATOR],
}


def may(role: str, action: Action, purpose: str | None = None) -> bool:
    """True when the role allows the action and, where a purpose is given, so does what the person came in
    by. An unknown role or purpose may nothing."""
    if role not in ALLOWED or (purpose is not None and purpose not in WITHIN):
        return False
    return action in ALLOWED[Role(role)] and (purpose is None or action in WITHIN[Purpose(purpose)])
