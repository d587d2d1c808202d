"""Real Chromium that reaches the media engine through TCP alone."""

import re
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from server.media.options import MediaOptions
from tests.peers.direct import Stage

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NOT RUN: Chromium is not installed"),
]

CONNECT = """
async () => {
  const pc = window.pc = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  pc.ontrack = ({track}) => {
    const player = document.body.appendChild(document.createElement(track.kind));
    player.srcObject = new MediaStream([track]);
    player.play();
  };
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 320, height: 180}});
  for (const track of [media.getAudioTracks()[0], media.getVideoTracks()[0]])
    pc.addTransceiver(track, {direction: 'sendonly'});
  pc.addTransceiver('audio', {direction: 'recvonly'});
  pc.addTransceiver('video', {direction: 'recvonly'});
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}
"""
ACCEPT = "async (sdp) => await window.pc.setRemoteDescription({type: 'answer', sdp})"
STATS = """
async () => {
  const seen = {frames: 0, energy: 0, protocol: '', changes: 0};
  const all = await window.pc.getStats();
  for (const row of all.values()) {
    if (row.type === 'inbound-rtp' && row.kind === 'video') seen.frames = row.framesDecoded;
    if (row.type === 'inbound-rtp' && row.kind === 'audio') seen.energy = row.totalAudioEnergy;
    if (row.type === 'transport' && row.selectedCandidatePairId) {
      seen.changes = row.selectedCandidatePairChanges;
      const pair = all.get(row.selectedCandidatePairId);
      seen.protocol = all.get(pair.remoteCandidateId).protocol;
    }
  }
  return seen;
}
"""


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(MediaOptions(bind=("127.0.0.1",), tcp_port=0)) as made:
        yield made


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium with an invented camera and microphone."""
    async with async_playwright() as playwright:
        arguments = [
            "--no-sandbox",
            "--autoplay-policy=no-user-gesture-required",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--disable-features=WebRtcHideLocalIpsWithMdns",
        ]
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        await opened.close()


@pytest_asyncio.fixture
async def address(unused_tcp_port: int) -> AsyncIterator[str]:
    """An empty page that may use camera and microphone."""

    async def empty(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>empty</title>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", empty)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    yield f"http://127.0.0.1:{unused_tcp_port}/"
    await runner.cleanup()


async def connect(page: Page, stage: Stage, name: str, *, offered: str) -> None:
    """Connects a page with an answer that holds the candidates of these kinds alone."""
    answer = await stage.negotiate("room", name)(await page.evaluate(CONNECT))
    others = rf"a=candidate:\d+ 1 (?!{offered}).*\r\n"
    await page.evaluate(ACCEPT, re.sub(others, "", answer))


async def shown(page: Page, frames: int) -> dict[str, Any]:
    """The figures of a page once it has decoded so many more frames and heard something."""
    before = (await page.evaluate(STATS))["frames"]
    for _ in range(150):
        seen: dict[str, Any] = await page.evaluate(STATS)
        if seen["frames"] > before + frames and seen["energy"] > 0:
            return seen
        await page.wait_for_timeout(100)
    raise AssertionError(f"too little was shown: {seen}")


@pytest.mark.parametrize(("offered", "used"), [("tcp", "tcp"), ("udp|tcp", "udp")])
async def test_two_browsers_see_and_hear_each_other(
    stage: Stage, browser: Browser, address: str, offered: str, used: str
) -> None:
    pages = [await (await browser.new_context()).new_page() for _ in range(2)]
    for name, page in zip(("ada", "ben"), pages, strict=True):
        await page.goto(address)
        await connect(page, stage, name, offered=offered)
    stage.arrange({"ada": {0: "ben"}, "ben": {0: "ada"}})

    for page in pages:
        seen = await shown(page, 40)
        assert seen["protocol"] == used
        assert seen["changes"] <= 2
