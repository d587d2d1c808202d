"""What a browser says about the media it gets: frames decoded and sound energy, by slot, from `getStats`.

A state shown on the page proves nothing about media; these figures do.
"""

import asyncio
from dataclasses import dataclass

from playwright.async_api import Page

WATCH = """
(() => {
  const Native = window.RTCPeerConnection;
  window.connectionsOfTest = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...args) { super(...args); window.connectionsOfTest.push(this); }
  };
})();
"""
"""Runs before the page's own scripts, which keep no global: remembers each connection they make."""

READ = """
async () => {
  const open = window.connectionsOfTest.filter((pc) => pc.connectionState !== 'closed');
  const pc = open[open.length - 1];
  if (!pc) return null;
  const index = new Map(pc.getTransceivers().map((one, i) => [one.mid, i]));
  const out = { received: {}, sent: [], pair: null, state: pc.connectionState };
  const report = await pc.getStats();
  for (const row of report.values()) {
    if (row.type === 'inbound-rtp') {
      const i = index.get(row.mid);
      const slot = Math.floor((i - 2) / 2);
      out.received[slot] ??= { energy: 0, frames: 0, width: 0, height: 0, audio_packets: 0, concealed: 0 };
      const into = out.received[slot];
      if (row.kind === 'audio') {
        into.energy += row.totalAudioEnergy ?? 0;
        into.audio_packets += row.packetsReceived ?? 0;
        into.concealed += row.concealedSamples ?? 0;
      } else {
        into.frames += row.framesDecoded ?? 0;
        into.width = row.frameWidth ?? 0;
        into.height = row.frameHeight ?? 0;
      }
    }
    if (row.type === 'outbound-rtp') {
      out.sent.push({ kind: row.kind, rid: row.rid ?? null, packets: row.packetsSent ?? 0,
                      bytes: row.bytesSent ?? 0, height: row.frameHeight ?? 0 });
    }
    if (row.type === 'transport' && row.selectedCandidatePairId) {
      const pair = report.get(row.selectedCandidatePairId);
      const local = report.get(pair.localCandidateId);
      const remote = report.get(pair.remoteCandidateId);
      out.pair = { kind: local?.candidateType, local: local?.protocol,
                   remote: remote?.protocol, port: remote?.port };
    }
  }
  return out;
}
"""


@dataclass(frozen=True)
class Heard:
    """What came in on one slot so far."""

    energy: float
    frames: int
    width: int
    height: int
    audio_packets: int
    concealed: int


NOTHING = Heard(0.0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Figures:
    """One reading of a page's connection."""

    received: dict[int, Heard]
    sent: list[dict[str, object]]
    pair: dict[str, object] | None
    state: str

    def slot(self, slot: int) -> Heard:
        """What came in on this slot, zeros when nothing did."""
        return self.received.get(slot, NOTHING)

    def bytes_sent(self) -> int:
        """Payload bytes of all outgoing streams."""
        return sum(int(str(row["bytes"])) for row in self.sent)


async def connections(page: Page) -> int:
    """How many connections a page has made since it was loaded."""
    return int(await page.evaluate("window.connectionsOfTest.length"))


async def read(page: Page) -> Figures:
    """The figures of the newest open connection of a page."""
    raw = await page.evaluate(READ)
    if raw is None:
        return Figures({}, [], None, "none")
    received = {int(slot): Heard(**values) for slot, values in raw["received"].items()}
    return Figures(received, raw["sent"], raw["pair"], raw["state"])


FRAMES = 5
"""New frames that prove a moving picture rather than one left over."""


async def until_seen_and_heard(
    page: Page, slot: int, *, sees: bool = True, hears: bool = True, within_s: float = 20.0
) -> Heard:
    """Waits until new frames are decoded and new sound energy arrives on a slot; gives the last reading."""
    before = (await read(page)).slot(slot)
    now = before
    try:
        async with asyncio.timeout(within_s):
            while True:
                now = (await read(page)).slot(slot)
                # A stream that began anew counts from zero.
                frames = now.frames - before.frames if now.frames >= before.frames else now.frames
                energy = now.energy - before.energy if now.energy >= before.energy else now.energy
                if (not sees or frames >= FRAMES) and (not hears or energy > 0.0):
                    return now
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"slot {slot}: {before} became only {now} within {within_s} s") from None


async def stays_silent(page: Page, slot: int, for_s: float = 1.5) -> None:
    """Asserts that no sound arrives on a slot once what was under way has come. Time is the claim here."""
    await asyncio.sleep(0.5)
    before = (await read(page)).slot(slot)
    await asyncio.sleep(for_s)
    after = (await read(page)).slot(slot)
    assert after.audio_packets == before.audio_packets, f"sound came on slot {slot}"


async def stays_blank(page: Page, slot: int, for_s: float = 1.5) -> None:
    """Asserts that no frame is decoded on a slot once what was under way has come. Time is the claim here."""
    await asyncio.sleep(0.5)
    before = (await read(page)).slot(slot)
    await asyncio.sleep(for_s)
    after = (await read(page)).slot(slot)
    assert after.frames == before.frames, f"{after.frames - before.frames} frames came on slot {slot}"


async def until_blank(page: Page, slot: int, within_s: float = 10.0) -> None:
    """Waits until a whole second passes without a new frame on a slot."""
    async with asyncio.timeout(within_s):
        while True:
            before = (await read(page)).slot(slot).frames
            await asyncio.sleep(1.0)
            if (await read(page)).slot(slot).frames == before:
                return


async def until_nothing_is_sent(page: Page, for_s: float = 2.0, within_s: float = 15.0) -> None:
    """Waits until a page sends no payload for `for_s` seconds."""
    async with asyncio.timeout(within_s):
        while True:
            before = (await read(page)).bytes_sent()
            await asyncio.sleep(for_s)
            if (await read(page)).bytes_sent() == before:
                return


async def stays_dark(page: Page, slot: int, for_s: float = 1.5) -> None:
    """Asserts that neither frame nor sound arrives on a slot once what was under way has come."""
    await stays_blank(page, slot, for_s)
    await stays_silent(page, slot, 0.5)
