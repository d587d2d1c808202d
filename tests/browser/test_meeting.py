"""One meeting from the choice of a time to the word that it was held: two people in two browsers, apart from
their group."""

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
from tests.browser.house import House
from tests.browser.look import WIDE, Looks
from tests.browser.thread import CLOSES_WITHIN_S, Visit, all_see_and_hear
from tests.browser.visitor import Visitor

LASTS = timedelta(seconds=40)
"""Long enough for two people to come in on a slow machine."""
PHONE = {"width": 360, "height": 760}


async def test_a_member_books_and_meets_a_facilitator_alone(house: House, visit: Visit) -> None:
    room, looks = house.room(), Looks()
    ada = await visit(room, "facilitators", viewport=WIDE)
    ben = await visit(room, "participants", 0, viewport=PHONE)
    await ada.open_link()
    await offer(ada.page, looks)
    await ben.open_link()
    await book(ben.page, looks)

    meeting = await begin_now(house.store_settings, ben.member)
    ben.session = ada.session = meeting.session or ""
    await come_in(ada, ben)
    await all_see_and_hear(ada, ben)
    await expect(ada.page.locator("[data-checklist]")).to_be_attached()
    await ada.open_panel()
    await ada.page.check("#tick-risk")
    await expect(ada.page.locator("[data-checklist-words]")).not_to_be_empty()
    await all_see_and_hear(ada, ben)

    cleo = await visit(room, "participants", 1)
    await refused(cleo, meeting)
    await over(ada, house.store_settings, meeting)
    await confirm(ada.page, looks, meeting)
    await ben.page.goto(re.sub(r"/room/.*$", "/meetings", ben.page.url))
    await expect(ben.page.locator('[data-topic="mid"]')).to_have_attribute("data-state", "held")
    looks.assert_well_made()


async def offer(page: Page, looks: Looks) -> None:
    """The facilitator offers two days at two hours."""
    await page.click('a[href$="/individual"]')
    day = (datetime.now(UTC) + timedelta(days=1)).date()
    await page.check('[name="topic"][value="mid"]')
    await page.fill('[name="from"]', f"{day}")
    await page.fill('[name="until"]', f"{day + timedelta(days=1)}")
    await page.fill('[name="times"]', "10:00, 11:00")
    await page.click('[data-action="offer"]')
    await expect(page.locator("[data-result]")).to_be_visible()
    await looks.whole(page, "individual meetings")


async def book(page: Page, looks: Looks) -> None:
    """The member takes the first free time: one press."""
    await page.click('a[href$="/meetings"] >> nth=0')
    await looks.whole(page, "my meetings, free times")
    await page.locator('[data-topic="mid"] button[name="slot"]').first.click()
    await expect(page.locator('[data-topic="mid"]')).to_have_attribute("data-state", "booked")
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


async def refused(cleo: Visitor, meeting: Booking) -> None:
    """Another member of the same group: the page is not found, and neither is a ticket."""
    await cleo.open_link()
    home = cleo.page.url
    reply = await cleo.page.goto(f"{home}room/{meeting.session}")
    assert reply is not None
    assert reply.status == 404
    await cleo.page.goto(f"{home}room/{cleo.session}")
    ticket = await cleo.page.evaluate(
        """async (session) => {
          const config = JSON.parse(document.querySelector("#config").textContent);
          const address = config.ticket.replace(/[^/]+$/, session);
          const reply = await fetch(address, { method: "POST", headers: { "X-CSRF": config.csrf } });
          return reply.status;
        }""",
        meeting.session,
    )
    assert ticket == 404


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
    await page.goto(page.url.split("?")[0] + f"/{meeting.id}/checklist")
    await expect(page.locator("#item-risk")).to_be_checked()
    await looks.whole(page, "the list of a meeting")
