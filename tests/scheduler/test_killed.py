"""Twenty deaths at moments of chance, of real schedulers and servers while a plan runs: nothing is doubled
without a kill in the time in which nobody knows, each repeat is on record, and nothing due is forgotten."""

import random
from pathlib import Path

from tests.bench import mailing

KILLS = 20


async def test_twenty_kills_double_nothing_outside_the_handing_over_and_forget_nothing(
    tmp_path: Path,
) -> None:
    seed = random.SystemRandom().randrange(1 << 31)
    found, _ = await mailing.killed(KILLS, seed, tmp_path, clinics=2)
    assert found.kills == KILLS
    assert found.letters >= KILLS, f"there was something to lose (seed {seed})"
    assert (found.outside, found.unrecorded, found.forgotten) == (0, 0, 0), f"seed {seed}: {found}"
