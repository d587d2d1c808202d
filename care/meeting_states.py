"""What may happen to an individual meeting: one table of legal moves, and where each of the three stands.

A member needs one meeting of each topic. A booking is one try: it may be moved, called off, held or not
held. What did not take place is needed again; somebody may also say that it is not needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from care.meetings import MID, POST, PRE

TOPICS = (PRE, MID, POST)


class State(StrEnum):
    """Where a meeting stands. The values are stored, but for `needed`, which is the absence of a row."""

    NEEDED = "needed"
    BOOKED = "booked"
    HELD = "held"
    NOT_HELD = "not_held"
    CANCELLED = "cancelled"
    WAIVED = "waived"


# From the state of one try to those it may take. A new try starts at `needed`.
LEGAL = {
    State.NEEDED: frozenset({State.BOOKED, State.WAIVED}),
    State.BOOKED: frozenset({State.BOOKED, State.HELD, State.NOT_HELD, State.CANCELLED}),
    State.HELD: frozenset({State.NOT_HELD}),  # a correction
    State.NOT_HELD: frozenset({State.HELD}),  # a correction
    State.CANCELLED: frozenset[State](),
    State.WAIVED: frozenset({State.CANCELLED}),  # needed after all
}
SETTLED = frozenset({State.BOOKED, State.HELD, State.WAIVED})
"While one of these is there, no other meeting of the topic is needed."


class IllegalMove(ValueError):
    """The meeting cannot come from the one state to the other."""


def move(old: State, new: State) -> State:
    """The new state. Raises IllegalMove."""
    if new not in LEGAL[old]:
        raise IllegalMove(f"{old} -> {new}")
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One meeting of one member. `session` is what has a room; times are aware UTC, None for one that was
    waived."""

    id: str
    member: str
    topic: str
    state: State
    session: str | None
    facilitator: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    made_at: datetime
    sequence: int = 0  # of its entry in calendars


def standing(bookings: Iterable[Booking], member: str, topic: str) -> Booking | None:
    """The booking that settles a topic for a member; None where a meeting is needed."""
    own = [one for one in bookings if (one.member, one.topic) == (member, topic)]
    return next((one for one in own if one.state in SETTLED), None)


def state_of(bookings: Sequence[Booking], member: str, topic: str) -> State:
    """The state of a topic for a member."""
    found = standing(bookings, member, topic)
    return State.NEEDED if found is None else found.state
