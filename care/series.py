"""The sessions of a group: N numbered meetings at one local hour, through holidays and clock changes.

A plan generates the sessions once. Afterwards the stored rows are the truth and `care.changes` alters them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from care import timetable, zones

SHORTEST, LONGEST = 60, 120  # minutes of a session
MOST = 52  # sessions of one group
CLOSURE_SKIPPED = "closure_skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Local dates, both included, on which the group does not meet, and why in a few words."""

    from_date: date
    to_date: date
    why: str = ""

    def covers(self, day: date) -> bool:
        """Whether the group does not meet on this day."""
        return self.from_date <= day <= self.to_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a group agrees on. `first_local` is a naive wall time in `zone`."""

    zone: str
    first_local: datetime
    every_days: int = 7
    minutes: int = 90
    count: int = 12
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One session with its date. `id` is None and `uid` empty until it is stored; a cancelled session that
    was replaced or dropped has no number. `local` is naive wall time in `zone`; `tzdata` the zone data the
    instants were computed with."""

    id: str | None
    uid: str
    sequence: int
    ordinal: int | None
    local: datetime
    zone: str
    starts_at: datetime
    ends_at: datetime
    state: str
    tzdata: str
    stand_in: str | None = None

    @property
    def minutes(self) -> int:
        """The length."""
        return int((self.ends_at - self.starts_at) / timedelta(minutes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Something a person should know before agreeing. `local` is the naive time that is spoken of: the one
    asked for where the clocks skip or repeat it, the slot left out for a closure."""

    code: str
    ordinal: int | None
    local: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Sessions 1 to N and what was noticed while dating them."""

    sessions: tuple[Dated, ...]
    warnings: tuple[Caution, ...]


def generate(plan: Plan) -> Series:
    """The sessions of a plan: as many as asked for, whatever closures lie between. Raises ValueError for
    numbers no group can have, KeyError (ZoneInfoNotFoundError) for an unknown zone."""
    if not 1 <= plan.count <= MOST or not SHORTEST <= plan.minutes <= LONGEST or plan.every_days < 1:
        raise ValueError("a plan has 1 to 52 sessions of 60 to 120 minutes, at least a day apart")
    sessions: list[Dated] = []
    warnings: list[Caution] = []
    local = plan.first_local
    for ordinal in range(1, plan.count + 1):
        local, skipped = open_slot(local, plan.every_days, plan.closures)
        warnings += [replace_ordinal(each, ordinal) for each in skipped]
        dated, caution = date_at(local, plan.zone, plan.minutes, ordinal)
        sessions.append(dated)
        warnings += caution
        local += timedelta(days=plan.every_days)
    return Series(sessions=tuple(sessions), warnings=tuple(warnings))


def date_at(local: datetime, zone: str, minutes: int, ordinal: int) -> tuple[Dated, tuple[Caution, ...]]:
    """A new session at a local time, and whether the clocks skip or repeat that time. A skipped time keeps
    what was agreed in `local`; the instant is the first valid minute after it."""
    resolved = timetable.resolve(local, ZoneInfo(zone))
    dated = Dated(
        id=None,
        uid="",
        sequence=0,
        ordinal=ordinal,
        local=local,
        zone=zone,
        starts_at=resolved.at,
        ends_at=resolved.at + timedelta(minutes=minutes),
        state="planned",
        tzdata=zones.version(),
    )
    if resolved.caution is None:
        return dated, ()
    return dated, (Caution(code=resolved.caution, ordinal=ordinal, local=local),)


def open_slot(
    local: datetime, every_days: int, closures: Iterable[Closure]
) -> tuple[datetime, tuple[Caution, ...]]:
    """The first slot from `local` on that no closure covers, and the slots left out."""
    known = tuple(closures)
    skipped: list[Caution] = []
    while (closure := closed_on(local.date(), known)) is not None:
        skipped.append(Caution(code=CLOSURE_SKIPPED, ordinal=None, local=local, why=closure.why))
        local += timedelta(days=every_days)
    return local, tuple(skipped)


def closed_on(day: date, closures: Iterable[Closure]) -> Closure | None:
    """The closure that covers a day, None where the group may meet."""
    return next((closure for closure in closures if closure.covers(day)), None)


def replace_ordinal(caution: Caution, ordinal: int | None) -> Caution:
    """The same caution about another session."""
    return Caution(code=caution.code, ordinal=ordinal, local=caution.local, why=caution.why)


def live(sessions: Sequence[Dated]) -> tuple[Dated, ...]:
    """The sessions that count, in the order of their numbers: not those cancelled and replaced."""
    return tuple(
        sorted(
            (each for each in sessions if each.ordinal is not None),
            key=lambda each: each.ordinal or 0,
        )
    )


def last(sessions: Sequence[Dated]) -> Dated:
    """The last session. Raises ValueError where there is none."""
    return max(live(sessions), key=lambda each: each.ordinal or 0)
