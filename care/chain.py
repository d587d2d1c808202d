"""The on-call chain: what counts as one, and who is called next until a person says "I have it".

Without a chain the question about thoughts of death is not asked at all (`missing` says what is missing).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from care.safety import Level
from care.staffed import Calendar, Hours, clock_of, minutes

LEAST_PEOPLE = 2
TEST_HOLDS = timedelta(days=30)
MAIL, TEXT = "mail", "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """One clinician of the chain, by staff account. Without hours of their own they are on duty in all
    staffed hours."""

    staff: str
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who is called, in order, and who leads in an emergency."""

    people: tuple[OnCall, ...] = ()
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A test alert that this person acknowledged on this channel."""

    staff: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One thing that is missing: a code, whom it is about, and from which minute of the week on nobody is on
    duty."""

    code: str
    staff: str = ""
    minute: int | None = None

    @property
    def local(self) -> str:
        """Weekday number and time of `minute`, "" for none."""
        if self.minute is None:
            return ""
        weekday, clock = clock_of(self.minute)
        return f"{weekday} {clock:%H:%M}"


def missing(
    calendar: Calendar, chain: Chain, tests: Sequence[Proved], able: Collection[str], now: datetime
) -> tuple[Gap, ...]:
    """Everything that keeps this from being a chain; nothing where it is one.

    `able` are the staff accounts of clinicians that are open. A person counts who is able and acknowledged
    a test alert within 30 days: a name on a list that nobody has tried is no help at night.
    """
    fresh = [test for test in tests if now - TEST_HOLDS < test.at <= now]
    tested = {test.staff for test in fresh}
    gaps = [Gap(code="no_hours")] if not calendar.hours else []
    for one in chain.people:
        if one.staff not in able:
            gaps.append(Gap(code="no_account", staff=one.staff))
        elif one.staff not in tested:
            gaps.append(Gap(code="untested", staff=one.staff))
    counting = [one for one in chain.people if one.staff in able and one.staff in tested]
    named = {one.staff for one in counting}
    if len(named) < LEAST_PEOPLE:
        gaps.append(Gap(code="too_few"))
    uncovered = _uncovered(calendar, counting)
    if uncovered is not None:
        gaps.append(Gap(code="not_covered", minute=uncovered))
    if not any(test.channel != MAIL and test.staff in named for test in fresh):
        gaps.append(Gap(code="only_mail"))
    return tuple(gaps)


def holds(
    calendar: Calendar, chain: Chain, tests: Sequence[Proved], able: Collection[str], now: datetime
) -> bool:
    """Whether there is a chain now. What keeps one person from counting is told but may be made up for by
    the others."""
    ends = {"no_hours", "too_few", "not_covered", "only_mail"}
    return not any(gap.code in ends for gap in missing(calendar, chain, tests, able, now))


def _uncovered(calendar: Calendar, counting: Sequence[OnCall]) -> int | None:
    """The first minute of the week in which nobody who counts is on duty; None for none."""
    if any(not one.hours for one in counting):
        return None
    left = minutes(calendar.hours) - minutes(hours for one in counting for hours in one.hours)
    return min(left, default=None)


class Rung(StrEnum):
    """Who is told at one step."""

    FACILITATORS = "facilitators"
    FACILITATORS_AND_FIRST = "facilitators_and_first"
    NEXT = "next"
    COORDINATOR = "coordinator"  # "needs clinical contact" and nothing else
    LEAD = "lead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: who is told, by staff account where they are people of the chain."""

    rung: Rung
    staff: tuple[str, ...] = ()


def order(chain: Chain, calendar: Calendar, now: datetime) -> tuple[str, ...]:
    """The people of the chain as they are called now: those on duty first, each by their place in it."""
    if not chain.people:
        return ()
    on_duty = {one.staff for one in chain.people if _on_duty(one, calendar, now)}
    return tuple(
        dict.fromkeys(one.staff for one in sorted(chain.people, key=lambda one: one.staff not in on_duty))
    )


def _on_duty(one: OnCall, calendar: Calendar, now: datetime) -> bool:
    own = Calendar(zone=calendar.zone, hours=one.hours or calendar.hours, closures=calendar.closures)
    return own.is_open(now)


def ladder(level: Level, called: Sequence[str], lead: str, *, led: bool = True) -> tuple[Step, ...]:
    """The steps of a concern in order; after the last one they begin again. `called` is `order`. `led` says
    whether the group has facilitators: a question for the next contact stays with them, and with nobody
    where there are none."""
    facilitators = Step(rung=Rung.FACILITATORS)
    if level is Level.ASK and led:
        return (facilitators,)
    people = [Step(rung=Rung.NEXT, staff=(one,)) for one in called]
    if level in (Level.URGENT, Level.IMMEDIATE) and called:
        people[0] = Step(rung=Rung.FACILITATORS_AND_FIRST, staff=(called[0],))
    else:
        people.insert(0, facilitators)
    top = (lead,) if lead else tuple(called)
    return (*people, Step(rung=Rung.COORDINATOR), Step(rung=Rung.LEAD, staff=top))


def step(steps: Sequence[Step], hop: int) -> Step:
    """The step of the hop with this number, from 0 on: round again after the last."""
    return steps[hop % len(steps)]
