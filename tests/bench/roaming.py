"""Chromium behind a relay: loss both ways, a moved port, a dead path. A replay peer speaks at the other
side."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page

from tests.bench.chromium import PICTURE, chromium, visitor
from tests.bench.figure import Figure, median, share_below
from tests.bench.serving import serving
from tests.browser import figures
from tests.browser.visitor import Visitor
from tests.peers import clips
from tests.peers.guest import Guest
from tests.peers.pacing import Pacer
from tests.peers.relay import Path as Treatment
from tests.peers.relay import Relay

RELAY_HOST = "127.0.0.2"
REPEATS = 20
SHARES = Treatment(loss=0.05, delay=0.03, jitter=0.005)
LOSSY_S = 20.0
LAST_SOUND = "(slot) => { const w = window.watchOfBench; return [w.now(), w.slots[slot]?.lastSound ?? 0]; }"


@asynccontextmanager
async def behind_relay(people: int) -> AsyncIterator[tuple[list[Visitor], Guest, Relay]]:
    """A facilitator who is a replay peer, and so many participants in Chromium whose media passes the relay.

    The service listens on 127.0.0.1 and announces 127.0.0.2, where the relay has the same port: the
    browsers need no change. The facilitator's peer goes to the service itself.
    """
    announced = {"IPT_MEDIA_ADDRESSES": RELAY_HOST}
    with TemporaryDirectory() as folder:
        async with (
            serving(1, people + 1, pinned=False, environment=announced) as served,
            chromium(Path(folder)) as browser,
            Relay(("127.0.0.1", served.media_port), host=RELAY_HOST, port=served.media_port) as relay,
        ):
            pacer = Pacer()
            sheet = served.sheets[0]
            leader = Guest(sheet["facilitators"][0]["link"], pacer, seed=1)
            await leader.join(sheet["session"])
            video = [clips.recorded_video(640, 360)]
            direct = ("127.0.0.1", served.media_port)
            await leader.connect(audio=clips.recorded_audio(), video=video, via=direct)
            await leader.knock()
            await leader.publish()
            visitors = [await _come(browser, sheet, leader, n) for n in range(people)]
            yield visitors, leader, relay
            await leader.close()
            pacer.close()


async def _come(browser: object, sheet: dict[str, object], leader: Guest, index: int) -> Visitor:
    comer = await visitor(browser, sheet, "participants", index, [PICTURE])  # type: ignore[arg-type]
    await comer.knock()
    await leader.until_waiting(comer.member)
    await leader.admit(comer.member)
    await comer.is_at("room")
    return comer


async def lossy() -> list[Figure]:
    """Share of the sent frames that are shown and share of sound that is concealed at 5 % loss each way."""
    async with behind_relay(2) as (people, _leader, relay):
        sender, viewer = people
        slot = await viewer.slot_of(sender)
        await viewer.sees_and_hears(sender)
        relay.shape(up=SHARES, down=SHARES)
        await asyncio.sleep(2)
        before = await _reading(sender.page, viewer.page, slot)
        await asyncio.sleep(LOSSY_S)
        after = await _reading(sender.page, viewer.page, slot)
    sent, shown, samples, concealed = (b - a for a, b in zip(before, after, strict=True))
    how = (
        "Chromium to Chromium through the forwarder, 5 % + 5 % loss, 30 +- 5 ms each way, camera at 360p, "
        f"{LOSSY_S:.0f} s"
    )
    return [
        Figure(
            figure="loss10_fps_share",
            value=shown / sent if sent else 0.0,
            unit="share of sent frames decoded",
            how=f"{shown:.0f} frames decoded / {sent:.0f} frames encoded of the layer with most; {how}",
        ),
        Figure(
            figure="loss10_concealed_share",
            value=concealed / samples if samples else 1.0,
            unit="share of samples",
            how=f"{concealed:.0f} concealed (silent ones not counted) of {samples:.0f} samples; {how}",
        ),
    ]


READING = """
async (slot) => {
  const pc = window.connectionsOfTest.filter((one) => one.connectionState !== 'closed').pop();
  const index = new Map(pc.getTransceivers().map((one, i) => [one.mid, i]));
  const out = { sent: 0, shown: 0, samples: 0, concealed: 0 };
  for (const row of (await pc.getStats()).values()) {
    if (row.type === 'outbound-rtp' && row.kind === 'video')
      out.sent = Math.max(out.sent, row.framesEncoded ?? 0);
    if (row.type !== 'inbound-rtp' || Math.floor((index.get(row.mid) - 2) / 2) !== slot) continue;
    if (row.kind === 'video') out.shown += row.framesDecoded ?? 0;
    else {
      out.samples += row.totalSamplesReceived ?? 0;
      out.concealed += (row.concealedSamples ?? 0) - (row.silentConcealedSamples ?? 0);
    }
  }
  return out;
}
"""


async def _reading(sender: Page, viewer: Page, slot: int) -> tuple[float, float, float, float]:
    sent = await sender.evaluate(READING, slot)
    got = await viewer.evaluate(READING, slot)
    return sent["sent"], got["shown"], got["samples"], got["concealed"]


async def rebinding() -> list[Figure]:
    """The NAT gives the client a new port: from then until its user hears again."""
    return [await _sound_back("rebind_sound_back_p95", "the relay took new ports towards the server")]


async def dead_path() -> list[Figure]:
    """The client's address carries nothing any more: from then until its user hears again."""
    return [await _sound_back("path_dead_sound_back_p95", "the relay dropped everything of the old address")]


