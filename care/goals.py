"""A member's goals: one to three at a time, in the member's own words, rated 0 to 10 at the start and at each
wave. A goal is closed with a word about how it went and never deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

LONGEST = 300
MOST = 3
LOWEST, HIGHEST = 0, 10


class Closed(StrEnum):
    """How a goal ended. `carried` goes on as a new goal of another area."""

    MET = "met"
    PARTLY = "partly"
    CARRIED = "carried"
    DROPPED = "dropped"


class Refused(ValueError):
    """Goals cannot be like this. `code` says why: `full`, `reason`, `closed`, `unsettled`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal. `area` is the key of the period it belongs to; `ratings` are by wave, the first is the
    baseline. Raises ValueError for an impossible one."""

    words: str = field(repr=False)
    area: str | None = None
    ratings: tuple["Rating", ...] = ()
    closed: Closed | None = None
    reason: str = field(default="", repr=False)
    closed_in: int | None = None
    carried_from: str | None = None

    def __post_init__(self) -> None:
        if not self.words.strip() or len(self.words) > LONGEST or len(self.reason) > LONGEST:
            raise ValueError(f"a goal has 1 to {LONGEST} characters")
        if self.closed == Closed.DROPPED and not self.reason.strip():
            raise ValueError("a goal is dropped for a reason")

    @property
    def baseline(self) -> int | None:
        """The first rating."""
        return self.ratings[0].value if self.ratings else None

    @property
    def latest(self) -> int | None:
        """The newest rating."""
        return self.ratings[-1].value if self.ratings else None

    @property
    def change(self) -> int | None:
        """How far it has come since the baseline; None before a second rating."""
        return self.ratings[-1].value - self.ratings[0].value if len(self.ratings) > 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """How near a goal is at one wave, 0 (not at all) to 10 (reached). Raises ValueError outside."""

    wave: str
    value: int

    def __post_init__(self) -> None:
        if not LOWEST <= self.value <= HIGHEST:
            raise ValueError("a goal is rated 0 to 10")


Goals = Mapping[str, Goal]


def current(goals: Goals) -> dict[str, Goal]:
    """The goals that are worked on, in the order they were made."""
    return {key: one for key, one in goals.items() if one.closed is None}


def added(goals: Goals, key: str, goal: Goal) -> dict[str, Goal]:
    """The goals with a new one. Raises Refused when there are three already."""
    if len(current(goals)) >= MOST:
        raise Refused("full")
    return {**goals, key: replace(goal, closed=None, closed_in=None)}


def reworded(goals: Goals, key: str, words: str) -> dict[str, Goal]:
    """The goals with other words for an open one. Raises Refused for a closed one."""
    return {**goals, key: replace(_open(goals, key), words=words)}


def rated(goals: Goals, key: str, wave: str, value: int) -> dict[str, Goal]:
    """The goals with a rating at a wave; a second one at the same wave replaces the first. Raises Refused
    for a closed goal."""
    goal = _open(goals, key)
    rating = Rating(wave=wave, value=value)
    waves = [one.wave for one in goal.ratings]
    if wave in waves:
        at = waves.index(wave)
        ratings = (*goal.ratings[:at], rating, *goal.ratings[at + 1 :])
    else:
        ratings = (*goal.ratings, rating)
    return {**goals, key: replace(goal, ratings=ratings)}


def closed(goals: Goals, key: str, how: Closed, reason: str, session: int) -> dict[str, Goal]:
    """The goals with one closed. Raises Refused for a closed one, and for one dropped without a reason."""
    goal = _open(goals, key)
    if how == Closed.DROPPED and not reason.strip():
        raise Refused("reason")
    return {**goals, key: replace(goal, closed=how, reason=reason, closed_in=session)}


def carried(goals: Goals, key: str, new: str, area: str | None, session: int) -> dict[str, Goal]:
    """The goals with one that goes on in another area: closed there, and open again under a new key with
    its words and its newest rating as the baseline."""
    goal = _open(goals, key)
    after = closed(goals, key, Closed.CARRIED, "", session)
    return {**after, new: replace(goal, area=area, ratings=goal.ratings[-1:], carried_from=key)}


def unsettled(goals: Goals, area: str) -> tuple[str, ...]:
    """Open goals of an area that has ended or is about to: each has to be closed first."""
    return tuple(key for key, one in current(goals).items() if one.area == area)


def _open(goals: Goals, key: str) -> Goal:
    if goals[key].closed is not None:
        raise Refused("closed")
    return goals[key]
