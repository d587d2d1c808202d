"""A member who sends authentic rubbish harms nobody else."""

from tests.fuzz.hostile import Scene
from tests.peers.company import Company
from tests.peers.direct import Stage


async def test_mutated_rtp_of_a_member_is_dropped_or_forwarded_and_others_go_on(
    stage: Stage, company: Company
) -> None:
    scene = await Scene.open(stage, company)
    outcome = await scene.run_rtp(20_000, seed=1)
    assert outcome.crashes == []
    assert outcome.share_past >= 0.3
    await scene.others_are_well()


async def test_mutated_rtcp_of_a_member_is_ignored_or_obeyed_and_others_go_on(
    stage: Stage, company: Company
) -> None:
    scene = await Scene.open(stage, company)
    outcome = await scene.run_rtcp(20_000, seed=1)
    assert outcome.crashes == []
    assert outcome.share_past >= 0.3
    await scene.others_are_well()
