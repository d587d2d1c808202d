"""What a session needs is told by its phase, and by what only this session brings."""

from gettext import NullTranslations

import pytest

from care.phases import TABLE, Phase, phase_of
from server.pages.prompts import phase_words, prompts

SAME = NullTranslations()


@pytest.mark.parametrize("count", TABLE)
def test_every_session_of_every_length_has_prompts(count: int) -> None:
    phases = TABLE[count].phases
    for ordinal in range(1, count + 1):
        found = prompts(SAME, phases, ordinal)
        assert 4 <= len(found) <= 9
        assert len(set(found)) == len(found)


def test_the_first_session_goes_through_the_rules_and_dates() -> None:
    assert any("rules" in line for line in prompts(SAME, TABLE[12].phases, 1))
    assert not any("rules" in line for line in prompts(SAME, TABLE[12].phases, 2))


def test_only_the_last_session_says_goodbye() -> None:
    said = [any("goodbye" in line for line in prompts(SAME, TABLE[12].phases, n)) for n in range(1, 13)]
    assert said == [False] * 11 + [True]


def test_each_session_of_the_ending_says_how_many_are_left() -> None:
    phases = TABLE[12].phases
    for ordinal in range(1, 13):
        ending = phase_of(phases, ordinal) is Phase.ENDING
        assert any("are left, every time" in line for line in prompts(SAME, phases, ordinal)) == ending


def test_phases_have_names_that_can_be_said() -> None:
    assert len({phase_words(SAME, phase.value) for phase in Phase}) == len(Phase)
