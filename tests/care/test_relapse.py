"""The plan for afterwards, and what meetings may follow."""

import pytest

from care.relapse import HEADINGS, Afterwards, Maintenance, Plan, missing
from care.written import body, value


def test_a_plan_needs_early_signs_and_somebody_to_call():
    assert missing(Plan()) == ("signs", "call")
    assert missing(Plan(signs="I stop answering", call=" ")) == ("call",)
    assert missing(Plan(signs="I stop answering", call="my doctor")) == ()


@pytest.mark.parametrize("heading", HEADINGS)
def test_no_heading_takes_a_book(heading):
    assert getattr(Plan(**{heading: "x" * 2000}), heading)
    with pytest.raises(ValueError, match="too long"):
        Plan(**{heading: "x" * 2001})


def test_a_plan_is_written_and_read_as_it_was():
    plan = Plan(signs="I stop answering", finished=True)
    assert value(Plan, body(plan)) == plan
    assert "answering" not in repr(plan)


@pytest.mark.parametrize(
    "about",
    [
        {"wish": Afterwards.GROUP},
        {"wish": Afterwards.GROUP, "rhythm": "hourly"},
        {"wish": Afterwards.NOTHING, "rhythm": "monthly"},
        {"wish": Afterwards.SELF_HELP, "number": 3},
        {"wish": Afterwards.GROUP, "rhythm": "monthly", "number": 0},
        {"wish": Afterwards.GROUP, "rhythm": "monthly", "number": 25},
    ],
)
def test_meetings_have_a_rhythm_and_everything_else_has_none(about):
    with pytest.raises(ValueError, match="meetings"):
        Maintenance(**about)


def test_meetings_once_a_month_are_a_wish():
    assert Maintenance(wish=Afterwards.GROUP, rhythm="monthly", number=6).number == 6
    assert Maintenance(wish=Afterwards.NOTHING).rhythm == ""
