"""Parts of a check-in that have a page of their own: a form names one, its page leads there, and the question
is answered when the member says that they are done.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DONE = "done"
"The answer to a question of this kind."


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the work with a member. `address` is below `mine/` for the member and below
    `people/{member}/` for a facilitator who fills it in with them; `?form={checkin}` leads back."""

    key: str
    address: str
    waves: frozenset[str]


def _part(key: str, *waves: str) -> Part:
    return Part(key=key, address=key, waves=frozenset(waves))


PARTS: Mapping[str, Part] = {
    one.key: one
    for one in (
        _part("circle", "pre", "mid", "post"),
        _part("problems", "pre", "mid"),
        _part("goals", "pre", "mid", "post", "followup"),
        _part("plan", "post", "followup"),
    )
}


def of_wave(wave: str) -> tuple[Part, ...]:
    """The parts a wave asks for, in their order."""
    return tuple(one for one in PARTS.values() if wave in one.waves)


def page(place: str, key: str, checkin: str, member: str | None = None) -> str:
    """Where a part is filled in, by the member or by a facilitator for `member`. Raises KeyError for an
    unknown part."""
    below = "mine" if member is None else f"people/{member}"
    return f"/s/{place}/{below}/{PARTS[key].address}?form={checkin}"
