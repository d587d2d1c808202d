"""The interpersonal inventory: the people who matter to a member, how close each is now and is wished to be,
and what is good and hard with them (Weissman, Markowitz and Klerman, The Guide to Interpersonal
Psychotherapy; the closeness circle has three rings and a place outside them).

Nobody stands in it by their full name. Whatever the member leaves blank stays blank.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

RINGS = (1, 2, 3, 4)
"Closest, close, further, and outside the circle."
OUTSIDE = 4
LONGEST_LABEL = 20
LONGEST_LINE = 120
LONGEST_TEXT = 2000
MOST = 30
"People in one inventory; more than anybody speaks about in two hours."


class Domain(StrEnum):
    """Where in life people are looked for, in the order of asking."""

    FAMILY = "family"
    PARTNER = "partner"
    FRIENDS = "friends"
    WORK = "work"
    NEIGHBOURS = "neighbours"
    CARERS = "carers"
    LOST = "lost"


class Tie(StrEnum):
    """How it is between the two."""

    LIVING = "living"
    DIED = "died"
    ESTRANGED = "estranged"
    ENDED = "ended"


class Often(StrEnum):
    """How often they have time together, or disagree."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    RARELY = "rarely"
    NEVER = "never"


class Channel(StrEnum):
    """How they mostly meet."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    WRITING = "writing"


class Fit(StrEnum):
    """Whether something is so."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Settled(StrEnum):
    """How a disagreement goes on."""

    RESOLVED = "resolved"
    DROPPED = "dropped"
    GOES_ON = "goes_on"


class Support(StrEnum):
    """What one gives the other."""

    HEARD = "heard"
    PRACTICAL = "practical"
    COMPANY = "company"
    ADVICE = "advice"
    NONE = "none"


class Mood(StrEnum):
    """What the other does to how the member feels."""

    LIFTS = "lifts"
    LOWERS = "lowers"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One person of the inventory. `now` and `wished` are rings. Raises ValueError for an impossible one."""

    label: str = field(repr=False)
    domain: Domain | None = None
    kind: str = field(default="", repr=False)
    tie: Tie = Tie.LIVING
    since: date | None = None
    now: int | None = None
    wished: int | None = None
    often: Often | None = None
    channel: Channel | None = None
    good: str = field(default="", repr=False)
    hard: str = field(default="", repr=False)
    can_say: str = field(default="", repr=False)
    cannot_say: str = field(default="", repr=False)
    knows: Fit | None = None
    i_expect: str = field(default="", repr=False)
    they_expect: str = field(default="", repr=False)
    matches: Fit | None = None
    disagree: Often | None = None
    disagree_how: str = field(default="", repr=False)
    settled: Settled | None = None
    they_give: frozenset[Support] = frozenset()
    i_give: frozenset[Support] = frozenset()
    satisfied: int | None = None
    changed: str = field(default="", repr=False)
    changed_on: date | None = None
    mood: Mood | None = None
    onset: str = field(default="", repr=False)
    wanted: str = field(default="", repr=False)
    ally: bool = False

    def __post_init__(self) -> None:
        if wrong := label_wrong(self.label):
            raise ValueError(wrong)
        if not {self.now, self.wished} <= {None, *RINGS}:
            raise ValueError("a ring is 1 to 4")
        if self.satisfied is not None and not 0 <= self.satisfied <= 10:
            raise ValueError("satisfaction is 0 to 10")
        if len(self.kind) > LONGEST_LINE or any(len(getattr(self, one)) > LONGEST_TEXT for one in TEXTS):
            raise ValueError("too long")
        if any(Support.NONE in one and len(one) > 1 for one in (self.they_give, self.i_give)):
            raise ValueError("none is alone")


TEXTS = (
    "good",
    "hard",
    "can_say",
    "cannot_say",
    "i_expect",
    "they_expect",
    "disagree_how",
    "changed",
    "onset",
    "wanted",
)
"The fields of free words."


def label_wrong(label: str) -> str:
    """A code for what is wrong with how somebody is called, "" for nothing: `missing`, `long`, `full_name`
    (two long words, as first and family names are) or `contact` (an address or a number)."""
    if not label.strip():
        return "missing"
    if len(label) > LONGEST_LABEL:
        return "long"
    if "@" in label or sum(sign.isdigit() for sign in label) > 3:
        return "contact"
    names = [one for one in re.split(r"[\s-]+", label) if len(one.strip(".")) > 3 and one[0].isupper()]
    return "full_name" if len(names) > 1 else ""


def moved(
    before: Mapping[str, Relation], after: Mapping[str, Relation]
) -> dict[str, tuple[int | None, int | None]]:
    """Who stands in another ring than before: the ring then and now. Somebody new came from no ring."""
    found = {}
    for key, one in after.items():
        was = before[key].now if key in before else None
        if was != one.now:
            found[key] = (was, one.now)
    return found


def wishes(people: Mapping[str, Relation]) -> tuple[str, ...]:
    """Who is wished nearer or further, the widest gap first."""
    gaps = {
        key: abs(one.now - one.wished)
        for key, one in people.items()
        if one.now is not None and one.wished is not None and one.now != one.wished
    }
    return tuple(sorted(gaps, key=lambda key: (-gaps[key], list(people).index(key))))


def untouched(people: Sequence[Relation]) -> tuple[Domain, ...]:
    """Parts of life nobody has been named in, in the order of asking."""
    named = {one.domain for one in people}
    return tuple(each for each in Domain if each not in named)
