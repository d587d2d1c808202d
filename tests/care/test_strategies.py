"""The checklist of a session follows the phase and the areas."""

import pytest

from care.areas import Area
from care.phases import Phase
from care.strategies import BY_KEY, STRATEGIES, Worked, checklist, counted


def test_every_strategy_has_a_name_of_its_own():
    assert len(BY_KEY) == len(STRATEGIES)


@pytest.mark.parametrize("area", Area)
def test_every_area_has_strategies_in_every_phase_of_the_treatment(area):
    for phase in (Phase.INITIAL, Phase.INTERMEDIATE, Phase.ENDING):
        found = checklist([area], phase)
        assert found[0].area == area
        assert found[-1].area is None
        assert {one.area for one in found} == {area, None}


def test_the_list_changes_with_the_area_and_keeps_what_all_share():
    before, after = checklist([Area.GRIEF], Phase.INTERMEDIATE), checklist([Area.DISPUTE], Phase.INTERMEDIATE)
    assert {one.key for one in before} & {one.key for one in after} == {"event_link", "ties", "feelings"}
    assert "dispute_stage" in {one.key for one in after}


def test_two_areas_stand_in_their_order():
    found = [one.area for one in checklist([Area.ISOLATION, Area.GRIEF], Phase.INTERMEDIATE)]
    assert list(dict.fromkeys(found)) == [Area.ISOLATION, Area.GRIEF, None]


def test_without_an_area_there_is_what_all_share():
    assert all(one.area is None for one in checklist([], Phase.MAINTENANCE))


def test_what_was_worked_on_is_counted_by_session():
    worked = {
        5: Worked(keys=frozenset({"ties"})),
        4: Worked(keys=frozenset({"ties", "grief_story"})),
        6: Worked(),
    }
    assert counted(worked) == {"grief_story": (4,), "ties": (4, 5)}


@pytest.mark.parametrize("about", [{"keys": frozenset({"hypnosis"})}, {"note": "x" * 1001}])
def test_what_is_no_strategy_is_refused(about):
    with pytest.raises(ValueError, match=r"unknown|too long"):
        Worked(**about)
