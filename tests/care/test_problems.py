"""Problems in an order, weighed by two people apart."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.areas import Area
from care.problems import DOWN, UP, Opinion, Problem, apart, foremost, ordered, shifted

QUARREL = Problem(words="We quarrel about money", own=Opinion(linked=8, changeable=6, area=Area.DISPUTE))


def test_up_and_down_move_by_one_and_stop_at_the_ends():
    assert shifted("abc", "b", UP) == ("b", "a", "c")
    assert shifted("abc", "b", DOWN) == ("a", "c", "b")
    assert shifted("abc", "a", UP) == shifted("abc", "c", DOWN) == ("a", "b", "c")


@pytest.mark.parametrize(("key", "way"), [("z", UP), ("a", "sideways")])
def test_an_unknown_move_is_refused(key, way):
    with pytest.raises(ValueError, match=r"not in|sideways"):
        shifted("abc", key, way)


@given(st.lists(st.integers(0, 30), unique=True, min_size=1), st.data())
def test_moving_loses_nobody_and_can_be_taken_back(keys, data):
    order = tuple(str(one) for one in keys)
    key = data.draw(st.sampled_from(order))
    up = shifted(order, key, UP)
    assert sorted(up) == sorted(order)
    if order[0] != key:
        assert shifted(up, key, DOWN) == order


@given(st.lists(st.integers(0, 9), unique=True), st.lists(st.integers(0, 12)))
def test_an_order_holds_every_problem_once_whatever_was_ranked(keys, ranking):
    found = ordered([str(one) for one in keys], [str(one) for one in ranking])
    assert sorted(found) == sorted(str(one) for one in keys)


def test_what_is_most_linked_and_most_changeable_stands_first():
    problems = {
        "a": QUARREL,
        "b": replace(QUARREL, own=Opinion(linked=9, changeable=9)),
        "c": replace(QUARREL, own=Opinion(linked=6, changeable=8)),
        "d": replace(QUARREL, own=Opinion(linked=10)),
    }
    assert foremost(problems, "cabd") == ("b", "c", "a")


def test_the_facilitators_view_stands_beside_the_members():
    assert not apart(QUARREL)
    assert not apart(replace(QUARREL, theirs=Opinion(linked=6, area=Area.DISPUTE)))
    assert apart(replace(QUARREL, theirs=Opinion(linked=5)))
    assert apart(replace(QUARREL, theirs=Opinion(area=Area.GRIEF)))


@pytest.mark.parametrize("weight", [-1, 11])
def test_a_weight_is_between_none_and_all(weight):
    for name in ("linked", "changeable"):
        with pytest.raises(ValueError, match="0 to 10"):
            Opinion(**{name: weight})


@pytest.mark.parametrize("words", ["", "  ", "x" * 301])
def test_a_problem_has_words(words):
    with pytest.raises(ValueError, match="characters"):
        Problem(words=words)
