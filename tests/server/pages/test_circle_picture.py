"""The picture of the circle: everybody in their ring, nobody on top of another, wishes on the right ring."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.inventory import RINGS, Relation, Tie
from server.pages.circle_picture import CENTRE, MIDDLE, RADII, SMALLEST, spots


def far(x: float, y: float) -> float:
    return math.hypot(x - CENTRE, y - CENTRE)


PEOPLE = st.lists(
    st.tuples(st.one_of(st.none(), st.sampled_from(RINGS)), st.one_of(st.none(), st.sampled_from(RINGS))),
    max_size=30,
)


@given(PEOPLE)
def test_everybody_with_a_ring_stands_in_it_and_beside_the_others(
    rings: list[tuple[int | None, int | None]],
) -> None:
    people = {
        f"p{number}": Relation(label="Jo", now=now, wished=wished)
        for number, (now, wished) in enumerate(rings)
    }
    found = {one.key: one for one in spots(people)}
    assert found.keys() == {key for key, one in people.items() if one.now is not None}
    for key, one in found.items():
        now, wished = people[key].now, people[key].wished
        assert now is not None
        assert far(one.x, one.y) == pytest.approx(RADII[now], abs=0.2)
        assert (one.wish is None) == (wished is None or wished == now)
        if one.wish is not None and wished is not None:
            assert far(*one.wish) == pytest.approx(RADII[wished], abs=0.2)
    for ring in RINGS:
        inside = [one for key, one in found.items() if people[key].now == ring]
        for first in inside:
            for second in inside:
                if first is not second and first.r > SMALLEST:
                    assert math.hypot(first.x - second.x, first.y - second.y) >= first.r + second.r


def test_nobody_covers_the_member_in_the_middle() -> None:
    (one,) = spots({"a": Relation(label="Jo", now=1)})
    assert far(one.x, one.y) - one.r > MIDDLE


def test_long_names_are_cut_and_who_is_gone_is_marked() -> None:
    (one,) = spots({"a": Relation(label="my oldest friend", now=2, tie=Tie.DIED)}, "a")
    assert one.name == "my oldes…"
    assert one.gone
    assert one.chosen


def test_names_point_away_from_the_middle() -> None:
    for one in spots({key: Relation(label="Jo", now=1) for key in "abcd"}):
        assert one.above == (one.y < CENTRE)
        assert (one.text_y < one.y) == one.above
