"""No mutant of a valid input gets anything but a refusal out of a parser."""

import pytest

from server.media import stun
from tests.fuzz import parsers

MUTANTS = {"STUN": 20_000, "SDP": 3_000, "signalling": 20_000}


@pytest.mark.parametrize(
    "target", [parsers.STUN, parsers.SDP, parsers.FRAMES], ids=lambda target: target.name
)
def test_a_mutant_is_read_or_refused_and_never_raises_anything_else(target: parsers.Target) -> None:
    outcome = parsers.run(target, MUTANTS[target.name], seed=1)
    assert outcome.crashes == []
    assert outcome.share_past >= 0.3, "most mutants did not get past the first length check"
    assert outcome.accepted > 0


@pytest.mark.parametrize(
    "target", [parsers.STUN, parsers.SDP, parsers.FRAMES], ids=lambda target: target.name
)
def test_the_samples_themselves_are_read(target: parsers.Target) -> None:
    for sample in target.samples:
        if target is parsers.FRAMES or target is parsers.SDP:
            target.read(sample)
        else:
            stun.parse(sample)
