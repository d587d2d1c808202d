"""aiortc's own RTCPeerConnection as a member: another implementation than the replay peer, and it decodes
sound."""

import asyncio
import socket
from collections.abc import AsyncIterator

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from server.media.options import MediaOptions
from tests.peers import clips
from tests.peers.company import Company, until
from tests.peers.direct import Stage
from tests.peers.pacing import Pacer


def own_address() -> str | None:
    """An address of this machine that is not loopback: aioice gathers no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def spelled_out(answer: str) -> str:
    """The same answer with the candidates of the first section repeated in each: aiortc takes them from the
    last section of a bundle, where RFC 9143 7.1.3 has them in the first."""
    head, first, *others = answer.split("\r\nm=")
    candidates = [line for line in first.split("\r\n") if line.startswith(("a=candidate", "a=end-of"))]
    return "\r\nm=".join([head, first, *("\r\n".join([o.rstrip(), *candidates]) for o in others)]) + "\r\n"


@pytest.fixture
async def plain() -> AsyncIterator[RTCPeerConnection]:
    connection = RTCPeerConnection()
    yield connection
    await connection.close()


@pytest.mark.skipif(own_address() is None, reason="NOT RUN: this machine has loopback addresses only")
async def test_a_plain_aiortc_client_hears_and_is_seen_and_heard(
    plain: RTCPeerConnection, pacer: Pacer
) -> None:
    address = own_address()
    assert address is not None
    tracks: dict[str, MediaStreamTrack] = {}
    plain.on("track", lambda track: tracks.setdefault(track.kind, track))
    plain.addTransceiver(AudioStreamTrack(), direction="sendonly")
    plain.addTransceiver(VideoStreamTrack(), direction="sendonly")
    plain.addTransceiver("audio", direction="recvonly")
    plain.addTransceiver("video", direction="recvonly")
    async with Stage(MediaOptions(bind=(address,))) as stage:
        await plain.setLocalDescription(await plain.createOffer())
        answer = await stage.negotiate("room", "plain")(plain.localDescription.sdp)
        await plain.setRemoteDescription(RTCSessionDescription(spelled_out(answer), "answer"))
        company = Company(stage, pacer)
        replay = await company.join(audio=clips.recorded_audio(), video=[clips.recorded_video()])
        await until(lambda: plain.connectionState == "connected", 10)
        stage.arrange(stage.everyone(["plain", company.name(replay)]))
        company.send()
        async with asyncio.timeout(15):
            sound = [await tracks["audio"].recv() for _ in range(50)]
        assert max(int(np.abs(f.to_ndarray()).max()) for f in sound if isinstance(f, av.AudioFrame)) > 3000
        got = {kind: stream for (slot, kind), stream in replay.leg.slots.items() if slot == 0}
        await until(lambda: got["audio"].packets > 20 and got["video"].packets > 5)
        company.close()
