"""A member who sends authentic rubbish harms nobody else."""

import asyncio

from server.media.messages import Down
from tests.fuzz.hostile import Scene
from tests.peers.company import Company, until
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


async def test_an_empty_datagram_ends_nobodys_connection(stage: Stage, company: Company) -> None:
    scene = await Scene.open(stage, company)
    hello = bytes([22, 254, 253]) + bytes(20)
    for _ in range(5):
        for datagram in (hello, b"", b"\x16", b"", b"\x80"):
            scene.hostile.leg.send_raw(datagram)
        await asyncio.sleep(0.05)
    assert not [event for event in stage.events if isinstance(event, Down)]
    before = scene.hostile.leg.tally.packets
    await until(lambda: scene.hostile.leg.tally.packets > before + 30)
    await scene.others_are_well()
