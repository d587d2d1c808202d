"""The problems a member brings: listed in free words, put into an order, and weighed by the member and by the
facilitator apart. Both opinions are kept; neither overwrites the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from care.areas import Area

LONGEST = 300
MOST = 12
UP, DOWN = "up", "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """How one side sees a problem: `linked` to how the member feels and `changeable`, each 0 to 10, and the
    area it belongs to. Raises ValueError outside."""

    linked: int | None = None
    changeable: int | None = None
    area: Area | None = None

    def __post_init__(self) -> None:
        if any(one is not None and not 0 <= one <= 10 for one in (self.linked, self.changeable)):
            raise ValueError("a weight is 0 to 10")


BLANK = Opinion()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem. `person` is the key of somebody in the inventory. Raises ValueError without words."""

    words: str = field(repr=False)
    own: Opinion = BLANK
    theirs: Opinion = BLANK
    person: str | None = None

    def __post_init__(self) -> None:
        if not self.words.strip() or len(self.words) > LONGEST:
            raise ValueError(f"a problem has 1 to {LONGEST} characters")


def ordered(keys: Sequence[str], ranking: Sequence[str]) -> tuple[str, ...]:
    """The problems as they were ranked; what was never ranked comes last, as it was listed."""
    ranked = [one for one in dict.fromkeys(ranking) if one in keys]
    return (*ranked, *(one for one in keys if one not in ranked))


def shifted(order: Sequence[str], key: str, way: str) -> tuple[str, ...]:
    """The order with one problem a place up or down; at the end of the list it stays. Raises ValueError for
    an unknown problem or way."""
    if way not in (UP, DOWN):
        raise ValueError(way)
    at = list(order).index(key)
    to = min(max(at + (-1 if way == UP else 1), 0), len(order) - 1)
    found = [one for one in order if one != key]
    found.insert(to, key)
    return tuple(found)


def foremost(problems: Mapping[str, Problem], order: Sequence[str]) -> tuple[str, ...]:
    """Where to begin, as the weights say: what is most linked and most changeable in the member's own view
    first, equal ones in the member's order. Unweighed problems are left out. A help for the talk, never a
    decision."""
    weighed = {
        key: one.own.linked + one.own.changeable
        for key, one in problems.items()
        if one.own.linked is not None and one.own.changeable is not None
    }
    rank = {key: number for number, key in enumerate(ordered(list(problems), order))}
    return tuple(sorted(weighed, key=lambda key: (-weighed[key], rank[key])))


def apart(problem: Problem) -> bool:
    """True where the two sides see it differently: another area, or a weight three or more away."""
    own, theirs = problem.own, problem.theirs
    pairs = ((own.linked, theirs.linked), (own.changeable, theirs.changeable))
    far = any(a is not None and b is not None and abs(a - b) >= 3 for a, b in pairs)
    return far or (own.area is not None and theirs.area is not None and own.area != theirs.area)
