"""The parts of a check-in that have a page of their own."""

import pytest

from care.form_parts import AT, PARTS, of_wave, page, step_of


def test_the_circle_belongs_to_the_beginning_and_the_plan_to_the_end():
    assert [one.key for one in of_wave("pre")] == ["circle", "problems", "goals"]
    assert [one.key for one in of_wave("mid")] == ["circle", "goals"]
    assert [one.key for one in of_wave("post")] == ["goals", "plan"]
    assert of_wave("weekly") == ()


@pytest.mark.parametrize("key", PARTS)
def test_a_page_leads_back_to_its_form(key):
    assert page("p", key, "c") == f"/s/p/mine/{key}?form=c"
    assert page("p", key, "c", "m") == f"/s/p/people/m/{key}?form=c"
    step = step_of(key, "post")
    assert page("p", key, "c", step=step) == f"/s/p/mine/{key}?form=c&at={step}"
    assert page("p", key, "c", "m", "phone", step) == f"/s/p/people/m/{key}?form=c&at=phone/{step}"


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("part_goals_mid", True),
        ("phone/part_plan_post", True),
        ("letter/part_plan_post", False),
        ("../part_plan_post", False),
        ("part_plan_post/x", False),
        ("", False),
    ],
)
def test_a_way_back_is_a_page_of_a_part_and_nothing_else(at, holds):
    assert bool(AT.fullmatch(at)) is holds


def test_an_unknown_part_has_no_page():
    with pytest.raises(KeyError):
        page("p", "weather", "c")
