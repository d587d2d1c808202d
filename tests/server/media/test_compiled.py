"""The compiled fan-out against the pure one: the same datagrams, byte for byte."""

import os
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy

from server.media import compile_fanout, compiled, fanout
from server.media.compiled import Compiled, Outs
from server.media.fanout import PREFIX, Pure
from server.media.options import MediaOptions
from server.media.sockaddr import to_kernel
from tests.peers import dtls
from tests.peers.company import Company, until
from tests.peers.direct import Stage
from tests.peers.pacing import Pacer

needs_helper = pytest.mark.skipif(not compiled.available(), reason="NOT RUN: no compiled fan-out was built")

byte, short, word = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
OUT = st.fixed_dictionaries(
    {
        "ssrc": word,
        "timestamps": word,
        "sequences": short,
        "pictures": short,
        "tl0s": byte,
        "plain": st.integers(0, 127),
        "wide_byte": byte,
        "level_byte": byte,
        "number": short,
    }
)
PACKET = st.fixed_dictionaries(
    {
        "payload": st.binary(min_size=8, max_size=1200),
        "value": byte,
        "marker": st.booleans(),
        "sequence": short,
        "timestamp": word,
        "picture_at": st.sampled_from((0, 26, -26, 27)),
        "picture": st.integers(0, 0x7FFF),
        "tl0": byte,
        "has_value": st.integers(0, 1),
    }
)


def send(fan: Any, outs: list[dict[str, int]], packet: dict[str, Any], key: bytes) -> list[bytes]:
    """What arrives at each subscriber when one packet is sent to all of them."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setblocking(False)
    receivers, contexts, listed = [], [], fan.new_outs()
    for values in outs:
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(2)
        context = dtls.Srtp(Policy.SRTP_PROFILE_AEAD_AES_128_GCM, key, outgoing=True)
        leg = SimpleNamespace(
            count=fan.new_count(),
            seal=True,
            send_to=sender.sendto,
            address=receiver.getsockname(),
            overhead=16,
            outs={},
        )
        leg.count.number = values["number"]
        fan.on_sending(leg)
        listed.append(SimpleNamespace(leg=leg, seal=context.context, marked=values["plain"] | 0x80, **values))
        receivers.append(receiver)
        contexts.append(context)
    numbers = {name: packet[name] for name in PACKET_NUMBERS}
    fan.fan_out(listed, PREFIX[packet["value"]] + packet["payload"], now=1.5, **numbers)
    found = [receiver.recv(4096) for receiver in receivers]
    for out in listed:
        assert out.leg.count.number == (out.number + 1) & 0xFFFF
        assert out.leg.count.sent[out.leg.count.number & fanout.SENT - 1] == 1.5
        assert out.leg.count.drops == 0
    for end in (sender, *receivers):
        end.close()
    return found


PACKET_NUMBERS = ("marker", "sequence", "timestamp", "picture_at", "picture", "tl0", "has_value")


@needs_helper
@settings(max_examples=60, deadline=None)
@given(outs=st.lists(OUT, min_size=1, max_size=20), packet=PACKET)
def test_both_loops_send_the_same_bytes(outs: list[dict[str, int]], packet: dict[str, Any]) -> None:
    key = os.urandom(28)
    assert send(Compiled(), outs, packet, key) == send(Pure(), outs, packet, key)


@needs_helper
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_address_is_what_the_kernel_takes_for_it(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as receiver:
        receiver.bind((host, 0))
        raw = to_kernel(receiver.getsockname())
        assert len(raw) == (28 if ":" in host else 16)
        assert int.from_bytes(raw[2:4], "big") == receiver.getsockname()[1]


@needs_helper
async def test_subscribers_by_tcp_and_udp_share_a_stream(pacer: Pacer) -> None:
    from tests.server.media.tcp_bridge import TcpBridge

    async with Stage(MediaOptions(bind=("127.0.0.1",), tcp_port=0)) as stage:
        plane = stage.engine.plane  # type: ignore[attr-defined]
        assert isinstance(plane.fan, Compiled)
        async with TcpBridge(("127.0.0.1", plane._tcp_ports[0].port)) as bridge:
            company = Company(stage, pacer)
            first, _, _ = [await company.join() for _ in range(2)] + [await company.join(via=bridge.address)]
            company.seat()
            company.send()
            for peer in company.peers:
                await until(lambda peer=peer: peer.leg.tally.packets > 200)  # type: ignore[misc]
            stream = next(iter(plane.legs[company.name(first)].streams.values()))
            assert isinstance(stream.outs, Outs)
            assert len(stream.outs.array) == len(stream.outs.slow) == 1
            assert company.faults() == {}
            company.close()


async def test_an_operator_may_do_without_it(pacer: Pacer) -> None:
    async with Stage(MediaOptions(bind=("127.0.0.1",), compiled=False)) as stage:
        assert isinstance(stage.engine.plane.fan, Pure)  # type: ignore[attr-defined]
        company = Company(stage, pacer)
        peers = [await company.join() for _ in range(2)]
        company.seat()
        company.send()
        await until(lambda: all(peer.leg.tally.packets > 100 for peer in peers))
        assert company.faults() == {}
        company.close()


def test_the_helper_is_built_where_that_is_possible_and_never_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CC", "false")
    monkeypatch.setattr(compile_fanout, "__file__", str(tmp_path / "compile_fanout.py"))
    for part in ("compiled.h", *compile_fanout.PARTS):
        shutil.copy(Path(compiled.__file__).with_name(part), tmp_path)
    assert compile_fanout.main() == 0
    assert "Python alone" in capsys.readouterr().out
    assert not list(tmp_path.glob("*.so"))
