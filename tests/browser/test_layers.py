"""What a person's screen shows decides which size of picture is sent there: no more than can be seen."""

import asyncio

from tests.browser import figures
from tests.browser.house import House
from tests.browser.thread import Visit, all_see_and_hear
from tests.browser.visitor import Visitor

DESK = {"width": 1280, "height": 800}
STAMP = {"width": 320, "height": 260}
WITHIN_S = 40.0
"""A sender's browser adds its larger sizes only once it trusts the line."""
HIDE = """
(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}
"""
"""What a browser does to a page behind another. Chromium without a screen never does it by itself."""


async def until_height(viewer: Visitor, slot: int, least: int, most: int) -> int:
    """Waits until pictures between these heights are decoded, and new ones keep coming."""
    now = figures.NOTHING
    try:
        async with asyncio.timeout(WITHIN_S):
            while True:
                now = (await figures.read(viewer.page)).slot(slot)
                if least <= now.height <= most:
                    await figures.until_seen_and_heard(viewer.page, slot)
                    return now.height
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{now.height} lines are decoded, not {least} to {most}") from None


async def test_a_small_tile_gets_a_small_picture_a_hidden_page_none_and_a_large_one_more(
    visit: Visit, house: House
):
    room = house.room()
    ada = await visit(room, "facilitators", viewport=DESK)
    ben = await visit(room, "participants", 0)
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)
    await all_see_and_hear(ada, ben)
    slot = await ada.slot_of(ben)
    large = await until_height(ada, slot, 300, 800)

    await ada.page.set_viewport_size(STAMP)
    small = await until_height(ada, slot, 90, large // 2)

    await ada.page.evaluate(HIDE, True)
    await figures.until_blank(ada.page, slot)
    await figures.until_seen_and_heard(ada.page, slot, sees=False)

    await ada.page.evaluate(HIDE, False)
    await until_height(ada, slot, small, small)
    await ada.page.set_viewport_size(DESK)
    await until_height(ada, slot, small * 2, 800)
