"""How long from a facilitator's click, or from one's own, until there is sound and a picture, in Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser

from tests.bench.chromium import arm, chromium, click, firsts, quiet, visitor
from tests.bench.figure import Figure, median, share_below
from tests.bench.serving import Served, serving
from tests.browser.visitor import Visitor

ADMITS = 20
JOINS = 20
ABOUT = '[data-action="{}"][data-member="{}"]'


async def admitting() -> list[Figure]:
    """Sound and picture after an admission, seen by the newcomer and by the facilitator."""
    with TemporaryDirectory() as folder:
        async with serving(1, 3, pinned=False) as served, chromium(Path(folder)) as browser:
            leader, newcomer = await _meet(served, browser)
            samples = [await _admit_again(leader, newcomer) for _ in range(ADMITS)]
    sounds = [s for pair in samples for s, _ in pair]
    frames = [f for pair in samples for _, f in pair]
    how = (
        f"ms from the facilitator's click on admit to the first {{}}, {ADMITS} admissions of the same person "
        f"(sent back each time), watched by both: {len(sounds)} samples; Chromium, tone as microphone"
    )
    return [
        _figure("admit_first_audio_p95", sounds, how.format("10 ms block of sound above -34 dBFS")),
        _figure("admit_first_frame_p95", frames, how.format("decoded frame")),
    ]


def _figure(name: str, values: list[float], how: str) -> Figure:
    details = {"p50": round(median(values)), "max": round(max(values))}
    return Figure(figure=name, value=share_below(values, 0.95), unit="ms", how=how, details=details)


async def _meet(served: Served, browser: Browser) -> tuple[Visitor, Visitor]:
    sheet = served.sheets[0]
    leader = await visitor(browser, sheet, "facilitators")
    newcomer = await visitor(browser, sheet, "participants")
    await leader.lead()
    await newcomer.knock()
    await leader.let_in(newcomer)
    await leader.sees_and_hears(newcomer)
    await newcomer.sees_and_hears(leader)
    return leader, newcomer


async def _admit_again(leader: Visitor, newcomer: Visitor) -> list[tuple[float, float]]:
    watched = [(leader, await leader.slot_of(newcomer)), (newcomer, await newcomer.slot_of(leader))]
    await click(leader.page, ABOUT.format("send-back", newcomer.member))
    if await leader.page.locator("dialog[open]").count():
        await leader.confirm()
    await newcomer.is_at("lobby")
    for person, slot in watched:
        await quiet(person.page, slot)
    admit = ABOUT.format("admit", newcomer.member)
    await leader.page.wait_for_selector(admit, state="attached")
    for person, _ in watched:
        await arm(person.page)
    at = await click(leader.page, admit)
    found = []
    for person, slot in watched:
        sound, frame = await firsts(person.page, slot)
        found.append((sound - at, frame - at))
    return found


async def joining() -> list[Figure]:
    """From the last click of somebody who comes back to an admitted seat to the first remote frame."""
    with TemporaryDirectory() as folder:
        async with serving(1, 3, pinned=False) as served, chromium(Path(folder)) as browser:
            leader, comer = await _meet(served, browser)
            slot = await comer.slot_of(leader)
            samples = [await _come_back(comer, slot) for _ in range(JOINS)]
    how = (
        f"ms from the click on the home page's link into the room to the first remote frame, page load, "
        f"ticket, socket, ICE and DTLS included; {JOINS} returns of an admitted person, no lobby; Chromium"
    )
    return [_figure("click_first_frame_p95", samples, how)]


async def _come_back(comer: Visitor, slot: int) -> float:
    await comer.page.goto(re.sub(r"/room/[^/]+$", "/", comer.page.url))
    link = f'[data-action="enter-room"][data-session="{comer.session}"]'
    await comer.page.wait_for_selector(link)
    at = await click(comer.page, link)
    await comer.room.wait_for(state="attached")
    _, frame = await firsts(comer.page, slot, 30_000)
    return frame - at
