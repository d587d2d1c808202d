"""Who sees what: one table of data and readers. What is not in it nobody sees.

It speaks of a reader's own groups; that a group is theirs is the caller's question. Break-glass widens
nothing here: it is a door of its own with its own log.
"""

from enum import StrEnum


class Data(StrEnum):
    """What there is to see."""

    OWN_CONTACT = "own_contact"  # name, contact, time zone
    OTHER_MEMBERS = "other_members"
    SCHEDULE = "schedule"  # dates, contract, own ledger
    ATTENDANCE = "attendance"  # status
    EVIDENCE = "evidence"  # times and devices
    CHECKIN_STATE = "checkin_state"  # done or missing
    ANSWERS = "answers"  # and scores
    RISK_FLAG = "risk_flag"
    ABSENCE_REASON = "absence_reason"
    MESSAGE_LOG = "message_log"
    AUDIT = "audit"
    EXPORT = "export"
    KEYS = "keys"  # and configuration
    EMERGENCY_CONTACT = "emergency_contact"
    TELEPHONE = "telephone"  # the number on file, for calls between sessions
    LOCATION = "location"  # where somebody is, and the call-back number of that day
    SAFE_TO_CONTACT = "safe_to_contact"
    PERSONAL_SHEET = "personal_sheet"
    INVENTORY = "inventory"
    READINESS = "readiness"
    BRIEF = "brief"  # the facilitators' brief before a session
    GROUP_SUMMARY = "group_summary"
    CONCERN = "concern"  # its content
    BREAK_GLASS_LOG = "break_glass_log"


class Column(StrEnum):
    """Who looks."""

    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    OPERATOR = "operator"
    ON_CALL = "on_call"  # the on-call clinician


class Access(StrEnum):
    """How much of it, and whether it may be changed."""

    NONE = "none"
    READ = "read"
    READ_WRITE = "read_write"
    READ_LOGGED = "read_logged"  # every reading is written down
    WRITE = "write"  # may enter and replace, not read back
    OWN_READ = "own_read"
    OWN_READ_WRITE = "own_read_write"
    OWN_LAST = "own_last"  # what they sent last themselves
    OWN_ACTIONS = "own_actions"
    OWN_EVENTS = "own_events"  # the attendance events of their own groups
    CONFIRM = "confirm"  # read, confirm, change with a reason
    CORRECT = "correct"  # read, correct with a reason
    NAME_IN_ROOM = "name_in_room"
    NAME = "name"
    CATEGORY = "category"
    SUMMARY = "summary"  # late, early, a code for the technique
    FLAG = "flag"  # "needs clinical contact" and nothing else
    TASK = "task"  # read, with a task
    DELIVERY = "delivery"  # kind, time and result, never the text
    COUNTS = "counts"
    OWN_EXPORT = "own_export"
    GROUP_EXPORT = "group_export"
    ATTENDANCE_EXPORT = "attendance_export"
    ENCRYPTED = "encrypted"  # carries it, cannot read it
    VERIFY = "verify"
    THE_CASE = "the_case"  # of the one concern they were called about, logged


_P, _F, _C = Column.PARTICIPANT, Column.FACILITATOR, Column.COORDINATOR
_A, _O, _D = Column.ADMIN, Column.OPERATOR, Column.ON_CALL

