"""Someone without camera, without microphone or without either takes part as well as can be."""

from playwright.async_api import expect

from tests.browser import figures
from tests.browser.house import House
from tests.browser.thread import Visit


async def test_a_denied_camera_is_explained_and_does_not_keep_anyone_out(visit: Visit, house: House):
    room = house.room()
    ada = await visit(room, "facilitators")
    await ada.lead()
    ben = await visit(room, "participants", 0, refuses=("camera", "microphone"))
    await ben.open_link()
    await ben.enter()

    await ben.page.click('[data-action="check-devices"]')
    await expect(ben.page.locator("[data-failure]:visible").first).to_be_visible()
    await ben.page.click('[data-action="continue"]')
    await ben.answer_doorstep()
    await ben.is_at("lobby")
    await ada.let_in(ben)

    await ben.sees_and_hears(ada)
    await expect(ada.tile(ben)).to_have_attribute("data-camera", "off")
    await figures.stays_dark(ada.page, await ada.slot_of(ben))


async def test_a_microphone_alone_is_enough(visit: Visit, house: House):
    room = house.room()
    ada = await visit(room, "facilitators")
    await ada.lead()
    ben = await visit(room, "participants", 0, refuses=("camera",))
    await ben.knock()
    await ada.let_in(ben)

    await ada.sees_and_hears(ben, sees=False)
    await ben.sees_and_hears(ada)
    await figures.stays_blank(ada.page, await ada.slot_of(ben))


async def test_sound_only_stops_the_pictures_and_keeps_the_sound(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)
    await ben.sees_and_hears(ada)
    slot = await ben.slot_of(ada)

    await ben.page.locator('.bar [data-action="settings"]').click()
    await ben.page.locator('dialog[open] [data-action="audio-only"]').click()
    await ben.page.locator('dialog[open] [data-action="cancel"]').click()

    await figures.until_blank(ben.page, slot)
    await figures.until_seen_and_heard(ben.page, slot, sees=False)


async def test_going_on_without_devices_lets_one_listen(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await ben.knock(skip_devices=True)
    await ada.let_in(ben)

    await ben.sees_and_hears(ada)
    await figures.stays_dark(ada.page, await ada.slot_of(ben))
