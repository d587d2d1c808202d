"""A packet's way through the compiled helper and through Python alone: the same notes, the same bytes."""

import random
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pylibsrtp import Error, Policy, Session

from server.media import answer, compiled, sdp
from server.media.leg import Leg
from server.media.messages import Arrange, Slot, Table
from server.media.options import MediaOptions
from server.media.plane import Plane
from server.media.rtc_backend import Certificate, SrtpKeys
from server.media.sockaddr import from_kernel, to_kernel
from server.media.swift import SwiftStream
from tests.peers.leg import Leg as Peer
from tests.peers.sdp import LEVEL, OPUS, ORIENTATION, TWCC, VP8, Profile

pytestmark = pytest.mark.skipif(not compiled.available(), reason="NOT RUN: no compiled helper was built")

KEY, OTHER_KEY = bytes(range(28)), bytes(range(100, 128))
GCM = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
NOTED = (
    "ssrc", "highest", "cycles", "timestamp", "picture", "tl0", "packets", "octets", "arrived", "last_at",
    "loud", "transit", "jitter", "height",
)  # fmt: skip


def policy(key: bytes, direction: int) -> Policy:
    made = Policy(key=key, ssrc_type=direction, srtp_profile=GCM)
    made.allow_repeat_tx = True
    made.window_size = 1024
    return made


class Half:
    """A plane with somebody who sends and two who watch, whose clock the test turns."""

    def __init__(self, offers: list[str], sender: socket.socket, *, with_helper: bool) -> None:
        random.seed(5)
        self.now = 1000.0
        options = MediaOptions(bind=("127.0.0.1",), compiled=with_helper)
        self.plane = Plane(options, lambda event: None, lambda: self.now)
        self.plane.open()
        assert self.plane._timer is not None
        self.plane._timer.cancel()
        self.ends = [sender, *(bound() for _ in offers[1:])]
        self.legs = [
            self._connect(f"leg{n}", offer, self.ends[n].getsockname()) for n, offer in enumerate(offers)
        ]
        slots = (Slot(index=0, source="leg0"),)
        self.plane.take(Arrange(tables=tuple(Table(leg=leg.id, slots=slots) for leg in self.legs[1:])))

    def _connect(self, name: str, offer: str, address: tuple[str, int]) -> Leg:
        leg = Leg(self.plane, "room", name, Certificate(), self.now)
        self.plane.legs[name] = leg
        leg.agree(answer.plan(sdp.parse(offer)))
        leg.on_paths_changed(address, None)
        leg.on_path(address, self.plane._ports[0]._socket.sendto)
        sending = policy(OTHER_KEY, Policy.SSRC_ANY_OUTBOUND)
        rx = Session(policy(KEY, Policy.SSRC_ANY_INBOUND))
        leg.dtls.keys = SrtpKeys(rx, Session(sending), sending, 16)
        leg._dtls_state("connected")
        return leg

    def take(self, now: float) -> list[list[bytes]]:
        """Reads the port; what came to each subscriber."""
        self.now = now
        self.plane._ports[0]._drain()
        return [list(received(end)) for end in self.ends[1:]]

    def notes(self) -> dict[str, Any]:
        """Everything that is known of what the first leg sent."""
        leg = self.legs[0]
        self.plane.fan.gather(leg)
        streams = {
            ssrc: [getattr(stream, name) for name in NOTED]
            + [stream.history.get(number) for number in range(65536)]
            + [sorted(stream.missing._wanted)]
            for ssrc, stream in leg.streams.items()
        }
        arrivals = sorted(number for number, _ in leg.arrivals)
        counted = {name: count for name, count in self.plane.counted.items() if name != "failed"}
        assert not self.plane.counted["failed"]
        return {
            "streams": streams,
            "arrivals": arrivals,
            "counted": counted,
            "leg": (leg.unopened, leg.alive_at),
            "sent": [other.count.number for other in self.legs],
        }


def bound() -> socket.socket:
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.setblocking(False)
    end.bind(("127.0.0.1", 0))
    return end


