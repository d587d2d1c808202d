"""Whatever a network sends: parsers refuse with ValueError, and nobody else notices."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from server.media import answer, rtcp, sdp, stun, twcc, vp8
from server.media.engine import InProcessEngine
from server.media.messages import Down, NoMedia
from server.media.options import MediaOptions
from tests.peers import clips
from tests.peers.direct import Refusal, Stage
from tests.peers.leg import Leg
from tests.peers.pacing import Pacer
from tests.peers.replay import Replay
from tests.peers.sdp import Profile

OFFER = (Path(__file__).parent / "captures" / "chromium_plain_2_all_codecs.sdp").read_bytes()
CHECK = stun.request(bytes(12), "server:client", b"password")
COMPOUND = (
    rtcp.receiver_report(1, [rtcp.Report(2, 3, 4, 5, 6, 7, 8)])
    + rtcp.sender_report(rtcp.SenderInfo(1, 2, 3, 4, 5), "s0")
    + rtcp.nack(1, 2, [5, 6, 9, 400])
    + rtcp.picture_loss(1, 2)
    + twcc.build(1, 2, 3, [(n, n / 100 + (n % 9 == 0)) for n in range(0, 90, 2)])
    + bytes.fromhex("8fce0005 00000001 00000000 52454d42 01 1bd090 00000007")
    + bytes.fromhex("84ce0004 00000001 00000000 00000007 01000000")
)
VP8 = bytes.fromhex("90e092340740") + vp8.BLACK_FRAME


def read_rtcp(data: bytes) -> None:
    for part in rtcp.parse(data):
        if part.kind == rtcp.SR:
            rtcp.sender_info(part)
        if part.kind in (rtcp.SR, rtcp.RR):
            rtcp.reports(part)
        if part.kind in (rtcp.RTPFB, rtcp.PSFB):
            rtcp.media_ssrc(part)
            rtcp.nacked(part)
            rtcp.fir_requests(part)
            rtcp.remb(part)
            twcc.parse(part)
            twcc.summary(part)


def read_stun(data: bytes) -> None:
    stun.verify(data, stun.parse(data), b"password")


def read_sdp(data: bytes) -> None:
    plan = answer.plan(sdp.parse(data.decode("utf-8", "replace")))
    sources = {s.mid: answer.Source(1, 2) for s in plan.slots()}
    answer.write(plan, answer.Transport("u", "p", "AA", ()), sources, 1)


def read_vp8(data: bytes) -> None:
    vp8.parse(data + bytes(8), 0, len(data))
    vp8.height(data, 0, len(data))


def mutants(sample: bytes, count: int, seed: int) -> list[bytes]:
    """Flips, cuts, repeats and stretches of a valid input."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        data = bytearray(sample)
        for _ in range(dice.choice((1, 1, 2, 4, 8))):
            at = dice.randrange(len(data)) if data else 0
            action = dice.randrange(5)
            if action == 0 and data:
                data[at] ^= 1 << dice.randrange(8)
            elif action == 1 and data:
                data[at] = dice.choice((0, 1, 127, 128, 255))
            elif action == 2:
                data[at : at + dice.randrange(9)] = b""
            elif action == 3:
                data[at:at] = data[at : at + dice.randrange(40)]
            else:
                data[at:at] = dice.randbytes(dice.randrange(5))
        made.append(bytes(data))
    return made


@pytest.mark.parametrize(
    ("read", "sample", "count"),
    [(read_stun, CHECK, 4000), (read_rtcp, COMPOUND, 4000), (read_vp8, VP8, 4000), (read_sdp, OFFER, 150)],
)
def test_a_parser_refuses_what_it_cannot_read_with_a_value_error(
    read: Callable[[bytes], None], sample: bytes, count: int
) -> None:
    for data in mutants(sample, count, 7):
        try:
            read(data)
        except ValueError:
            continue


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(MediaOptions(bind=("127.0.0.1",))) as made:
        yield made


@pytest.fixture
async def pacer() -> AsyncIterator[Pacer]:
    made = Pacer()
    yield made
    made.close()


async def joined(stage: Stage, pacer: Pacer, name: str, origin: int) -> Replay:
    leg = Leg(Profile(slots=2), seed=origin)
    peer = Replay(leg, pacer, origin=origin, audio=clips.filler_audio(), video=[clips.filler_video()])
    await leg.connect(stage.negotiate("room", name))
    return peer


