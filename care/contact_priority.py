"""How much speaks for calling somebody, from facts that a coordinator may see. Reasons are always listed.

Points are a convention, not a measurement. Missing early sessions without a word went with a worse course in
a study of 5253 clients (Xiao and others 2017); who somebody is never counts.
"""

from dataclasses import dataclass
from enum import StrEnum

from care.standing import NOT_SEEN
from care.verdict import Status
from care.watched import Watched


class Level(StrEnum):
    """How soon somebody is called."""

    ROUTINE = "routine"
    THIS_WEEK = "this_week"
    WITHIN_48H = "within_48h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """How much speaks for a call, and why. It says nothing about what a member will do."""

    points: int
    level: Level
    reasons: tuple[str, ...]


WEEK_FROM, SOON_FROM = 3, 5


def contact_priority(one: Watched) -> Priority:
    """Points from attendance, notice, contract and delivery facts, each with its reason; never from who
    somebody is or what they answered."""
    unseen = sum(row.status in NOT_SEEN for row in one.rows)
    further = unseen - one.standing.early_no_show
    begun = any(row.status is not Status.EXPECTED for row in one.rows)
    late_word = sum(row.status is Status.LATE_CANCEL for row in one.rows)
    found = {
        "early_no_show": 3 * one.standing.early_no_show,
        f"run:{one.standing.run}": 3 if one.standing.run >= 2 else 0,
        f"no_show:{unseen}": 2 * further,
        f"technical:{one.standing.technical}": 1 if one.standing.technical >= 2 else 0,
        f"late_cancel:{late_word}": 1 if late_word >= 2 else 0,
        "unsigned": 1 if begun and one.unsigned is not None else 0,
        "refused": 1 if one.refused_at is not None else 0,
    }
    points = sum(found.values())
    return Priority(
        points=points, level=_level(points), reasons=tuple(code for code, n in found.items() if n)
    )


def _level(points: int) -> Level:
    if points >= SOON_FROM:
        return Level.WITHIN_48H
    return Level.THIS_WEEK if points >= WEEK_FROM else Level.ROUTINE
