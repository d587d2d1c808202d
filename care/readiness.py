"""How ready a member is in the eyes of a facilitator: the three scales the member answers, 0 to 10 each, from
another side. It is the facilitators' own and no answer.
"""

from dataclasses import astuple, dataclass, field

from care.goals import HIGHEST, LOWEST

WAVES = frozenset({"pre"})
"The rounds in which facilitators rate, too."


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """One rating, named as the questions are. Raises ValueError for numbers beyond the scale."""

    ready_feelings: int = field(repr=False)
    ready_time: int = field(repr=False)
    ready_change: int = field(repr=False)

    def __post_init__(self) -> None:
        if not all(LOWEST <= each <= HIGHEST for each in astuple(self)):
            raise ValueError(f"{LOWEST} to {HIGHEST}")
