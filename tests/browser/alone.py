"""The steps of an individual meeting in two browsers: times offered, one of them taken, two people in a
room of their own, the word that it was held."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect
from sqlalchemy import update

import store.individual
import store.openable
from care.meeting_states import Booking, State
from store import tables
from store.database import Database
from store.settings import StoreSettings
from tests.browser.look import Looks
from tests.browser.thread import CLOSES_WITHIN_S
from tests.browser.visitor import Visitor

LASTS = timedelta(seconds=60)
"""Long enough for two people to come in on a slow machine."""


async def offer(page: Page, looks: Looks, topic: str) -> None:
    """The facilitator offers two days at two hours."""
    await page.click('a[href$="/individual"]')
    day = (datetime.now(UTC) + timedelta(days=1)).date()
    await page.check(f'[name="topic"][value="{topic}"]')
    await page.fill('[name="from"]', f"{day}")
    await page.fill('[name="until"]', f"{day + timedelta(days=1)}")
    await page.fill('[name="times"]', "10:00, 11:00")
    await page.click('[data-action="offer"]')
    await expect(page.locator("[data-result]")).to_be_visible()
    await looks.whole(page, "individual meetings")


async def book(page: Page, looks: Looks, topic: str) -> None:
    """On the page of the meetings the member takes the first free time: one press."""
    await looks.whole(page, "my meetings, free times")
    await page.locator(f'[data-topic="{topic}"] button[name="slot"]').first.click()
    await expect(page.locator(f'[data-topic="{topic}"]')).to_have_attribute("data-state", "booked")
    await looks.whole(page, "my meetings, booked")


async def begin_now(settings: StoreSettings, member: str) -> Booking:
    """Moves the booked meeting to this moment and makes it short: no test waits for a day."""
    now = datetime.now(UTC)
    db = await Database.open(settings)
    try:
        async with db.write() as tx:
            (one,) = [b for b in await store.individual.of_member(tx, member) if b.state is State.BOOKED]
            times = {"starts_at": now - timedelta(seconds=2), "ends_at": now + LASTS}
            await tx.execute(update(tables.session).where(tables.session.c.id == one.session).values(times))
    finally:
        await db.close()
    return one


async def come_in(ada: Visitor, ben: Visitor) -> None:
    """Both by the button of their page, Ben by the same door as ever."""
    for one, path in ((ada, "/individual"), (ben, "/meetings")):
        await one.page.goto(re.sub(r"(/s/[^/]+)/.*$", rf"\1{path}", one.page.url))
        await one.page.click('[data-action="enter-meeting"]')
        await one.room.wait_for(state="attached")
        await one.pass_devices()
    await ada.is_at("room")
    await ben.answer_doorstep()
    await ben.is_at("lobby")
    await ada.let_in(ben)


async def over(ada: Visitor, settings: StoreSettings, meeting: Booking) -> None:
    """The planned end comes, the facilitator ends the room, the scheduler closes the meeting."""
    db = await Database.open(settings)
    try:
        async with db.read() as tx:
            found = await store.openable.find(tx, meeting.session or "")
        assert found is not None
        await asyncio.sleep(max(0.0, (found.ends_at - datetime.now(UTC)).total_seconds()))
        await ada.open_panel()
        await ada.press("end")
        await ada.confirm()
        await ada.is_at("ended")
        async with asyncio.timeout(CLOSES_WITHIN_S):
            while found is not None and found.state != "closed":
                await asyncio.sleep(0.2)
                async with db.read() as tx:
                    found = await store.openable.find(tx, meeting.session or "")
    finally:
        await db.close()


async def confirm(page: Page, looks: Looks, meeting: Booking) -> None:
    """Held, as the room's records show, looked at and said by a person."""
    await page.goto(re.sub(r"/room/.*$", "/individual", page.url))
    await page.click(f'[data-action="decide"][data-meeting="{meeting.id}"]')
    await looks.whole(page, "one meeting to confirm")
    await page.check('[name="decision"][value="held:as_proposed"]')
    await page.click('[data-action="decide"]')
    await expect(page.locator('[data-said="decided"]')).to_be_visible()
