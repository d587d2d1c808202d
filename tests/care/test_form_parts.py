"""The parts of a check-in that have a page of their own."""

import pytest

from care.form_parts import PARTS, of_wave, page


def test_the_circle_belongs_to_the_beginning_and_the_plan_to_the_end():
    assert [one.key for one in of_wave("pre")] == ["circle", "problems", "goals"]
    assert [one.key for one in of_wave("mid")] == ["circle", "problems", "goals"]
    assert [one.key for one in of_wave("post")] == ["circle", "goals", "plan"]
    assert of_wave("weekly") == ()


@pytest.mark.parametrize("key", PARTS)
def test_a_page_leads_back_to_its_form(key):
    assert page("p", key, "c") == f"/s/p/mine/{key}?form=c"
    assert page("p", key, "c", "m") == f"/s/p/people/m/{key}?form=c"


def test_an_unknown_part_has_no_page():
    with pytest.raises(KeyError):
        page("p", "weather", "c")
