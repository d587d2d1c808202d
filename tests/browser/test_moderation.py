"""What facilitators can do to sound, pictures and people, proved by what is decoded on the other side."""

from playwright.async_api import expect

from tests.browser import figures
from tests.browser.house import House
from tests.browser.thread import Visit, all_see_and_hear

MUTED_WHILE_PLAYING = """(one) => {
  window.mutedWhilePlaying = new Promise((done) =>
    one.addEventListener('volumechange', () => done(one.muted && !one.paused), { once: true }));
}"""
"""Whether the sound of an element goes on without being heard when it is muted."""


async def two_in_a_room(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)
    await all_see_and_hear(ada, ben)
    return ada, ben


async def test_a_muted_person_is_seen_but_not_heard_and_unmutes_only_themselves(visit: Visit, house: House):
    ada, ben = await two_in_a_room(visit, house)
    slot = await ada.slot_of(ben)

    await ada.tell("mute", ben)
    await expect(ada.tile(ben)).to_have_attribute("data-mic", "off")
    await figures.until_seen_and_heard(ada.page, slot, hears=False)
    await figures.stays_silent(ada.page, slot)

    await ada.tell("ask-mic", ben)
    await ben.page.locator('dialog[data-dialog="asked"][open] [data-action="confirm"]').click()
    await ada.sees_and_hears(ben)


async def test_own_microphone_and_camera_buttons_stop_and_start_what_others_get(visit: Visit, house: House):
    ada, ben = await two_in_a_room(visit, house)
    slot = await ada.slot_of(ben)

    await ben.page.locator('.bar [data-action="camera"]').click()
    await expect(ada.tile(ben)).to_have_attribute("data-camera", "off")
    await figures.until_seen_and_heard(ada.page, slot, sees=False)
    await figures.stays_blank(ada.page, slot)

    await ben.page.locator('.bar [data-action="mic"]').click()
    await expect(ada.tile(ben)).to_have_attribute("data-mic", "off")
    await figures.stays_silent(ada.page, slot)

    await ben.page.locator('.bar [data-action="camera"]').click()
    await ben.page.locator('.bar [data-action="mic"]').click()
    await ada.sees_and_hears(ben)


async def test_a_removed_person_is_gone_and_does_not_come_back_by_reloading(visit: Visit, house: House):
    ada, ben = await two_in_a_room(visit, house)
    slot = await ada.slot_of(ben)

    await ada.tell("remove", ben)
    await ada.confirm()

    await ben.is_at("removed")
    await expect(ada.tile(ben)).to_have_count(0)
    await figures.stays_dark(ada.page, slot)
    await ben.page.reload()
    await ben.is_at("removed")


async def test_the_sound_of_a_freed_seat_runs_out_unheard(visit: Visit, house: House):
    ada, ben = await two_in_a_room(visit, house)
    sounds = ada.page.locator("[data-sounds] audio")
    await expect(sounds).to_have_count(1)

    await sounds.evaluate(MUTED_WHILE_PLAYING)
    await ada.tell("remove", ben)
    await ada.confirm()

    assert await ada.page.evaluate("() => window.mutedWhilePlaying")
    await expect(ada.page.locator("[data-sounds] audio[data-member]")).to_have_count(0)
    await expect(sounds).to_have_count(0)


async def test_the_end_is_for_everyone_and_says_goodbye(visit: Visit, house: House):
    ada, ben = await two_in_a_room(visit, house)

    await ada.open_panel()
    await ada.press("end")
    await ada.confirm()

    for person in (ada, ben):
        await person.is_at("ended")
        await expect(person.page.locator('[data-screen="end"] h1')).to_be_visible()


async def test_the_emergency_sheet_shows_what_was_said_at_the_door(visit: Visit, house: House):
    ada, ben = await two_in_a_room(visit, house)

    await ada.tell("sheet", ben)

    sheet = ada.page.locator('dialog[data-dialog="sheet"][open]')
    await expect(sheet.locator('[data-sheet="where"]')).to_have_text("At home")
    await expect(sheet.locator('[data-sheet="phone"]')).to_contain_text("030 1234567")
    await expect(sheet.locator('[data-sheet="emergency"]')).not_to_be_empty()
