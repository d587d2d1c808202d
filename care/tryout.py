"""Try-outs between sessions: one small step with somebody, and what became of it. An invitation: nothing here
is counted, and "not now" is an answer like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from care.inventory import label_wrong

LONGEST_LINE = 200
LONGEST_TEXT = 1000
MOST = 3
"Open at a time: each says one small step, and a list of many is none."
LINES = ("when", "where", "support", "obstacle")


class Safe(StrEnum):
    """Whether the step is safe for the one who takes it."""

    YES = "yes"
    UNSURE = "unsure"
    NO = "no"


class Result(StrEnum):
    """What became of it."""

    DONE = "done"
    PARTLY = "partly"
    NOT_NOW = "not_now"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tryout:
    """One step: with whom (initials or a nickname), when, where, who or what helps, what could get in the
    way. `session` is the one it was set after, 0 before the first; `mood` 0 to 10 afterwards."""

    step: str = field(repr=False)
    whom: str = field(default="", repr=False)
    when: str = field(default="", repr=False)
    where: str = field(default="", repr=False)
    support: str = field(default="", repr=False)
    obstacle: str = field(default="", repr=False)
    safe: Safe = Safe.YES
    session: int = 0
    result: Result | None = None
    happened: str = field(default="", repr=False)
    mood: int | None = None

    def __post_init__(self) -> None:
        if not self.step.strip() or len(self.step) > LONGEST_LINE:
            raise ValueError("a try-out needs a step in one sentence")
        if self.whom and label_wrong(self.whom):
            raise ValueError("a try-out names nobody in full")
        if any(len(getattr(self, name)) > LONGEST_LINE for name in LINES):
            raise ValueError("a line of a try-out is too long")
        if len(self.happened) > LONGEST_TEXT:
            raise ValueError("what happened is too long")
        if self.mood is not None and self.mood not in range(11):
            raise ValueError("a mood is 0 to 10")
        if self.session < 0:
            raise ValueError("no such session")
        if self.result is None and (self.happened or self.mood is not None):
            raise ValueError("what happened needs a word about what became of it")

    @property
    def over(self) -> bool:
        """Somebody has said what became of it."""
        return self.result is not None

    @property
    def open(self) -> bool:
        """To be tried."""
        return not self.over and self.safe is Safe.YES

    @property
    def waits(self) -> bool:
        """To be talked about first: whoever is not sure that it is safe should not try it."""
        return not self.over and self.safe is not Safe.YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A try-out as it stands: its newest version, where and by whom it was written."""

    tryout: Tryout
    number: int
    device: str
    by: str
    at: datetime


class Refused(ValueError):
    """This cannot be done with the try-outs as they are. `why` is full or over."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def unfinished(kept: Mapping[str, Kept]) -> dict[str, Tryout]:
    """Those nobody has said anything about yet, in the order they came."""
    return {key: one.tryout for key, one in kept.items() if not one.tryout.over}


def full(kept: Mapping[str, Kept]) -> bool:
    """Whether there is no room for another one."""
    return len(unfinished(kept)) >= MOST


def added(kept: Mapping[str, Kept], tryout: Tryout) -> Tryout:
    """The new one. Raises Refused beside three others."""
    if full(kept):
        raise Refused("full")
    return tryout


def reworded(before: Tryout, after: Tryout) -> Tryout:
    """The same step in other words; it stays with the session it was set after. Raises Refused once somebody
    has said what became of it."""
    if before.over:
        raise Refused("over")
    return replace(after, session=before.session)


def told(before: Tryout, result: Result, happened: str, mood: int | None) -> Tryout:
    """With what became of it; it may be told again in other words."""
    return replace(before, result=result, happened=happened, mood=mood)


def since(kept: Mapping[str, Kept], moment: datetime | None) -> dict[str, Kept]:
    """What a brief speaks of: the unfinished ones, and what was told after `moment` (None: none of those)."""
    return {
        key: one
        for key, one in kept.items()
        if not one.tryout.over or (moment is not None and one.at >= moment)
    }


def named(kept: Mapping[str, Kept], member: str, device: str | None) -> list[str]:
    """The steps a form may name, newest last. With `device` only what the member wrote on it: a link for one
    form may be read by somebody else."""
    return [
        one.tryout.step
        for one in kept.values()
        if one.tryout.open and (device is None or (one.by == member and one.device == device))
    ]
