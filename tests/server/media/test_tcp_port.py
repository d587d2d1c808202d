"""Media through TCP: real peers behind a bridge that carries their datagrams in frames (RFC 4571)."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from server.media.engine import InProcessEngine
from server.media.messages import Down
from server.media.options import MediaOptions
from server.media.receive import inbox
from server.media.tcp_port import (
    FRAMES,
    MAX_FROM_ONE_HOST,
    UNPROVED_BYTES,
    WAITING_BYTES,
    Connection,
    TcpPort,
    net_of,
)
from tests.peers.company import Company, until
from tests.peers.direct import Stage
from tests.peers.replay import Replay
from tests.server.media.tcp_bridge import TcpBridge


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(MediaOptions(bind=("127.0.0.1",), tcp_port=0)) as made:
        yield made


def port(stage: Stage) -> TcpPort:
    assert isinstance(stage.engine, InProcessEngine)
    return stage.engine.plane._tcp_ports[0]


def door(stage: Stage) -> tuple[str, int]:
    return "127.0.0.1", port(stage).port


async def flows(peer: Replay, packets: int = 60) -> None:
    before = peer.leg.tally.packets
    await until(lambda: peer.leg.tally.packets > before + packets)


async def test_people_behind_tcp_and_udp_hear_and_see_each_other(stage: Stage, company: Company) -> None:
    async with TcpBridge(door(stage)) as first, TcpBridge(door(stage)) as second:
        peers = [
            await company.join(via=first.address),
            await company.join(via=second.address),
            await company.join(),
        ]
        company.seat()
        company.send()
        for peer in peers:
            await flows(peer, 200)
        assert company.faults() == {}
        assert first.received > 200


async def test_the_answer_names_the_tcp_port_as_a_passive_candidate(stage: Stage, company: Company) -> None:
    peer = await company.join()
    answer = await company.negotiate(peer)(peer.leg.offer())
    lines = [line for line in answer.splitlines() if line.startswith("a=candidate:")]

    assert len(lines) == 2
    assert " udp " in lines[0]
    assert lines[1].split()[2] == "tcp"
    assert lines[1].endswith(f"127.0.0.1 {port(stage).port} typ host tcptype passive")
    assert int(lines[0].split()[3]) > int(lines[1].split()[3])


async def test_a_leg_roams_from_udp_to_tcp_and_back(stage: Stage, company: Company) -> None:
    roamer, other = await company.join(), await company.join()
    company.seat()
    company.send()
    await flows(roamer)
    udp = roamer.leg.answer.udp[0]
    async with TcpBridge(door(stage)) as bridge:
        roamer.leg.sock.connect(bridge.address)
        roamer.leg.ice.check()
        await until(lambda: bridge.received > 60)
        await flows(other)
        roamer.leg.sock.connect(udp)
        roamer.leg.ice.check()
        await flows(roamer)
        await bridge.cut()
        await flows(roamer)
        await flows(other)
    assert company.faults() == {}


async def test_a_lost_connection_does_not_end_its_leg_when_another_comes(
    stage: Stage, company: Company
) -> None:
    async with TcpBridge(door(stage)) as first:
        peer, other = await company.join(via=first.address), await company.join()
        company.seat()
        company.send()
        await flows(peer)
        await first.cut()
        await until(lambda: not port(stage).connections)
        async with TcpBridge(door(stage)) as second:
            peer.leg.sock.connect(second.address)
            peer.leg.ice.check()
            await flows(peer)
            await flows(other)
    assert not any(isinstance(event, Down) for event in stage.events)


@pytest.mark.parametrize(
    "data", [bytes(2), b"\x08\x01" + bytes(3000), b"\xff\xff", b"\x00\x00GET / HTTP/1.1"]
)
async def test_a_broken_frame_ends_its_own_connection_alone(
    stage: Stage, company: Company, data: bytes
) -> None:
    async with TcpBridge(door(stage)) as bridge:
        peer, _ = await company.join(via=bridge.address), await company.join()
        company.seat()
        company.send()
        await flows(peer)
        reader, writer = await asyncio.open_connection(*door(stage))
        writer.write(data)
        assert await reader.read() == b""
        writer.close()
        await flows(peer)
    assert company.faults() == {}


async def test_frames_may_come_in_any_pieces(stage: Stage, company: Company) -> None:
    reader, writer = await asyncio.open_connection(*door(stage))
    for byte in (b"\x00\x14" + bytes(20)) * 3 + b"\x00":
        writer.write(bytes((byte,)))
        await writer.drain()
    writer.write(b"\x00")
    assert await reader.read() == b""
    writer.close()


async def test_a_stranger_gets_little_attention(stage: Stage) -> None:
    reader, writer = await asyncio.open_connection(*door(stage))
    frame = b"\x00\x14" + bytes(20)
    writer.write(frame * (UNPROVED_BYTES // len(frame) + 1))
    async with asyncio.timeout(3):
        assert await reader.read() == b""
    writer.close()


async def test_many_datagrams_at_once_come_in_turns_and_all_in_order() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    came: list[int] = []

    def take(size: int, address: object, send: object) -> None:
        came.append(int.from_bytes(inbox.data[:size], "big"))

    connection = Connection(ours, ("192.0.2.7", 1, "tcp"), take, lambda _: None)
    connection.send(b"you are known", connection.address)
    theirs.sendall(b"".join(b"\x00\x0c" + n.to_bytes(12, "big") for n in range(500)))
    turns: list[int] = []
    while len(came) < 500:
        turns.append(len(came))
        await asyncio.sleep(0)
    assert came == list(range(500))
    assert max(later - before for before, later in pairwise([*turns, 500])) <= 2 * FRAMES
    connection.close()
    theirs.close()


async def test_without_descriptors_accepting_rests_and_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Short:
        """A listening socket of a process that has no descriptor left, for a while."""

        def __init__(self, real: socket.socket) -> None:
            self.real, self.asked, self.short = real, 0, True

        def accept(self) -> tuple[socket.socket, tuple[str, int]]:
            self.asked += 1
            if self.short:
                raise OSError(errno.EMFILE, "Too many open files")
            return self.real.accept()

        def fileno(self) -> int:
            return self.real.fileno()

        def close(self) -> None:
            self.real.close()

    monkeypatch.setattr("server.media.tcp_port.REST_S", 0.2)
    short = Short(port(stage)._socket)
    monkeypatch.setattr(port(stage), "_socket", short)
    reader, writer = await asyncio.open_connection(*door(stage))
    await until(lambda: short.asked >= 3)
    assert short.asked < 10
    short.short = False
    await until(lambda: len(port(stage).connections) == 1)
    writer.close()
    await reader.read()


def test_one_customer_of_ipv6_is_one_host() -> None:
    assert net_of("192.0.2.7") == "192.0.2.7"
    assert net_of("2001:db8:0:1::7") == net_of("2001:db8:0:1:ffff::9%eth0") != net_of("2001:db8:0:2::7")


async def test_who_proves_nothing_is_let_go(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.media.tcp_port.PROVE_S", 0.2)
    reader, writer = await asyncio.open_connection(*door(stage))
    async with asyncio.timeout(3):
        assert await reader.read() == b""
    writer.close()


async def test_one_host_cannot_take_every_connection(stage: Stage) -> None:
    pairs = [await asyncio.open_connection(*door(stage)) for _ in range(MAX_FROM_ONE_HOST + 1)]
    async with asyncio.timeout(3):
        assert await pairs[-1][0].read() == b""
    assert len(port(stage).connections) == MAX_FROM_ONE_HOST
    for _, writer in pairs:
        writer.close()
    await until(lambda: not port(stage).connections)


async def test_a_reader_that_stalls_loses_packets_and_holds_up_nobody(stage: Stage, company: Company) -> None:
    async with TcpBridge(door(stage)) as bridge:
        slow, other, third = (
            await company.join(via=bridge.address),
            await company.join(),
            await company.join(),
        )
        company.seat()
        company.send()
        await flows(slow)
        bridge.reading.clear()
        await flows(other, 300)
        await flows(third, 300)
        bridge.reading.set()
        await flows(slow)
        await flows(other)


async def test_a_full_connection_drops_whole_datagrams() -> None:
    lost: list[Connection] = []
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    for end in (ours, theirs):
        end.setblocking(False)
    connection = Connection(ours, ("192.0.2.7", 1, "tcp"), lambda *_: None, lost.append)
    datagram = bytes(1000)
    sent = 0

    def fill() -> None:
        nonlocal sent
        while True:
            connection.send(datagram, connection.address)
            sent += 1

    with pytest.raises(BlockingIOError):
        fill()
    assert sent * 1002 > WAITING_BYTES - 1002

    loop = asyncio.get_running_loop()
    received = bytearray()
    async with asyncio.timeout(5):
        while len(received) < sent * 1002:
            received += await loop.sock_recv(theirs, 65536)
    assert received == (b"\x03\xe8" + datagram) * sent
    connection.send(b"again", connection.address)
    assert await loop.sock_recv(theirs, 100) == b"\x00\x05again"
    connection.close()
    assert lost == [connection]
    theirs.close()


async def test_a_tcp_port_in_use_is_named_and_frees_the_udp_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        engine = InProcessEngine(MediaOptions(bind=("127.0.0.1",), tcp_port=number), lambda event: None)
        with pytest.raises(OSError, match=rf"{number} \(TCP\) on 127.0.0.1"):
            await engine.start()
