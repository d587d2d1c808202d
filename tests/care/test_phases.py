"""The phases of 8 to 20 sessions, against the published anchors."""

import pytest

from care import phases
from care.phases import Phase, Phases

TABLE = [
    # N, initial, intermediate, ending, mid meeting, first word about the ending
    (8, (1, 1), (2, 5), (6, 8), (4, 5), 5),
    (9, (1, 1), (2, 6), (7, 9), (4, 5), 6),
    (10, (1, 2), (3, 7), (8, 10), (5, 6), 7),
    (11, (1, 2), (3, 8), (9, 11), (5, 6), 8),
    (12, (1, 3), (4, 9), (10, 12), (6, 7), 9),
    (13, (1, 3), (4, 10), (11, 13), (6, 7), 10),
    (14, (1, 3), (4, 10), (11, 14), (7, 8), 10),
    (15, (1, 3), (4, 11), (12, 15), (7, 8), 11),
    (16, (1, 4), (5, 12), (13, 16), (8, 9), 12),
    (17, (1, 4), (5, 13), (14, 17), (8, 9), 13),
    (18, (1, 4), (5, 14), (15, 18), (9, 10), 14),
    (19, (1, 4), (5, 15), (16, 19), (9, 10), 15),
    (20, (1, 5), (6, 15), (16, 20), (10, 11), 15),
]


def held(found: Phases, phase: Phase, count: int) -> tuple[int, int]:
    """First and last session of a phase."""
    numbers = [each for each in range(1, count + 1) if phases.phase_of(found, each) is phase]
    return numbers[0], numbers[-1]


@pytest.mark.parametrize(("n", "initial", "intermediate", "ending", "mid", "prompt"), TABLE)
def test_each_number_of_sessions_has_the_phases_of_the_table(
    n: int,
    initial: tuple[int, int],
    intermediate: tuple[int, int],
    ending: tuple[int, int],
    mid: tuple[int, int],
    prompt: int,
) -> None:
    found = phases.preset("seed_default", n)

    assert held(found, Phase.INITIAL, n) == initial
    assert held(found, Phase.INTERMEDIATE, n) == intermediate
    assert held(found, Phase.ENDING, n) == ending
    assert phases.mid_between(n) == phases.TABLE[n].mid == mid
    assert phases.ending_prompt(n) == found.last_intermediate == prompt


def test_the_other_presets_are_as_published() -> None:
    assert phases.preset("who_brief", 8) == Phases(initial=1, intermediate=6, ending=1)
    assert phases.preset("who_brief", 10) == Phases(initial=1, intermediate=8, ending=1)
    assert phases.preset("iptg_20", 20) == Phases(initial=5, intermediate=10, ending=5)
    assert phases.preset("seed_strict", 20) == Phases(initial=5, intermediate=11, ending=4)
    assert phases.preset("seed_strict", 12) == phases.preset("seed_default", 12)


def test_only_presets_that_speak_of_a_number_are_offered_for_it() -> None:
    assert phases.presets_for(8) == ("seed_default", "seed_strict", "who_brief")
    assert phases.presets_for(20) == ("seed_default", "seed_strict", "iptg_20")
    assert phases.presets_for(7) == ()


@pytest.mark.parametrize(("name", "n"), [("who_brief", 12), ("iptg_20", 16), ("seed_default", 7), ("x", 12)])
def test_a_preset_refuses_a_number_it_does_not_speak_of(name: str, n: int) -> None:
    with pytest.raises(ValueError, match="no phases"):
        phases.preset(name, n)


def test_sessions_after_the_agreed_ones_are_maintenance() -> None:
    assert phases.phase_of(phases.preset("seed_default", 12), 13) is Phase.MAINTENANCE


@pytest.mark.parametrize("ordinal", [0, -1])
def test_there_is_no_session_before_the_first(ordinal: int) -> None:
    with pytest.raises(ValueError, match="from 1"):
        phases.phase_of(phases.preset("seed_default", 12), ordinal)


def test_a_phase_without_sessions_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Phases(initial=0, intermediate=8, ending=4)


def test_a_middle_needs_two_sessions() -> None:
    with pytest.raises(ValueError, match="middle"):
        phases.mid_between(1)


def test_no_ending_is_known_outside_the_table() -> None:
    with pytest.raises(ValueError, match="no phases"):
        phases.ending_prompt(21)


def test_a_lost_session_is_taken_from_its_own_phase() -> None:
    whole = phases.preset("seed_default", 12)

    assert phases.shortened(whole, 2) == Phases(initial=2, intermediate=6, ending=3)
    assert phases.shortened(whole, 5) == Phases(initial=3, intermediate=5, ending=3)
    assert phases.shortened(whole, 12) == Phases(initial=3, intermediate=6, ending=2)


def test_a_phase_of_one_session_keeps_it_when_it_is_lost() -> None:
    whole = phases.preset("who_brief", 8)

    assert (
        phases.shortened(whole, 1)
        == phases.shortened(whole, 8)
        == Phases(initial=1, intermediate=5, ending=1)
    )