def received(end: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            yield end.recv(4096)
        except BlockingIOError:
            return


class Traffic:
    """What a lively, careless or hostile client sends."""

    def __init__(self, seed: int, audio: int, video: int) -> None:
        self.dice = random.Random(seed)
        self.ssrcs = {OPUS: audio, VP8: video}
        self.next = {OPUS: 65500, VP8: 65500}
        self.number = 65500
        self.srtp = Session(policy(KEY, Policy.SSRC_ANY_OUTBOUND))
        self.held: list[bytes] = []

    def datagram(self) -> bytes:
        """One more, protected."""
        dice = self.dice
        if self.held and dice.random() < 0.05:
            return self.held.pop(dice.randrange(len(self.held)))  # late
        packet = self._packet(dice.choice((OPUS, VP8)))
        try:
            made = self.srtp.protect(packet)
        except Error:  # not even libsrtp takes it for a packet
            return packet
        fate = dice.random()
        if fate < 0.04:
            self.held.append(made)
            return self.datagram()
        if fate < 0.06:
            self.held.append(made)  # comes twice
        if fate > 0.98:
            return bytes(dice.choice((made[:20], made[:-3], b"\x80", b"\x90" * 40, made + b"x")))
        return made

    def _packet(self, kind: int) -> bytes:
        dice = self.dice
        self.next[kind] += 1
        self.number += 1
        sources = dice.choice((0, 0, 0, 0, 2))
        padded = dice.random() < 0.03
        first = 0x80 | 0x10 * (dice.random() < 0.95) | 0x20 * padded | sources
        marked = kind | 0x80 * (dice.random() < 0.4)
        ssrc = self.ssrcs[kind] if dice.random() < 0.99 else 77
        timestamp = self.next[kind] * 960 & 0xFFFFFFFF
        head = struct.pack("!BBHII", first, marked, self.next[kind] & 0xFFFF, timestamp, ssrc) + bytes(
            4 * sources
        )
        if first & 0x10:
            head += self._words(kind)
        body = self._descriptor() if kind == VP8 else b""
        body += dice.randbytes(dice.choice((0, 1, 3, 60, 300, 1000, 1200)))
        return head + body + (bytes(4) + b"\x05" if padded else b"")

    def _words(self, kind: int) -> bytes:
        dice = self.dice
        parts = [struct.pack("!BH", TWCC << 4 | 1, self.number & 0xFFFF)] * (dice.random() < 0.97)
        if dice.random() < 0.8:
            parts.append(bytes(((LEVEL if kind == OPUS else ORIENTATION) << 4, dice.randrange(256))))
        parts += [b"\0"] * dice.randrange(3) + [b"\x41ab"] * (dice.random() < 0.2)
        dice.shuffle(parts)
        words = b"".join(parts)
        words += bytes(-len(words) % 4)
        length = len(words) // 4 + 900 * (dice.random() < 0.01)  # says more than there is
        return struct.pack("!HH", 0xBEDE if dice.random() < 0.98 else 0x1000, length) + words

    def _descriptor(self) -> bytes:
        dice = self.dice
        first = dice.choice((0x90, 0x80, 0x90, 0x10, 0x00, 0x91))
        if not first & 0x80:
            return bytes((first, dice.choice((0, 1))))
        flags = dice.choice((0x80, 0xC0, 0xE0, 0xF0, 0x40, 0x20, 0x00))
        made = bytes((first, flags))
        if flags & 0x80:
            long = dice.random() < 0.8
            made += struct.pack("!H", 0x8000 | self.number & 0x7FFF) if long else b"\x07"
        made += bytes((self.number & 0xFF,)) * bool(flags & 0x40) + b"\x20" * bool(flags & 0x30)
        return made + bytes((dice.choice((1, 1, 1, 0)),)) + b"\x02\x00\x9d\x01\x2a\x80\x02\x68\x01"


@pytest.mark.parametrize("seed", range(6))
async def test_both_ways_note_the_same_and_send_the_same(seed: int) -> None:
    peers = [Peer(Profile(slots=1, twcc=seed % 3 != 2), seed=n) for n in range(3)]
    offers = [peer.offer() for peer in peers]
    sender = bound()
    halves = [Half(offers, sender, with_helper=with_helper) for with_helper in (True, False)]
    traffic = Traffic(seed, peers[0].ssrcs[0], peers[0].ssrcs[1])
    dice = random.Random(seed)
    now, came = 1000.0, 0
    with ExitStack() as stack:
        for thing in (sender, *halves[0].ends, *halves[1].ends):
            stack.callback(thing.close)
        for _ in range(300):
            now += dice.choice((0.001, 0.01, 0.05, 0.4))
            for _ in range(dice.randrange(1, 5)):
                datagram = traffic.datagram()
                for half in halves:
                    sender.sendto(datagram, ("127.0.0.1", half.plane.port))
            swift, pure = [half.take(now) for half in halves]
            assert swift == pure
            came += sum(len(datagrams) for datagrams in swift)
        assert halves[0].notes() == halves[1].notes()
        assert came > 300
        streams = halves[0].legs[0].streams.values()
        assert all(isinstance(stream, SwiftStream) for stream in streams)
        assert seed % 3 == 2 or any(stream.c.fast for stream in streams)  # type: ignore[attr-defined]
    for half in halves:
        half.plane._close_ports()
    for peer in peers:
        peer.close(goodbye=False)


@pytest.mark.parametrize(
    "address", [("127.0.0.1", 5000), ("::1", 5001, 0, 0), ("2001:db8::7", 9, 0x12345, 0)]
)
def test_an_address_comes_back_from_the_kernels_form(address: tuple[Any, ...]) -> None:
    assert from_kernel(to_kernel(address)) == address


async def test_the_helper_forgets_an_address_that_passed_on() -> None:
    peer = Peer(Profile(slots=1), seed=1)
    sender = bound()
    half = Half([peer.offer()], sender, with_helper=True)
    leg, address = half.legs[0], sender.getsockname()
    traffic = Traffic(1, *peer.ssrcs[:2])

    leg.on_paths_changed(None, address)
    sender.sendto(traffic.srtp.protect(traffic._packet(OPUS)), ("127.0.0.1", half.plane.port))
    half.take(1001.0)

    assert half.plane.counted["strange"] == 1
    assert leg.received() == 0
    half.plane._close_ports()
    sender.close()
    peer.close(goodbye=False)


def test_a_helper_built_from_other_shapes_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from server.media import swift

    monkeypatch.setattr(swift, "SHAPE", swift.SHAPE + 1)

    assert not swift.available()
