"""What a member takes along at the end: a plan for harder times under the plan's own headings, drafted by the
member and finished with the facilitator, and whether some meetings go on (monthly as a default: Frank et al.
2007, PMC3579577).
"""

from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

LONGEST = 2000
MONTHLY = "monthly"
RHYTHMS = ("weekly", "fortnightly", MONTHLY, "quarterly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan, heading by heading. `finished` once both have gone through it. Raises ValueError for too
    much of a text."""

    signs: str = field(default="", repr=False)
    stress: str = field(default="", repr=False)
    worked: str = field(default="", repr=False)
    notice: str = field(default="", repr=False)
    call: str = field(default="", repr=False)
    back: str = field(default="", repr=False)
    unfinished: str = field(default="", repr=False)
    finished: bool = False

    def __post_init__(self) -> None:
        if any(len(getattr(self, one)) > LONGEST for one in HEADINGS):
            raise ValueError("too long")


HEADINGS = tuple(one.name for one in fields(Plan) if one.name != "finished")
NEEDED = ("signs", "call")
"A plan without early signs and without somebody to call is not finished."


class Afterwards(StrEnum):
    """What comes after the last session."""

    NOTHING = "nothing"
    SELF_HELP = "self_help"
    INDIVIDUAL = "individual"
    GROUP = "group"
    OTHER_CARE = "other_care"


MEETING = (Afterwards.INDIVIDUAL, Afterwards.GROUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """What the member wishes for afterwards. Raises ValueError for meetings without a rhythm, or a rhythm
    without meetings."""

    wish: Afterwards
    rhythm: str = ""
    number: int | None = None
    review: date | None = None

    def __post_init__(self) -> None:
        meets = self.wish in MEETING
        if meets != (self.rhythm in RHYTHMS) or (not meets and (self.rhythm or self.number is not None)):
            raise ValueError("meetings have a rhythm, everything else has none")
        if self.number is not None and not 1 <= self.number <= 24:
            raise ValueError("1 to 24 meetings")


def missing(plan: Plan) -> tuple[str, ...]:
    """Headings that must have words before the plan is finished."""
    return tuple(one for one in NEEDED if not getattr(plan, one).strip())
