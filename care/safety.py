"""When somebody has to be asked how they are, and how soon: triggers, levels, clocks.

A finding is a reason to ask, never a measure of danger: a low answer does not mean safe, a high one does not
mean the worst. Clocks are conventions; that a named team answers and that nothing clears itself is what
follow-up by telephone in trials rested on (Simon and others 2013; Reynolds and others 2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

ITEM_NINE = frozenset({"phq9_9"})
"The question about thoughts of death or self-harm in the last two weeks (PHQ-9, item 9): 0 to 3."
SAFE_NOW = frozenset({"safe_now"})
"The question whether somebody is safe right now: yes, unsure, no."
SKIPPED = ""
HIGHEST = 3
RISE = 2
"A rise of so many points is marked as new."


class Trigger(StrEnum):
    """What opened a concern."""

    SKIPPED = "skipped"  # item 9 was left out
    SOME_DAYS = "some_days"  # item 9 = 1
    MANY_DAYS = "many_days"  # item 9 = 2 or 3
    UNSURE = "unsure"  # safe right now? "I am not sure"
    NOT_SAFE = "not_safe"  # safe right now? "no"
    HELP = "help"  # the member pressed for help and said that somebody should know
    FLAGGED = "flagged"  # a facilitator saw or heard something


class Level(StrEnum):
    """How soon a person answers, from a question for the next contact to now."""

    ASK = "ask"
    CONTACT = "contact"
    URGENT = "urgent"
    IMMEDIATE = "immediate"


class Screen(StrEnum):
    """What the member sees at once."""

    NONE = ""
    SUPPORT = "support"
    CALL_NOW = "call_now"
    CRISIS = "crisis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A trigger with what follows from it. `new` marks a rise of two points or more, or the first after two
    noughts running."""

    trigger: Trigger
    level: Level
    screen: Screen
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The clocks of a level: until when somebody has said "I have it", until when the member was spoken
    with, and how long each further person is given."""

    acknowledge: timedelta
    contact: timedelta
    hop: timedelta


ORDER = tuple(Level)
PACES = {
    Level.ASK: Pace(acknowledge=timedelta(days=7), contact=timedelta(days=7), hop=timedelta(hours=24)),
    Level.CONTACT: Pace(acknowledge=timedelta(hours=12), contact=timedelta(hours=24), hop=timedelta(hours=2)),
    Level.URGENT: Pace(
        acknowledge=timedelta(minutes=30), contact=timedelta(hours=4), hop=timedelta(minutes=15)
    ),
    Level.IMMEDIATE: Pace(
        acknowledge=timedelta(minutes=5), contact=timedelta(minutes=30), hop=timedelta(minutes=5)
    ),
}

FINDINGS = {
    Trigger.SKIPPED: (Level.ASK, Screen.NONE),
    Trigger.SOME_DAYS: (Level.CONTACT, Screen.SUPPORT),
    Trigger.MANY_DAYS: (Level.URGENT, Screen.CALL_NOW),
    Trigger.UNSURE: (Level.URGENT, Screen.CALL_NOW),
    Trigger.NOT_SAFE: (Level.IMMEDIATE, Screen.CRISIS),
    Trigger.HELP: (Level.IMMEDIATE, Screen.CRISIS),
    Trigger.FLAGGED: (Level.IMMEDIATE, Screen.CRISIS),
}

_SAFE_ANSWERS = {"no": Trigger.NOT_SAFE, "unsure": Trigger.UNSURE}


class Unreadable(ValueError):
    """An answer to a safety question that is none of its options. It is refused, not passed over."""


def watched(question: str) -> bool:
    """Whether answers to this question are looked at as they are given."""
    return question in ITEM_NINE or question in SAFE_NOW


def assess(question: str, value: str, before: Sequence[int] = ()) -> Finding | None:
    """What follows from one answer; None where nothing does. `value` is the answer as text, "" for a skipped
    question; `before` are the earlier answers of this member to item 9 by check-in, newest first. Raises
    Unreadable for what is no answer to this question."""
    if question in ITEM_NINE:
        return _item_nine(value, before)
    if question in SAFE_NOW:
        return _safe_now(value)
    return None


def finding(trigger: Trigger, *, new: bool = False) -> Finding:
    """The finding of a trigger."""
    level, screen = FINDINGS[trigger]
    return Finding(trigger=trigger, level=level, screen=screen, new=new)


def _item_nine(value: str, before: Sequence[int]) -> Finding | None:
    if value == SKIPPED:
        return finding(Trigger.SKIPPED)
    points = number(value)
    if points == 0:
        return None
    trigger = Trigger.SOME_DAYS if points == 1 else Trigger.MANY_DAYS
    return finding(trigger, new=is_new(points, before))


def _safe_now(value: str) -> Finding | None:
    if value in ("yes", SKIPPED):
        return finding(Trigger.SKIPPED) if value == SKIPPED else None
    if value not in _SAFE_ANSWERS:
        raise Unreadable("not an answer to this question")
    return finding(_SAFE_ANSWERS[value])


def number(value: str) -> int:
    """The points of an answer to item 9. Raises Unreadable for anything but 0 to 3."""
    if value not in {str(points) for points in range(HIGHEST + 1)}:
        raise Unreadable("not an answer to this question")
    return int(value)


def is_new(points: int, before: Sequence[int]) -> bool:
    """A rise of two points or more since the last time, or something after nothing twice running."""
    if not before or points == 0:
        return False
    return points - before[0] >= RISE or tuple(before[:2]) == (0, 0)


def higher(one: Level, other: Level) -> Level:
    """The one that is sooner."""
    return max(one, other, key=ORDER.index)


def stronger(old: Finding, fresh: Finding) -> Finding:
    """Two findings about one answer: it can rise, never fall, and stays marked as new."""
    risen = fresh if ORDER.index(fresh.level) > ORDER.index(old.level) else old
    return replace(risen, new=old.new or fresh.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Until when somebody has acknowledged, and until when the member was spoken with."""

    acknowledge_by: datetime
    contact_by: datetime


def due(level: Level, now: datetime, next_session: datetime | None) -> Due:
    """The clocks of a concern that opens now. Nobody sits in the next session before they were spoken with,
    so its start is a limit of its own; who is to be asked at the next contact is asked then. Never before
    now."""
    pace = PACES[level]
    contact_by = now + pace.contact
    if next_session is not None and next_session > now:
        contact_by = min(contact_by, next_session)
    # Half of the time that is left, where that is short: the other half is for the call.
    half = now + (contact_by - now) / 2
    acknowledge_by = contact_by if level is Level.ASK else min(now + pace.acknowledge, half)
    return Due(acknowledge_by=acknowledge_by, contact_by=contact_by)
