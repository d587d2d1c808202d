"""What becomes of one check-in, as a table of legal moves. Whatever is not in it cannot happen.

planned → due → invited → opened → submitted, or expired, waived with a reason, superseded because the plan
asks for it no longer. A round that was asked for no longer may be asked for again, and a waiver may be taken
back while the window is not over; what was submitted or expired stays so.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where one check-in is."""

    PLANNED = "planned"  # its window is to come
    DUE = "due"  # its window is open; the invitation has not gone out yet
    INVITED = "invited"
    OPENED = "opened"  # the first question was shown
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    WAIVED = "waived"
    SUPERSEDED = "superseded"


UNOPENED = frozenset({State.PLANNED, State.DUE, State.INVITED})
OPEN = UNOPENED | {State.OPENED}
"""What may still become done."""

MOVES: Mapping[State, frozenset[State]] = {
    State.PLANNED: frozenset(
        {State.DUE, State.INVITED, State.OPENED, State.EXPIRED, State.WAIVED, State.SUPERSEDED}
    ),
    State.DUE: frozenset(
        {State.PLANNED, State.INVITED, State.OPENED, State.EXPIRED, State.WAIVED, State.SUPERSEDED}
    ),
    State.INVITED: frozenset({State.OPENED, State.EXPIRED, State.WAIVED, State.SUPERSEDED}),
    State.OPENED: frozenset({State.SUBMITTED, State.EXPIRED, State.WAIVED, State.SUPERSEDED}),
    State.SUPERSEDED: frozenset({State.PLANNED, State.DUE, State.INVITED, State.OPENED}),
    State.SUBMITTED: frozenset(),
    State.EXPIRED: frozenset(),
    State.WAIVED: frozenset({State.PLANNED, State.OPENED}),
}

WAIVED_FOR = ("not_wanted", "away", "told_in_person", "not_needed")
"""Why a person may say that a check-in is not asked for: codes, never a story."""


def may(state: State, to: State) -> bool:
    """Whether a check-in may go from one state to another."""
    return to in MOVES[state]


def into(to: State) -> frozenset[State]:
    """The states a check-in may come into this one from."""
    return frozenset(state for state in State if may(state, to))


def taken_back(opened: bool) -> State:
    """Where a waived check-in goes when it is asked for after all: whether it is due, the plan says."""
    return State.OPENED if opened else State.PLANNED


def answerable(state: State, opens_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether answers are taken now."""
    return state in OPEN and opens_at <= now < closes_at
