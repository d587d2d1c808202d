"""What a real browser makes of our answers and of what we forward to it."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from server.media.messages import Prefer
from server.media.options import MediaOptions
from tests.peers.direct import Stage

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
PAGE = """<!doctype html><title>A member</title><script>
const only = (kind, ...names) =>
  RTCRtpSender.getCapabilities(kind).codecs.filter((codec) => names.includes(codec.mimeType));
async function join(slots, simulcast) {
  const pc = (window.pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
  const media = await navigator.mediaDevices.getUserMedia({
    audio: true, video: { width: 640, height: 360 } });
  const layers = [{ rid: "q", scaleResolutionDownBy: 4 }, { rid: "h", scaleResolutionDownBy: 2 },
    { rid: "f" }];
  const mic = pc.addTransceiver("audio", { direction: "sendonly" });
  const camera = pc.addTransceiver("video", {
    direction: "sendonly", ...(simulcast ? { sendEncodings: layers } : {}) });
  for (let slot = 0; slot < slots; slot++) {
    const audio = pc.addTransceiver("audio", { direction: "recvonly" });
    const video = pc.addTransceiver("video", { direction: "recvonly" });
    const element = document.createElement("video");
    element.autoplay = element.muted = true;
    element.srcObject = new MediaStream([audio.receiver.track, video.receiver.track]);
    document.body.append(element);
  }
  for (const one of pc.getTransceivers()) {
    const kind = one.receiver.track.kind;
    one.setCodecPreferences(
      kind === "audio" ? only(kind, "audio/opus") : only(kind, "video/VP8", "video/rtx"));
  }
  window.publish = async () => {
    await mic.sender.replaceTrack(media.getAudioTracks()[0]);
    await camera.sender.replaceTrack(media.getVideoTracks()[0]);
  };
  return again();
}
async function again() {
  await pc.setLocalDescription(await pc.createOffer());
  return pc.localDescription.sdp;
}
const accept = (sdp) => pc.setRemoteDescription({ type: "answer", sdp });
async function inbound() {
  const found = {};
  for (const entry of (await pc.getStats()).values())
    if (entry.type === "inbound-rtp" && entry.packetsReceived) found[entry.mid] = entry;
  return found;
}
</script><body></body>"""


class Member:
    """One page in a room."""

    def __init__(self, stage: Stage, page: Page, name: str) -> None:
        self._page = page
        self._negotiate: Callable[[str], Any] = stage.negotiate("room", name)

    async def join(self, slots: int, *, simulcast: bool) -> None:
        offer = await self._page.evaluate(f"join({slots}, {json.dumps(simulcast)})")
        await self._page.evaluate("accept", await self._negotiate(offer))
        await self._page.wait_for_function("pc.connectionState === 'connected'")

    async def publish(self) -> None:
        await self._page.evaluate("publish()")

    async def restart_ice(self) -> None:
        await self._page.evaluate("pc.restartIce()")
        await self._page.evaluate("accept", await self._negotiate(await self._page.evaluate("again()")))

    async def received(self, mid: int) -> dict[str, Any]:
        return dict((await self._page.evaluate("inbound()")).get(str(mid), {}))

    async def until(self, mid: int, right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The statistics of a section as soon as they please."""
        async with asyncio.timeout(40):
            while not right(found := await self.received(mid)):
                await asyncio.sleep(0.1)
        return found


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(MediaOptions(bind=("127.0.0.1",))) as made:
        yield made


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def members(stage: Stage, browser: Browser, address: str) -> list[Member]:
    """Two connected pages with one slot each, publishing simulcast to each other."""
    made = []
    for name in ("ada", "ben"):
        page = await browser.new_page()
        await page.goto(address)
        member = Member(stage, page, name)
        await member.join(1, simulcast=True)
        made.append(member)
    stage.arrange({"ada": {0: "ben"}, "ben": {0: "ada"}})
    for member in made:
        await member.publish()
    return made


async def test_two_browsers_decode_each_other_switch_layers_and_survive_an_ice_restart(
    stage: Stage, members: list[Member]
) -> None:
    ada = members[0]
    for member in members:
        await member.until(2, lambda s: s.get("totalSamplesReceived", 0) > 48000)
        await member.until(3, lambda s: s.get("framesDecoded", 0) > 20)

    for height, shown in itertools.islice(itertools.cycle(((90, 90), (180, 180))), 4):
        stage.engine.send(Prefer(leg="ada", heights=((0, height),)))
        await ada.until(3, lambda s, shown=shown: s["frameHeight"] == shown)  # type: ignore[misc]
    before = (await ada.received(3))["framesDecoded"]
    await ada.restart_ice()
    after = await ada.until(3, lambda s: s["framesDecoded"] > before + 20)

    assert after["packetsLost"] == 0
    assert after["freezeCount"] <= 2
