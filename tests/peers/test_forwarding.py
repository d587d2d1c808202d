"""Real DTLS-SRTP peers through the real forwarder: every packet is decrypted and checked by who gets it."""

import asyncio
from dataclasses import replace

from server.media.messages import Down
from tests.peers import sdp
from tests.peers.company import Company, until
from tests.peers.direct import Stage
from tests.peers.relay import Path, Relay

LAYERS = sdp.Profile(rids=("q", "h", "f"))


def server_of(peer_answer: sdp.Answer) -> tuple[str, int]:
    return peer_answer.udp[0]


async def test_everybody_gets_every_packet_of_everybody_else_whole_and_in_the_right_slot(
    company: Company,
) -> None:
    peers = [await company.join() for _ in range(3)]
    company.seat()
    company.send()
    await until(lambda: all(p.leg.tally.packets >= 400 for p in peers))
    assert company.faults() == {}
    for number, peer in enumerate(peers, 1):
        others = [n for n in (1, 2, 3) if n != number]
        heard = {(slot, kind): s.origin for (slot, kind), s in peer.leg.slots.items() if s.began}
        assert heard == {(s, k): n for s, n in enumerate(others) for k in ("audio", "video")}
        assert all(s.gaps == {} for s in peer.leg.incoming.values())


async def test_nobody_gets_anything_before_the_table_says_so(company: Company) -> None:
    first, second = await company.join(), await company.join()
    company.send()
    await until(lambda: first.microphone.packets >= 25)
    assert (first.leg.tally.packets, second.leg.tally.packets) == (0, 0)
    company.seat()
    await until(lambda: first.leg.tally.packets > 50 and second.leg.tally.packets > 50)


async def test_loss_delay_and_reordering_on_both_sides_are_repaired(company: Company) -> None:
    target = server_of((await company.join()).leg.answer)
    bad = Path(loss=0.05, delay=0.02, jitter=0.003, reorder=0.02, reorder_delay=0.008)
    async with Relay(target, up=bad, down=bad, seed=7) as relay:
        second = await company.join(via=relay.address)
        third = await company.join(via=relay.address)
        company.seat()
        company.send()
        await until(lambda: third.leg.tally.packets >= 800, 15)
        for stream in (company.stream(third, 1, "video"), company.stream(second, 1, "video")):
            assert stream.packets > 100
        assert third.leg.tally.repaired > 10
        assert third.leg.tally.nack_got > 0, "the server asked the publisher for what was lost on the way up"
        assert third.leg.tally.lost <= third.leg.tally.packets * 0.005
    assert company.faults() == {}


async def test_a_client_without_simulcast_rtx_or_all_slots_takes_part(company: Company) -> None:
    modest = await company.join(profile=sdp.Profile(slots=2, rtx=False, audio_nack=False, twcc=False))
    full = await company.join(profile=LAYERS)
    third = await company.join()
    company.seat()
    company.send()
    for peer in (modest, full, third):
        await until(lambda peer=peer: peer.leg.tally.packets >= 150)  # type: ignore[misc]
        assert {s.origin for s in peer.leg.incoming.values() if s.began} == {1, 2, 3} - {peer.origin}
    assert company.faults() == {}


async def test_a_reused_slot_shows_only_the_new_person(company: Company) -> None:
    viewer, first, second = [await company.join() for _ in range(3)]
    company.seat(without=[second])
    company.send()
    picture, sound = company.stream(viewer, 0, "video"), company.stream(viewer, 0, "audio")
    await until(lambda: picture.origin == first.origin and sound.origin == first.origin)
    company.seat(without=[first])
    await until(lambda: picture.origin == second.origin and sound.origin == second.origin)
    picture.origins = sound.origins = {second.origin}
    frames = picture.frames
    await until(lambda: picture.frames > frames + 25)
    assert company.faults() == {}


async def test_a_new_port_is_followed_after_one_check_without_a_word_of_signalling(company: Company) -> None:
    mover, other = await company.join(), await company.join()
    company.seat()
    company.send()
    await until(lambda: mover.leg.tally.packets > 50)
    mover.leg.move()
    before = mover.leg.tally.packets, other.leg.tally.packets
    await until(lambda: mover.leg.tally.packets > before[0] + 50 and other.leg.tally.packets > before[1] + 50)
    assert company.faults() == {}


async def test_an_ice_restart_after_the_path_died_keeps_dtls_streams_and_slots(company: Company) -> None:
    target = server_of((await company.join()).leg.answer)
    async with Relay(target) as relay:
        wanderer = await company.join(via=relay.address)
        company.seat()
        company.send()
        await until(lambda: wanderer.leg.tally.packets > 50)
        relay.kill()
        ssrcs = set(wanderer.leg.incoming)
        await wanderer.leg.restart(company.negotiate(wanderer), move=True)
        before = wanderer.leg.tally.packets
        await until(lambda: wanderer.leg.tally.packets > before + 50)
        assert set(wanderer.leg.incoming) == ssrcs
    assert company.faults() == {}


async def test_the_old_path_lives_until_the_restarted_one_is_checked(company: Company) -> None:
    peer, other = await company.join(), await company.join()
    company.seat()
    company.send()
    await until(lambda: peer.leg.tally.packets > 50)
    peer.leg.ice.renew()
    answer = sdp.answer(await company.negotiate(peer)(peer.leg.offer()))
    assert answer.ufrag != peer.leg.ice.remote[0]
    before = peer.leg.tally.packets, peer.leg.ice.answered
    peer.leg.ice.check()
    await until(lambda: peer.leg.tally.packets > before[0] + 50 and peer.leg.ice.answered > before[1])
    peer.leg.ice.start(answer.ufrag, answer.password)
    await until(lambda: peer.leg.ice.answered > 0)
    before = peer.leg.tally.packets, other.leg.tally.packets
    await until(lambda: peer.leg.tally.packets > before[0] + 50 and other.leg.tally.packets > before[1] + 50)


async def test_a_closed_connection_is_down_within_half_a_second(stage: Stage, company: Company) -> None:
    peer = await company.join()
    began = asyncio.get_running_loop().time()
    peer.close()
    down = await stage.until(lambda e: isinstance(e, Down), timeout=0.5)
    assert down.reason == "closed"
    assert asyncio.get_running_loop().time() - began < 0.5


async def test_a_killed_peer_is_down_within_twelve_seconds_and_others_go_on(
    stage: Stage, company: Company
) -> None:
    killed, first, second = [await company.join() for _ in range(3)]
    company.seat()
    company.send()
    await until(lambda: first.leg.tally.packets > 50)
    killed.close(goodbye=False)
    down = await stage.until(lambda e: isinstance(e, Down) and e.leg == company.name(killed), timeout=12)
    assert down.reason == "silent"
    before = first.leg.tally.packets
    await until(lambda: first.leg.tally.packets > before + 50)
    assert second.leg.tally.faults() == {}


async def test_ten_peers_with_some_loss_get_each_others_packets(company: Company) -> None:
    peers = [await company.join(profile=replace(sdp.Profile(), slots=9), injected=0.01) for _ in range(10)]
    company.seat()
    company.send()
    await until(lambda: all(p.leg.tally.packets >= 1500 for p in peers), 20)
    assert company.faults() == {}
    assert sum(p.leg.tally.lost for p in peers) <= 30  # of 15 000 and more, 1 in 100 dropped each way