_ROWS: dict[Data, dict[Column, Access]] = {
    Data.OWN_CONTACT: {_P: Access.OWN_READ_WRITE, _F: Access.READ, _C: Access.READ_WRITE},
    Data.OTHER_MEMBERS: {_P: Access.NAME_IN_ROOM, _F: Access.READ, _C: Access.NAME},
    Data.SCHEDULE: {_P: Access.OWN_READ, _F: Access.READ, _C: Access.READ_WRITE},
    Data.ATTENDANCE: {_P: Access.OWN_READ, _F: Access.CONFIRM, _C: Access.CORRECT, _A: Access.COUNTS},
    Data.EVIDENCE: {_P: Access.OWN_READ, _F: Access.READ, _C: Access.SUMMARY},
    Data.CHECKIN_STATE: {_P: Access.OWN_READ, _F: Access.READ, _C: Access.READ, _A: Access.COUNTS},
    Data.ANSWERS: {_P: Access.OWN_LAST, _F: Access.READ, _O: Access.ENCRYPTED, _D: Access.THE_CASE},
    Data.RISK_FLAG: {_F: Access.TASK, _C: Access.FLAG, _D: Access.THE_CASE},
    Data.ABSENCE_REASON: {_P: Access.OWN_READ_WRITE, _F: Access.READ, _C: Access.CATEGORY},
    Data.MESSAGE_LOG: {_P: Access.OWN_READ, _F: Access.READ, _C: Access.DELIVERY, _O: Access.COUNTS},
    Data.AUDIT: {_F: Access.OWN_ACTIONS, _C: Access.OWN_EVENTS, _A: Access.READ, _O: Access.VERIFY},
    Data.EXPORT: {
        _P: Access.OWN_EXPORT,
        _F: Access.GROUP_EXPORT,
        _C: Access.ATTENDANCE_EXPORT,
        _O: Access.ENCRYPTED,
    },
    Data.KEYS: {_O: Access.READ_WRITE},
    Data.EMERGENCY_CONTACT: {
        _P: Access.OWN_READ_WRITE,
        _F: Access.READ_LOGGED,
        _C: Access.WRITE,
        _D: Access.THE_CASE,
    },
    Data.TELEPHONE: {
        _P: Access.OWN_READ_WRITE,
        _F: Access.READ_LOGGED,
        _C: Access.READ_LOGGED,
        _D: Access.THE_CASE,
    },
    Data.LOCATION: {_P: Access.OWN_READ_WRITE, _F: Access.READ_LOGGED, _D: Access.THE_CASE},
    Data.SAFE_TO_CONTACT: {_P: Access.OWN_READ_WRITE, _F: Access.READ, _C: Access.READ_WRITE},
    Data.PERSONAL_SHEET: {_P: Access.OWN_READ_WRITE, _F: Access.READ_WRITE},
    Data.INVENTORY: {_P: Access.OWN_READ_WRITE, _F: Access.READ_WRITE},
    Data.READINESS: {_P: Access.OWN_READ_WRITE, _F: Access.READ},
    Data.BRIEF: {_F: Access.READ},
    Data.GROUP_SUMMARY: {_P: Access.READ, _F: Access.READ_WRITE},
    Data.CONCERN: {_F: Access.READ_LOGGED, _D: Access.THE_CASE},
    Data.BREAK_GLASS_LOG: {_A: Access.READ},
}

MATRIX: dict[tuple[str, str], Access] = {
    (data, column): _ROWS[data].get(column, Access.NONE) if data in _ROWS else Access.NONE
    for data in Data
    for column in Column
}

# What each kind of access lets its holder do.
READS = frozenset(
    {
        Access.READ,
        Access.READ_WRITE,
        Access.READ_LOGGED,
        Access.CONFIRM,
        Access.CORRECT,
        Access.TASK,
        Access.THE_CASE,
    }
)
CHANGES = frozenset({Access.READ_WRITE, Access.WRITE, Access.OWN_READ_WRITE, Access.CONFIRM, Access.CORRECT})
LOGGED = frozenset({Access.READ_LOGGED, Access.THE_CASE})


def access(data: str, column: str) -> Access:
    """What this reader sees of this; nothing for a word that is not in the table."""
    return MATRIX.get((data, column), Access.NONE)


def may_read(data: str, column: str) -> bool:
    """True when the reader sees the thing itself, of others as well as of themselves."""
    return access(data, column) in READS


def may_change(data: str, column: str) -> bool:
    """True when the reader may change it, where they may, only their own."""
    return access(data, column) in CHANGES
