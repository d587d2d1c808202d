"""What attendance is judged by: the contract's numbers, a session's times, a member's place."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from care.interval import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The numbers of a group's contract. A change is a new `version`; nothing is recomputed silently."""

    version: str = "seed_default.1"
    bridged: timedelta = timedelta(seconds=90)  # a gap this short counts as present
    attended_share: Fraction = Fraction(1, 2)  # of the window
    held_share: Fraction = Fraction(1, 2)  # a window below this share of the plan is a session cut short
    late_after: timedelta = timedelta(minutes=5)
    early_before: timedelta = timedelta(minutes=10)
    partial_from: timedelta = timedelta(minutes=10)
    notice: timedelta = timedelta(hours=24)
    attempt_before: timedelta = timedelta(minutes=15)  # tries count from here before the start
    attempt_after: timedelta = timedelta(minutes=20)  # up to here after it
    drops_for_technical: int = 2
    technical_at_most: int = 2  # in one contract; then a person decides
    facilitator_gap: timedelta = timedelta(minutes=2)  # longer without a facilitator is our interruption


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimes:
    """When a session is planned, in aware UTC, and whether our side called it off."""

    id: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool = False

    @property
    def planned(self) -> Span:
        """The scheduled time. Raises ValueError where the end is not after the start."""
        return Span(self.starts_at, self.ends_at)


class Otherwise(StrEnum):
    """How somebody took part that the room could not see."""

    PHONE = "phone"
    JOINT = "joint"  # beside somebody else, on that person's link


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Presence a person wrote down, for what no fact can show."""

    kind: Otherwise
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A participant on the roster: the dates of the place, and what is already known about it."""

    member: str
    joined_at: datetime | None = None  # None: from the first session
    left_at: datetime | None = None  # None: still in the group
    paused: bool = False
    notice_at: datetime | None = None  # when the member said they could not come
    technical_before: int = 0  # technical failures already counted in this contract
    by_hand: tuple[ByHand, ...] = ()
