"""What a plan is made from: the sessions of a group, its participants, their meetings and check-ins."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from care.checkin_states import State
from care.waves import Rhythm, Wave

OVERRUN = timedelta(minutes=30)
"""A session that is not closed yet counts as over this long after its planned end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One session of the group. `ordinal` is None for one that lost its number; `closed_at` when it was
    closed."""

    id: str
    ordinal: int | None
    starts_at: datetime
    ends_at: datetime
    state: str
    sequence: int = 0
    closed_at: datetime | None = None

    @property
    def over_at(self) -> datetime:
        """When it is over: once it is closed, at the latest half an hour after its planned end."""
        latest = self.ends_at + OVERRUN
        return latest if self.closed_at is None else min(self.closed_at, latest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """An agreed pause; open where no end is known."""

    starts_at: datetime
    ends_at: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Whether the pause holds this moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One participant's place in the group."""

    id: str
    person: str
    zone: str
    joined_at: datetime
    left: bool = False
    pauses: tuple[Pause, ...] = ()

    def paused(self, moment: datetime) -> bool:
        """Whether the member is away by agreement then."""
        return any(pause.covers(moment) for pause in self.pauses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An individual meeting as it is booked. `topic` is pre, mid or post; `sequence` rises when it moves."""

    id: str
    member: str
    topic: str
    starts_at: datetime
    ends_at: datetime
    state: str
    session: str | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One check-in, as it is or as it is wanted. `told` says that the invitation went out, `was_opened` that
    somebody opened it, whatever came after. `id` is "" until it is stored."""

    member: str
    wave: Wave
    number: int
    session: str | None
    opens_at: datetime
    target_at: datetime
    closes_at: datetime
    state: State
    was_opened: bool = False
    told: bool = False
    id: str = ""

    @property
    def key(self) -> tuple[str, Wave, int]:
        """What there is one of."""
        return self.member, self.wave, self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Everything a plan is made from."""

    rhythms: tuple[Rhythm, ...]
    meetings: tuple[Meeting, ...]
    places: tuple[Place, ...]
    items: tuple[Item, ...] = ()
    bookings: tuple[Booking, ...] = ()
