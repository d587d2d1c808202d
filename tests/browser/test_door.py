"""The door: waiting people are private, a greeting is a look for two, and nobody comes in unseen."""

import asyncio

from playwright.async_api import expect

from tests.browser import figures
from tests.browser.house import House
from tests.browser.thread import Visit, all_see_and_hear

WATCHED_S = 2.0


async def test_nothing_leaves_the_device_of_someone_who_waits(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await ben.knock()
    await expect(ben.room).to_have_attribute("data-media", "up")

    await asyncio.sleep(WATCHED_S)

    assert (await figures.read(ben.page)).bytes_sent() == 0
    await figures.stays_dark(ben.page, 0)


async def test_a_greeting_is_seen_by_two_and_nobody_else(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    cleo = await visit(room, "participants", 1)
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)
    await ben.sees_and_hears(ada)
    await cleo.knock()

    await ada.press("greet", cleo)
    await cleo.is_at("greet")

    await ada.sees_and_hears(cleo)
    await cleo.sees_and_hears(ada)
    # Slots follow the seats: Ben sits between the two, so each finds the other in a slot known beforehand.
    await figures.stays_dark(ben.page, 1)
    await figures.stays_dark(cleo.page, 1)
    await ada.page.locator('[data-action="end-greet"]:visible').click()
    await cleo.is_at("lobby")
    await ben.sees_and_hears(ada)
    await figures.until_nothing_is_sent(cleo.page)


async def test_someone_sent_back_waits_again_and_is_heard_by_nobody(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)
    await all_see_and_hear(ada, ben)
    slot = await ada.slot_of(ben)

    await ada.tell("send-back", ben)
    await ada.confirm()

    await ben.is_at("lobby")
    await expect(ada.tile(ben)).to_have_count(0)
    await figures.stays_dark(ada.page, slot)
    await ada.press("admit", ben)
    await ben.is_at("room")
    await all_see_and_hear(ada, ben)


async def test_a_locked_room_keeps_a_newcomer_out_until_it_is_unlocked(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await ada.open_panel()
    await ada.press("lock")
    await expect(ada.page.locator('[data-action="lock"]')).to_have_attribute("aria-pressed", "true")

    await ben.knock()
    await ada.press("lock")
    await expect(ada.page.locator('[data-action="lock"]')).to_have_attribute("aria-pressed", "false")
    await ada.let_in(ben)

    await all_see_and_hear(ada, ben)


async def test_someone_not_admitted_today_is_told_so_and_does_not_come_in(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await ben.knock()

    await ada.press("decline", ben)
    await ada.confirm()

    await ben.is_at("declined")
    await expect(ben.page.locator('[data-screen="end"]')).to_be_visible()


async def test_a_line_from_the_lobby_reaches_the_facilitator(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await ben.knock()

    await ben.page.locator('[data-screen="lobby"] input[name="text"]').fill("I need a minute")
    await ben.page.locator('[data-screen="lobby"] [data-action="send-text"]').click()

    await ada.open_panel()
    await ada.press("text", ben)
    await expect(ada.page.locator('dialog[data-dialog="text"][open] [data-texts]')).to_contain_text(
        "I need a minute"
    )
