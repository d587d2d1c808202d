"""A facilitator's rating: three numbers on the member's scales, and nothing else."""

import pytest

from care import forms_parts
from care.readiness import Readiness
from care.written import body, value

RATED = {"ready_feelings": 0, "ready_time": 10, "ready_change": 5}


def test_it_is_named_as_the_questions_are() -> None:
    assert tuple(RATED) == forms_parts.READINESS
    assert body(value(Readiness, RATED)) == RATED


@pytest.mark.parametrize(
    "wrong", [{"ready_time": 11}, {"ready_time": -1}, {"ready_time": "5"}, {"ready_time": None}, {"more": 1}]
)
def test_nothing_beyond_the_scale(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"0 to 10|not <class 'int'>|unknown fields"):
        value(Readiness, RATED | wrong)


def test_none_is_left_out() -> None:
    with pytest.raises(ValueError, match="not a Readiness"):
        value(Readiness, {"ready_time": 5})
