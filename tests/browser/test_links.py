"""Links in real browsers: looking costs nothing, a device is bound, several people share one browser."""

import re

from playwright.async_api import Browser, expect

from tests.browser.house import House
from tests.browser.thread import Visit


async def test_a_mail_scanner_with_a_whole_browser_uses_nothing_up(
    visit: Visit, house: House, chromium: Browser
):
    room = house.room()
    person = room["participants"][0]
    scanner = await chromium.new_context()
    page = await scanner.new_page()
    await page.goto(person["link"])
    shown = await page.content()
    await page.reload()
    await scanner.close()

    assert person["name"] not in shown
    assert room["title"] not in shown
    ben = await visit(room, "participants", 0)
    await ben.open_link()
    await expect(ben.page.locator('[data-action="enter-room"]').first).to_be_visible()


async def test_a_forwarded_link_does_not_open_on_a_second_device(visit: Visit, house: House):
    room = house.room()
    ben = await visit(room, "participants", 0)
    await ben.open_link()

    friend = await visit(room, "participants", 0)
    await friend.page.goto(friend.link)
    await friend.page.click('[data-action="open-link"]')

    await expect(friend.page.get_by_role("alert")).to_be_visible()
    assert re.search(r"/s/", friend.page.url) is None


async def test_the_links_of_several_people_work_side_by_side_in_one_browser(visit: Visit, house: House):
    room = house.room()
    ada = await visit(room, "facilitators")
    ben = await ada.another_person_in_this_browser(room["participants"][0])
    await ada.lead()
    await ben.knock()
    await ada.let_in(ben)

    await ada.sees_and_hears(ben)
    await ben.sees_and_hears(ada)
