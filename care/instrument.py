"""What a questionnaire is: its exact words, and the rules its answers are counted by.

A measure is its wording: an item that was shortened, reordered or softened is another measure. So an answer
is pinned to a `pin`, which covers every letter and every number, and nothing here is ever translated by
software: an official translation is a measure of its own language with the same `id` and `version`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property

PIN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen: what it counts and its words."""

    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `loinc` is "" where it has no code."""

    id: str
    loinc: str
    text: str


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the range of totals, both ends inside, and the word for its symptom level."""

    low: int
    high: int
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored:
    """A question that belongs to a measure and counts nothing; `after_any` asks it only where an item was
    answered with more than 0."""

    id: str
    loinc: str
    text: str
    options: tuple[Option, ...]
    after_any: bool = True


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A questionnaire with a total. Numbers a measure has no published value for are None, and what needs
    them is not said. `factor` turns the sum into the total that is shown (an index of 0 to 100 from a sum of
    0 to 25 has 4)."""

    id: str
    version: str
    title: str
    stem: str
    options: tuple[Option, ...]
    items: tuple[Item, ...]
    licence: str
    language: str = "en"
    unscored: Unscored | None = None
    bands: tuple[Band, ...] = ()
    caseness: int | None = None
    screen_cut: int | None = None
    reliable_change: int | None = None
    mcid: int | None = None
    remission_below: int | None = None
    response_pct: int | None = None
    safety_item: str | None = None
    prorate_up_to: int = 0
    higher_is_better: bool = False
    factor: int = 1
    total_loinc: str = ""
    source: str = field(default="", compare=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every word and number, in hexadecimal; where it was read from does not count."""
        whole = {name: value for name, value in asdict(self).items() if name != "source"}
        text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def pin(self) -> str:
        """What an answer names its measure by, such as `phq9@1#0123456789ab`."""
        return f"{self.id}@{self.version}#{self.digest[:PIN_DIGITS]}"

    @property
    def values(self) -> frozenset[int]:
        """The values an item can be answered with."""
        return frozenset(one.value for one in self.options)

    @property
    def lowest(self) -> int:
        """The smallest total."""
        return min(self.values) * len(self.items) * self.factor

    @property
    def highest(self) -> int:
        """The largest total."""
        return max(self.values) * len(self.items) * self.factor

    def item(self, item_id: str) -> Item:
        """The item with this id. Raises KeyError."""
        for one in self.items:
            if one.id == item_id:
                return one
        raise KeyError(item_id)