async def _sound_back(name: str, what: str) -> Figure:
    dice = random.Random(name)
    times = []
    async with behind_relay(1) as (people, _leader, relay):
        page = people[0].page
        slot = 0
        await figures.until_seen_and_heard(page, slot)
        for _ in range(REPEATS):
            await asyncio.sleep(0.8 + dice.random())
            times.append(await _hear_again(page, slot, relay, dead=name.startswith("path")))
    details = {"p50": round(median(times), 2), "max": round(max(times), 2), "repeats": len(times)}
    how = f"s from the moment {what} to the next sound in Chromium, {len(times)} times"
    return Figure(figure=name, value=share_below(times, 0.95), unit="s", how=how, details=details)


async def _hear_again(page: Page, slot: int, relay: Relay, *, dead: bool) -> float:
    """Seconds from the fault to the first packets after it; the fault is seen in the counts, not in the
    sound, which conceals short gaps."""
    began = await page.evaluate("() => window.watchOfBench.now()")
    before = (await figures.read(page)).slot(slot).audio_packets
    if dead:
        relay.kill()
    else:
        relay.move()
    came = await page.evaluate(BACK, [slot, before])
    return float(came - began) / 1000


BACK = """
async ([slot, before]) => {
  const count = async () => {
    const pc = window.connectionsOfTest.filter((one) => one.connectionState !== 'closed').pop();
    const index = new Map(pc.getTransceivers().map((one, i) => [one.mid, i]));
    let packets = 0;
    for (const row of (await pc.getStats()).values()) {
      if (row.type !== 'inbound-rtp' || row.kind !== 'audio') continue;
      if (Math.floor((index.get(row.mid) - 2) / 2) === slot)
        packets += row.packetsReceived ?? 0;
    }
    return [pc, packets];
  };
  // What was under way at the fault may still come; silence first, then the first packets after it.
  let [last, packets] = await count();
  const startedAt = performance.now();
  let movedAt = startedAt;
  let silent = false;
  for (;;) {
    await new Promise((done) => setTimeout(done, 60));
    const [pc, now] = await count();
    if (pc !== last) { last = pc; packets = 0; silent = true; }
    if (now > packets) {
      if (silent) return window.watchOfBench.now();
      movedAt = performance.now();
    } else if (performance.now() - movedAt > 250) silent = true;
    packets = now;
    // No gap of 250 ms in 5 s: it healed within that.
    if (!silent && performance.now() - startedAt > 5000) return window.watchOfBench.now() - 4750;
  }
}
"""
