"""A concern from its opening to a person's outcome. Its clock never pauses: until somebody closes it with
words, there is always a next moment at which somebody is told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from care import safety
from care.safety import Level


class State(StrEnum):
    """How far it has come."""

    OPEN = "open"  # nobody has it
    ACKNOWLEDGED = "acknowledged"  # somebody said "I have it"
    CONTACTED = "contacted"  # somebody spoke with the member
    CLOSED = "closed"  # a person wrote down what came of it


class NotPossible(ValueError):
    """This cannot be done to a concern in this state."""


OUTCOME_WITHIN = timedelta(hours=24)
"After the call the words about it are waited for so long, then asked for again."
WISHED = frozenset({"today", "now"})
"Wishes of a member that only a call fulfils."
SHORTEST_OUTCOME = 10
"Characters of an outcome: a tick is none."


class CallOwed(NotPossible):
    """The member wished for a call, and nobody has written one down or said why there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A concern as far as time is concerned. `hop` counts the steps taken, `next_at` is when the next one is
    due: None only when it is closed."""

    level: Level
    state: State
    hop: int
    next_at: datetime | None
    acknowledge_by: datetime
    contact_by: datetime


def opened(level: Level, now: datetime, next_session: datetime | None) -> Clock:
    """A new concern. Its first step is taken at once, by whoever opens it."""
    due = safety.due(level, now, next_session)
    return Clock(
        level=level,
        state=State.OPEN,
        hop=0,
        next_at=due.acknowledge_by,
        acknowledge_by=due.acknowledge_by,
        contact_by=due.contact_by,
    )


def hopped(clock: Clock, now: datetime) -> Clock:
    """The next step is taken. A promise to call that was not kept in time leaves nobody with it."""
    _alive(clock)
    if clock.state is State.CONTACTED:
        return replace(clock, hop=clock.hop + 1, next_at=now + OUTCOME_WITHIN)
    return replace(clock, state=State.OPEN, hop=clock.hop + 1, next_at=now + safety.PACES[clock.level].hop)


def acknowledged(clock: Clock, now: datetime) -> Clock:
    """Somebody has it; the next moment is the end of the time for the call."""
    _alive(clock)
    if clock.state is State.CONTACTED:
        return clock
    pace = safety.PACES[clock.level]
    # Taken on late: still a while for the call, and then the next one is told.
    next_at = max(clock.contact_by, now + max(pace.hop, timedelta(minutes=15)))
    return replace(clock, state=State.ACKNOWLEDGED, next_at=next_at)


def handed_on(clock: Clock, now: datetime) -> Clock:
    """Somebody else was named and is told at once; until they acknowledge nobody has it."""
    _alive(clock)
    return replace(clock, state=State.OPEN, next_at=now + safety.PACES[clock.level].hop)


def contacted(clock: Clock, now: datetime) -> Clock:
    """Somebody spoke with the member; what came of it is still to be written."""
    _alive(clock)
    return replace(clock, state=State.CONTACTED, next_at=now + OUTCOME_WITHIN)


def raised(clock: Clock, level: Level, now: datetime, next_session: datetime | None) -> Clock:
    """Something more came: the sooner level and the sooner clocks hold, the steps begin again, and somebody
    has to take it on anew."""
    _alive(clock)
    fresh = opened(safety.higher(clock.level, level), now, next_session)
    # What was due sooner stays so; what was overdue is this step.
    ahead = [at for at in (clock.next_at, fresh.next_at) if at is not None and at > now]
    acknowledge_by = min(ahead, default=fresh.acknowledge_by)
    # A call that was made kept its time; the next one has its own.
    kept = fresh.contact_by if clock.state is State.CONTACTED else max(clock.contact_by, now)
    return replace(
        fresh,
        acknowledge_by=acknowledge_by,
        contact_by=min(fresh.contact_by, kept),
        next_at=acknowledge_by,
    )


def call_owed(state: str, wish: str) -> bool:
    """Whether the member wished for a call that nobody has written down."""
    return wish in WISHED and state in (State.OPEN, State.ACKNOWLEDGED)


def closed(clock: Clock, outcome: str, wish: str = "", uncalled: str = "") -> Clock:
    """A person has said what came of it. `uncalled` is why there was no call although the member wished for
    one. Raises NotPossible without words, CallOwed without that."""
    _alive(clock)
    if call_owed(clock.state, wish) and len(uncalled.strip()) < SHORTEST_OUTCOME:
        raise CallOwed("the member wished for a call")
    if len(outcome.strip()) < SHORTEST_OUTCOME:
        raise NotPossible("an outcome needs words")
    return replace(clock, state=State.CLOSED, next_at=None)


def _alive(clock: Clock) -> None:
    if clock.state is State.CLOSED:
        raise NotPossible("the concern is closed")
