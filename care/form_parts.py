"""Parts of a check-in that have a page of their own: a form names one, its page leads there, and the question
is answered when the member says that they are done.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

DONE = "done"
"The answer to a question of this kind."
AT = re.compile(r"((phone|meeting)/)?part_[a-z]+_[a-z]+")
"The page of a form that a part leads back to: how they speak, where a facilitator writes, and its question."


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the work with a member. `address` is below `mine/` for the member and below
    `people/{member}/` for a facilitator who fills it in with them; `?form={checkin}` leads back, and
    `&at={step}` to the very page of the form."""

    key: str
    address: str
    waves: frozenset[str]


def _part(key: str, *waves: str) -> Part:
    return Part(key=key, address=key, waves=frozenset(waves))


PARTS: Mapping[str, Part] = {
    one.key: one
    for one in (
        _part("circle", "pre", "mid"),
        _part("problems", "pre"),
        _part("goals", "pre", "mid", "post", "followup"),
        _part("plan", "post"),
    )
}


def of_wave(wave: str) -> tuple[Part, ...]:
    """The parts a wave asks for, in their order."""
    return tuple(one for one in PARTS.values() if wave in one.waves)


def step_of(key: str, wave: str) -> str:
    """The question of a form that leads to a part. Each wave asks for something else there, so it has a name
    of its own."""
    return f"part_{key}_{wave}"


def page(
    place: str, key: str, checkin: str, member: str | None = None, mode: str = "", step: str = ""
) -> str:
    """Where a part is filled in, by the member or by a facilitator for `member`, who speak with each other in
    this `mode`. Raises KeyError for an unknown part."""
    below = "mine" if member is None else f"people/{member}"
    back = "/".join(one for one in (mode, step) if one)
    return f"/s/{place}/{below}/{PARTS[key].address}?form={checkin}" + (f"&at={back}" if back else "")
