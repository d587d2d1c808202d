"""The closeness circle as a picture: the member in the middle, three rings and the place outside them,
everybody in their ring, and a fine line to the ring they are wished in. Pure: people in, places out; the
template draws.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from care.inventory import OUTSIDE, RINGS, Relation

CENTRE = 200.0
RADII = {1: 66.0, 2: 112.0, 3: 158.0, OUTSIDE: 190.0}
"Where people of a ring stand; the lines between the rings lie half-way."
LINES = (89.0, 135.0, 176.0)
TURNS = 24
"How many ways each ring is turned to find the one that keeps everybody apart."
ABOVE = 1.6
"Names stand above or below the discs, so that neighbours above each other need more room than beside."
MIDDLE = 30.0
DISC, SMALLEST = 15.0, 7.0
SHOWN = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where somebody stands: centre and radius of the disc, where the name is written (above the disc in the
    upper half, so that it points away from the middle), and where the wish points to (None without another
    ring wished for)."""

    key: str
    name: str = field(repr=False)
    gone: bool
    x: float
    y: float
    r: float
    text_y: float
    above: bool
    wish: tuple[float, float] | None
    near: tuple[float, float] | None
    chosen: bool = False


def spots(people: Mapping[str, Relation], chosen: str = "") -> tuple[Spot, ...]:
    """Everybody who has a ring, ring by ring, spread evenly over each; each ring is turned so that nobody
    comes to stand on others, on their names or on where they are wished."""
    found: list[Spot] = []
    for ring in RINGS:
        inside = [key for key, one in people.items() if one.now == ring]
        if inside:
            ways = [_ring(people, inside, ring, turn / TURNS, chosen) for turn in range(TURNS)]
            free = [_room(way, found) for way in ways]
            found += ways[free.index(max(free))]
    return tuple(found)


def _ring(
    people: Mapping[str, Relation], inside: Sequence[str], ring: int, turn: float, chosen: str
) -> list[Spot]:
    """The people of one ring, the whole of it turned by a part of the way from one to the next."""
    size, step = _size(ring, len(inside)), math.tau / len(inside)
    return [
        _spot(key, people[key], ring, step * (number + turn) - math.pi / 2, size, key == chosen)
        for number, key in enumerate(inside)
    ]


def _room(ring: Sequence[Spot], others: Sequence[Spot]) -> float:
    """The narrowest distance between a ring and everybody who stands already; up to a hundred."""
    taken = [(one.x, one.y) for one in others] + [one.wish for one in others if one.wish]
    mine = [(one.x, one.y) for one in ring] + [one.wish for one in ring if one.wish]
    gaps = [math.hypot(x - u, (y - v) / ABOVE) for x, y in mine for u, v in taken]
    return round(min(gaps, default=100.0), 3)


def _size(ring: int, count: int) -> float:
    """The radius of a disc, smaller where many share a ring."""
    apart = 2 * RADII[ring] * math.sin(math.pi / count) if count > 1 else 4 * DISC
    return round(max(min(DISC, apart / 2 - 2), SMALLEST), 1)


def _spot(key: str, one: Relation, ring: int, angle: float, size: float, chosen: bool) -> Spot:
    x, y = _at(RADII[ring], angle)
    above = y < CENTRE
    wish = near = None
    if one.wished is not None and one.wished != ring:
        wish = _at(RADII[one.wished], angle)
        inward = one.wished < ring
        near = _at(RADII[ring] - size if inward else RADII[ring] + size, angle)
    return Spot(
        key=key,
        name=one.label if len(one.label) <= SHOWN else one.label[: SHOWN - 1] + "…",
        gone=one.tie.value != "living",
        x=x,
        y=y,
        r=size,
        text_y=round(y - size - 5 if above else y + size + 4, 1),
        above=above,
        wish=wish,
        near=near,
        chosen=chosen,
    )


def _at(radius: float, angle: float) -> tuple[float, float]:
    return round(CENTRE + radius * math.cos(angle), 1), round(CENTRE + radius * math.sin(angle), 1)
