"""One meeting from the choice of a time to the word that it was held: two people in two browsers, apart from
their group."""

import re

from playwright.async_api import expect

from care.meeting_states import Booking
from tests.browser.alone import begin_now, book, come_in, confirm, offer, over
from tests.browser.house import House
from tests.browser.look import PHONE, WIDE, Looks
from tests.browser.thread import Visit, all_see_and_hear
from tests.browser.visitor import Visitor


async def test_a_member_books_and_meets_a_facilitator_alone(house: House, visit: Visit) -> None:
    room, looks = house.room(), Looks()
    ada = await visit(room, "facilitators", viewport=WIDE)
    ben = await visit(room, "participants", 0, viewport=PHONE)
    await ada.open_link()
    await offer(ada.page, looks, "mid")
    await ben.open_link()
    await ben.page.click('a[href$="/meetings"] >> nth=0')
    await book(ben.page, looks, "mid")

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
    await ada.page.goto(ada.page.url.split("?")[0] + f"/{meeting.id}/checklist")
    await expect(ada.page.locator("#item-risk")).to_be_checked()
    await looks.whole(ada.page, "the list of a meeting")
    await ben.page.goto(re.sub(r"/room/.*$", "/meetings", ben.page.url))
    await expect(ben.page.locator('[data-topic="mid"]')).to_have_attribute("data-state", "held")
    looks.assert_well_made()


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
