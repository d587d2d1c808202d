"""The replay peer against aiortc's own RTCPeerConnection, which decodes what it gets."""

import asyncio
from collections.abc import AsyncIterator

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from tests.peers import clips, sdp
from tests.peers.leg import Leg
from tests.peers.pacing import Pacer
from tests.peers.replay import Replay


@pytest.fixture
async def pacer() -> AsyncIterator[Pacer]:
    made = Pacer()
    yield made
    made.close()


@pytest.fixture
async def plain() -> AsyncIterator[RTCPeerConnection]:
    connection = RTCPeerConnection()
    yield connection
    await connection.close()


async def test_what_a_replay_peer_sends_is_vp8_and_opus_that_aiortc_decodes(
    pacer: Pacer, plain: RTCPeerConnection
) -> None:
    tracks: dict[str, MediaStreamTrack] = {}
    plain.on("track", lambda track: tracks.setdefault(track.kind, track))

    async def negotiate(offer: str) -> str:
        await plain.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await plain.setLocalDescription(await plain.createAnswer())
        return str(plain.localDescription.sdp)

    leg = Leg(sdp.Profile(slots=0, setup="active"), seed=1)
    peer = Replay(leg, pacer, origin=1, audio=clips.recorded_audio(), video=[clips.recorded_video()])
    await leg.connect(negotiate)
    peer.mic(True)
    peer.camera(True)
    async with asyncio.timeout(10):
        sound = [await tracks["audio"].recv() for _ in range(50)]
        pictures = [await tracks["video"].recv() for _ in range(25)]
    assert max(int(np.abs(f.to_ndarray()).max()) for f in sound if isinstance(f, av.AudioFrame)) > 3000
    assert {(f.width, f.height) for f in pictures if isinstance(f, av.VideoFrame)} == {(320, 180)}
    peer.close()
