"""Values as JSON and back: growing is allowed, guessing is not."""

import json

import pytest

from care.areas import Area, Period
from care.goals import Goal, Rating
from care.problems import Opinion, Problem
from care.written import body, value

GOAL = Goal(words="Call my sister", ratings=(Rating(wave="pre", value=2), Rating(wave="mid", value=5)))
PROBLEM = Problem(words="We quarrel", own=Opinion(linked=8, area=Area.DISPUTE))


@pytest.mark.parametrize("one", [GOAL, PROBLEM, Period(area=Area.GRIEF, rank=1, from_session=3)])
def test_a_value_comes_back_as_it_was(one):
    assert value(type(one), json.loads(json.dumps(body(one)))) == one


def test_what_is_missing_takes_its_default():
    assert value(Problem, {"words": "We quarrel"}) == Problem(words="We quarrel")


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Problem, {"words": "x", "more": 1}),
        (Problem, {}),
        (Problem, {"words": 3}),
        (Problem, {"words": "x", "own": {"linked": 11}}),
        (Problem, {"words": "x", "own": {"linked": True}}),
        (Period, {"area": "gambling", "rank": 1, "from_session": 1}),
        (Goal, {"words": "x", "ratings": {"wave": "pre"}}),
    ],
)
def test_what_cannot_be_is_refused(kind, found):
    with pytest.raises(ValueError, match=r"unknown|not|0 to 10"):
        value(kind, found)