async def passed(right: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not right():
            await asyncio.sleep(0.01)


async def test_hostile_packets_of_one_member_and_of_strangers_leave_the_others_untouched(
    stage: Stage, pacer: Pacer
) -> None:
    ada, ben, eve = [await joined(stage, pacer, name, n + 1) for n, name in enumerate(("ada", "ben", "eve"))]
    stage.arrange({"ada": {0: "ben", 1: "eve"}, "ben": {0: "ada"}, "eve": {0: "ada"}})
    for peer in (ada, ben):
        peer.mic(True)
        peer.camera(True)
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    target = eve.leg.sock.getpeername()
    packet = eve.cameras[0].next_frame(0)[0]
    sound = ada.leg.slots[0, "audio"]
    await passed(lambda: sound.packets > 20)

    for n, (check, report, media) in enumerate(
        zip(mutants(CHECK, 900, 1), mutants(COMPOUND, 900, 2), mutants(packet, 900, 3), strict=True)
    ):
        stranger.sendto(check or b"\0", target)
        stranger.sendto(report or b"\0", target)
        eve.leg.send_rtcp(report[:1400] if len(report) >= 8 else COMPOUND)
        if len(media) >= 12 and media[0] >> 6 == 2:
            transmit(eve.leg, media)
        if n % 30 == 0:
            await asyncio.sleep(0.005)
    before = sound.packets
    await passed(lambda: sound.packets > before + 50)
    stranger.close()

    for peer in (ada, ben):
        assert peer.leg.tally.unauthentic == 0
        assert peer.leg.slots[0, "video"].packets > 0
        assert peer.leg.tally.lost == 0
    assert plane(stage).counted["failed"] == 0
    assert not any(isinstance(event, Down) for event in stage.events)
    for peer in (ada, ben, eve):
        peer.close(goodbye=False)


async def test_a_vanished_peer_is_given_up_after_eight_and_a_half_seconds_without_proof_of_life(
    stage: Stage, pacer: Pacer
) -> None:
    peer = await joined(stage, pacer, "ada", 1)
    peer.close(goodbye=False)
    last = plane(stage).legs["ada"].alive_at

    for _ in range(50):
        plane(stage).rounds.turn(last + 8.0)
    assert "ada" in plane(stage).legs
    for _ in range(50):
        plane(stage).rounds.turn(last + 9.0)

    down = await stage.until(lambda e: isinstance(e, Down))
    assert down.reason == "silent"
    assert down.last_alive_ms == int(last * 1000)


async def test_a_client_that_never_checks_is_an_ice_failure(stage: Stage) -> None:
    leg = Leg(Profile(slots=0), seed=1)
    await stage.negotiate("room", "ada")(leg.offer())
    began = plane(stage).legs["ada"].created_at

    for _ in range(50):
        plane(stage).rounds.turn(began + 16)

    down = await stage.until(lambda e: isinstance(e, Down))
    assert down.reason == "ice_failed"
    leg.close(goodbye=False)


async def test_a_silent_member_whom_others_should_see_is_told_once(stage: Stage, pacer: Pacer) -> None:
    ada, ben = await joined(stage, pacer, "ada", 1), await joined(stage, pacer, "ben", 2)
    stage.arrange({"ada": {0: "ben"}})
    now = plane(stage).legs["ben"].up_at + 16
    for leg in plane(stage).legs.values():
        leg.alive_at = leg.agent.last_check = now

    for _ in range(100):
        plane(stage).rounds.turn(now)
    await stage.until(lambda e: isinstance(e, NoMedia))

    assert [e.leg for e in stage.events if isinstance(e, NoMedia)] == ["ben"]
    ada.close(goodbye=False)
    ben.close(goodbye=False)


def plane(stage: Stage):  # type: ignore[no-untyped-def]
    """The plane behind the engine."""
    assert isinstance(stage.engine, InProcessEngine)
    return stage.engine.plane


def transmit(leg: Leg, packet: bytes) -> None:
    """Sends a packet that libsrtp may refuse to protect."""
    try:
        leg.transmit(packet, lossy=False)
    except RuntimeError:
        return


async def test_an_offer_that_moves_slots_is_refused_and_what_is_taken_away_stays_away(
    stage: Stage, pacer: Pacer
) -> None:
    ada, ben = await joined(stage, pacer, "ada", 1), await joined(stage, pacer, "ben", 2)
    stage.arrange({"ada": {0: "ben"}})
    ben.mic(True)
    sound = ada.leg.slots[0, "audio"]
    await passed(lambda: sound.packets > 10)

    renamed = ada.leg.offer()
    for mid in range(2, 6):
        renamed = renamed.replace(f"a=mid:{mid}\r\n", f"a=mid:x{mid}\r\n")
    renamed = renamed.replace("BUNDLE 0 1 2 3 4 5", "BUNDLE 0 1 x2 x3 x4 x5")
    with pytest.raises(Refusal, match="bad_offer"):
        await stage.negotiate("room", "ada")(renamed)
    stage.arrange({"ada": {}})

    tracks = plane(stage).legs["ben"].tracks()
    assert [out for track in tracks for out in track.outs] == []
    assert len(plane(stage).legs["ada"].by_ssrc) == 6
    ada.close(goodbye=False)
    ben.close(goodbye=False)


async def test_an_address_passes_to_another_leg_only_when_its_holder_is_silent(
    stage: Stage, pacer: Pacer
) -> None:
    ada, ben = await joined(stage, pacer, "ada", 1), await joined(stage, pacer, "ben", 2)
    old, new = plane(stage).legs["ada"], plane(stage).legs["ben"]
    address = new.address
    assert address is not None
    old.agent.checked(old.agent.ufrag, address, lambda data, to: None, False, old.agent.last_check + 0.1)
    assert plane(stage).by_address[address] is new

    new.alive_at -= 4
    old.agent.checked(old.agent.ufrag, address, lambda data, to: None, False, old.agent.last_check + 0.2)
    assert plane(stage).by_address[address] is old

    old.alive_at -= 4
    new.agent.checked(new.agent.ufrag, address, lambda data, to: None, False, new.agent.last_check + 0.1)
    stage.close_leg("ada")
    await stage.until(lambda e: isinstance(e, Down))

    assert plane(stage).by_address[address] is new
    ada.close(goodbye=False)
    ben.close(goodbye=False)


async def test_one_leg_that_cannot_be_served_does_not_keep_the_others_from_it(
    stage: Stage, pacer: Pacer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = await joined(stage, pacer, "ada", 1), await joined(stage, pacer, "ben", 2)
    broken = plane(stage).legs["ada"]
    monkeypatch.setattr(broken, "downlink", None)
    now = broken.up_at

    for _ in range(120):
        plane(stage).rounds.turn(now)

    down = await stage.until(lambda e: isinstance(e, Down))
    assert (down.leg, down.reason) == ("ada", "silent")
    assert list(plane(stage).legs) == ["ben"]
    ada.close(goodbye=False)
    ben.close(goodbye=False)
