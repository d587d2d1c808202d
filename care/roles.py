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


EVERYBODY = frozenset({Action.SEE_HOME})
SEATED = frozenset({Action.ENTER_ROOM})
STAFF = frozenset(
    {
        Action.SEE_ATTENDANCE,
        Action.SEE_CONTACT,
        Action.SEE_LINK_HISTORY,
        Action.SEND_LINK_AGAIN,
        Action.REVOKE_LINK,
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
    }
)

ALLOWED = {
    Role.PARTICIPANT: EVERYBODY | SEATED | {Action.ANSWER_CHECKIN, Action.WRITE_TO_FACILITATORS},
    Role.FACILITATOR: EVERYBODY | SEATED | LEADING | STAFF,
    # A coordinator arranges; what is said, felt or answered is not theirs to see.
    Role.COORDINATOR: EVERYBODY | STAFF,
}

# A link for one thing does that thing: a check-in link opens no room, whoever holds it.
WITHIN = {
    Purpose.JOIN: ALLOWED[Role.PARTICIPANT],
    Purpose.CHECKIN: EVERYBODY | {Action.ANSWER_CHECKIN},
    Purpose.STAFF: ALLOWED[Role.FACILITATOR] | ALLOWED[Role.COORDINATOR],
}


def may(role: str, action: Action, purpose: str | None = None) -> bool:
    """True when the role allows the action and, where a purpose is given, so does what the person came in
    by. An unknown role or purpose may nothing."""
    if role not in ALLOWED or (purpose is not None and purpose not in WITHIN):
        return False
    return action in ALLOWED[Role(role)] and (purpose is None or action in WITHIN[Purpose(purpose)])
