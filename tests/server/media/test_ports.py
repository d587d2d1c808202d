"""Addresses of the media ports: IPv4, IPv6, both, announced ones, and those that are taken."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from server.media import udp
from server.media.engine import InProcessEngine
from server.media.options import MediaOptions
from server.media.udp import UdpPort
from tests.peers import clips, sdp
from tests.peers.company import Company, until
from tests.peers.direct import Stage
from tests.peers.leg import Leg
from tests.peers.pacing import Pacer
from tests.peers.replay import Replay

has_ipv6 = pytest.mark.skipif(not socket.has_ipv6, reason="NOT RUN: this machine has no IPv6")


class SixLeg(Leg):
    """A peer with an IPv6 address."""

    def _socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind(("::1", 0))
        asyncio.get_running_loop().add_reader(sock, self._readable)
        return sock


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(MediaOptions(bind=("127.0.0.1", "::1"), tcp_port=0)) as made:
        yield made


async def six(stage: Stage, pacer: Pacer, name: str) -> Replay:
    leg = SixLeg(sdp.Profile(slots=2), seed=9, via=("::1", udp_port(stage)))
    peer = Replay(leg, pacer, origin=9, audio=clips.filler_audio(), video=[clips.filler_video()])
    await leg.connect(stage.negotiate("room", name))
    peer.mic(True)
    peer.camera(True)
    return peer


def udp_port(stage: Stage) -> int:
    assert isinstance(stage.engine, InProcessEngine)
    return stage.engine.port


@has_ipv6
async def test_people_with_ipv4_and_ipv6_hear_and_see_each_other(
    stage: Stage, company: Company, pacer: Pacer
) -> None:
    four = await company.join()
    company.send()
    others = [await six(stage, pacer, "six"), await six(stage, pacer, "seven")]
    stage.arrange(stage.everyone([company.name(four), "six", "seven"]))
    try:
        for peer in (four, *others):
            await until(lambda peer=peer: peer.leg.tally.packets > 200)  # type: ignore[misc]
            assert peer.leg.tally.faults() == {}
        mapped = others[0].leg.ice.mapped
        assert mapped is None or mapped[0] == "::1"
    finally:
        for peer in others:
            peer.close()


@has_ipv6
async def test_all_bound_addresses_share_one_port_and_stand_in_the_answer(
    stage: Stage, company: Company
) -> None:
    peer = await company.join()
    answer = await company.negotiate(peer)(peer.leg.offer())
    lines = [line.split() for line in answer.splitlines() if line.startswith("a=candidate:")]
    assert [(line[2], line[4]) for line in lines] == [
        ("udp", "127.0.0.1"),
        ("udp", "::1"),
        ("tcp", "127.0.0.1"),
        ("tcp", "::1"),
    ]
    assert {line[5] for line in lines if line[2] == "udp"} == {str(udp_port(stage))}


async def test_announced_addresses_stand_in_the_answer_instead(pacer: Pacer) -> None:
    options = MediaOptions(bind=("127.0.0.1",), announced=("198.51.100.7", "2001:db8::7"))
    async with Stage(options) as stage:
        leg = Leg(sdp.Profile(slots=1), seed=1)
        answer = await stage.negotiate("room", "ada")(leg.offer())
        leg.close(goodbye=False)
    found = [line.split()[4] for line in answer.splitlines() if line.startswith("a=candidate:")]
    assert found == ["198.51.100.7", "2001:db8::7"]


async def test_a_udp_port_in_use_is_named() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
        engine = InProcessEngine(MediaOptions(bind=("127.0.0.1",), port=number), lambda event: None)
        with pytest.raises(OSError, match=rf"Media port {number} \(UDP\) on 127.0.0.1"):
            await engine.start()


async def test_an_address_that_is_not_ours_is_named() -> None:
    engine = InProcessEngine(MediaOptions(bind=("192.0.2.77",)), lambda event: None)
    with pytest.raises(OSError, match=r"192\.0\.2\.77"):
        await engine.start()


def test_buffers_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "server.media.udp")
    udp._say_buffers.cache_clear()
    for _ in range(2):
        UdpPort("127.0.0.1", 0, lambda *_: None)._socket.close()
    assert sum("Media socket buffers" in line for line in caplog.messages) == 1
