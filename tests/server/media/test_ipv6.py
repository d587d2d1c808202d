"""The same port family by family: a client that has nothing but IPv6."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from server.media import stun
from server.media.messages import Up
from server.media.options import MediaOptions
from server.media.rtc_backend import Certificate, DtlsLeg
from tests.peers import sdp
from tests.peers.direct import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
    async with Stage(MediaOptions(bind=("::1", "127.0.0.1"))) as made:
        yield made


async def test_a_client_on_ipv6_is_answered_and_connects(stage: Stage) -> None:
    certificate = Certificate()
    local = sdp.Local(
        ufrag="client", password="p" * 24, fingerprint=certificate.fingerprint, audio=1, video=(2,), rtx=(3,)
    )
    answer = sdp.answer(await stage.negotiate("room", "ada")(sdp.offer(sdp.Profile(slots=0), local)))
    target = next(address for address in answer.udp if ":" in address[0])
    loop = asyncio.get_running_loop()
    wire = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    wire.setblocking(False)
    wire.connect(target)

    check = stun.request(bytes(12), f"{answer.ufrag}:client", answer.password.encode())
    wire.send(check)
    async with asyncio.timeout(5):
        reply = stun.parse(await loop.sock_recv(wire, 2048))
    dtls = DtlsLeg(certificate, lambda data: write(wire, data), lambda state: None, "client")
    loop.add_reader(wire, lambda: dtls.feed(wire.recv(2048)))
    dtls.start(list(answer.fingerprints.items()))
    await stage.until(lambda e: isinstance(e, Up))

    assert reply.mapped == wire.getsockname()[:2]
    loop.remove_reader(wire)
    await dtls.close()
    wire.close()


def write(wire: socket.socket, data: bytes) -> None:
    """Sends one datagram."""
    wire.send(data)
