"""Chromium with a tone for a microphone, and a watch inside each page that notes sound and frames as they
come.

The watch reads every remote track by MediaStreamTrackProcessor: sound in 10 ms blocks, video frame by frame
as decoded, so its times are good to about 10 ms, where `getStats` is good to 50. It changes nothing in the
page but the processing of the microphone, which would take a steady tone for noise.
"""

from __future__ import annotations

import asyncio
import math
import struct
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.figures import WATCH as CONNECTIONS
from tests.browser.visitor import Visitor

WATCH = """
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const watch = (window.watchOfBench = { slots: {}, now, armedAt: 0 });
  watch.arm = () => {
    watch.armedAt = now();
    for (const one of Object.values(watch.slots)) { one.sound = 0; one.frame = 0; }
    return watch.armedAt;
  };
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('track', (event) => follow(this, event));
    }
  };
  const media = navigator.mediaDevices;
  const ask = media.getUserMedia.bind(media);
  media.getUserMedia = (wish) => {
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const audio = wish.audio ? { ...(wish.audio === true ? {} : wish.audio), ...plain } : wish.audio;
    return ask({ ...wish, audio });
  };
  async function follow(pc, event) {
    const slot = Math.floor((pc.getTransceivers().indexOf(event.transceiver) - 2) / 2);
    const one = (watch.slots[slot] ??= { sound: 0, frame: 0, lastSound: 0, frames: 0, silentSince: 0 });
    const reader = new MediaStreamTrackProcessor({ track: event.track }).readable.getReader();
    const samples = new Float32Array(4800);
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const at = now();
      if (event.track.kind === 'video') {
        one.frames += 1;
        // A server blanks an empty seat with a picture of 16 x 16, which is nobody's.
        if (!one.frame && value.displayWidth > 16) one.frame = at;
      } else {
        const count = Math.min(value.numberOfFrames, samples.length);
        value.copyTo(samples.subarray(0, count), { planeIndex: 0, frameCount: count, format: 'f32-planar' });
        let loudest = 0;
        for (let i = 0; i < count; i += 3) loudest = Math.max(loudest, Math.abs(samples[i]));
        if (loudest > 0.02) {
          one.lastSound = at;
          if (!one.sound) one.sound = at;
        }
      }
      value.close();
    }
  }
})();
"""
PICTURE = """
(() => {
  const media = navigator.mediaDevices;
  const ask = media.getUserMedia.bind(media);
  media.getUserMedia = (wish) => {
    const video = wish.video ? { width: 640, height: 360, frameRate: 20 } : wish.video;
    return ask({ ...wish, video });
  };
})();
"""
"""Ask the camera for 360p at 20 frames a second, whatever the page asks for."""


def tone(path: Path, seconds: int = 10) -> Path:
    """A rising and falling tone as a WAV file for the fake microphone."""
    rate = 48000
    phase = 0.0
    samples = bytearray()
    for n in range(rate * seconds):
        phase += 2 * math.pi * (700 + 300 * math.sin(2 * math.pi * n / rate * 4)) / rate
        samples += struct.pack("<h", int(14000 * math.sin(phase)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(samples))
    return path


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone hears the tone."""
    if CHROMIUM is None:
        raise RuntimeError("Chromium is not installed")
    sound = await asyncio.to_thread(tone, folder / "tone.wav")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            chromium_sandbox=False,
            args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={sound}"],
        )
        yield browser
        await browser.close()


async def visitor(
    browser: Browser, sheet: dict[str, Any], role: str, index: int = 0, scripts: Sequence[str] = ()
) -> Visitor:
    """A person of the link sheet in a browser context of their own."""
    person = sheet[role][index]
    context = await browser.new_context(permissions=["camera", "microphone"])
    for script in (*scripts, CONNECTIONS, WATCH):
        await context.add_init_script(script)
    page = await context.new_page()
    return Visitor(page, person["name"], person["member"], person["link"], sheet["session"])


async def arm(page: Page) -> float:
    """Forget what came so far; the time of now in ms."""
    at: float = await page.evaluate("() => window.watchOfBench.arm()")
    return at


FIRSTS = """
(slot) => {
  const one = window.watchOfBench.slots[slot];
  return one && one.sound && one.frame ? [one.sound, one.frame] : null;
}
"""


async def firsts(page: Page, slot: int, timeout_ms: float = 10_000) -> tuple[float, float]:
    """(first sound, first frame) in one slot since the watch was armed, in ms of the same clock."""
    handle = await page.wait_for_function(FIRSTS, arg=slot, timeout=timeout_ms, polling=20)
    sound, frame = await handle.json_value()
    return float(sound), float(frame)


QUIET = """
([slot, forMs]) => {
  const one = window.watchOfBench.slots[slot];
  return !one || window.watchOfBench.now() - one.lastSound > forMs;
}
"""


async def quiet(page: Page, slot: int, for_ms: float = 400) -> None:
    """Wait until nothing has been heard in a slot for a while."""
    await page.wait_for_function(QUIET, arg=[slot, for_ms], polling=50)


async def click(page: Page, selector: str) -> float:
    """Press a button from inside the page; the moment of the press in ms."""
    await page.wait_for_selector(selector, state="attached")
    at: float = await page.evaluate(
        "(selector) => { const at = window.watchOfBench.now();"
        " document.querySelector(selector).click(); return at; }",
        selector,
    )
    return at
