"""Every page passes the rules of axe for WCAG 2.2 AA, in light and in dark, and works from the keyboard."""

import pytest

from tests.browser.house import House
from tests.browser.look import AXE, Looks, assert_accessible
from tests.browser.thread import Visit

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)")


@pytest.mark.parametrize(
    "path", ["/", "/j", "/j/code", "/help", "/help/gb", "/help/de", "/demo", "/demo/outbox", "/nothing"]
)
async def test_pages_without_a_sign_in(visit: Visit, house: House, path: str):
    ada = await visit(house.rooms[0], "facilitators")
    await ada.page.goto(house.base_url + path)
    await assert_accessible(ada.page, path)


async def test_home_and_attendance(visit: Visit, house: House):
    room = house.room()
    for role in ("participants", "facilitators", "coordinator"):
        person = await visit(room, role)
        await person.open_link()
        await assert_accessible(person.page, f"home of {role}")
        if role == "coordinator":
            await person.page.click(f'[data-action="attendance"][data-session="{room["session"]}"]')
            await assert_accessible(person.page, "attendance")


async def test_the_work_with_a_member(visit: Visit, house: House):
    room = house.room()
    ben, ada = await visit(room, "participants", 0), await visit(room, "facilitators")
    await ben.open_link()
    home = ben.page.url
    await ben.page.goto(f"{home}mine/circle")
    await ben.page.fill('[name="label"]', "Jo")
    await ben.page.check('[name="now"][value="2"]')
    await ben.page.check('[name="wished"][value="1"]')
    await ben.focus_and_press('[data-action="add-relation"]')
    await ben.page.locator("[data-relation]").wait_for()
    await ben.page.goto(f"{home}mine/problems")
    for words in ("We quarrel", "Nobody visits me"):
        await ben.page.fill('[name="words"]', words)
        await ben.focus_and_press('[data-action="add-problem"]')
        await ben.page.locator(f'[data-problem] :text-is("{words}")').first.wait_for()
    await ben.focus_and_press('[data-problem]:nth-of-type(2) [name="move"][value$=":up"]')
    await ben.page.locator("[data-moved]").wait_for()
    assert "Nobody visits me" in await ben.page.locator("[data-problem]").first.inner_text()
    for path in ("mine/", "mine/circle", "mine/problems", "mine/goals", "mine/plan"):
        await ben.page.goto(home + path)
        await assert_accessible(ben.page, path)
    await ada.open_link()
    await ada.page.locator("[data-person]").first.click()
    address = ada.page.url
    await assert_accessible(ada.page, "page of a member")
    for path in ("circle", "problems", "areas", "goals", "plan"):
        await ada.page.goto(f"{address}/{path}")
        await assert_accessible(ada.page, f"{path} of a member")
    await ada.page.goto(address)
    await ada.page.click('[data-action="strategies"]')
    await assert_accessible(ada.page, "strategies of a session")


async def test_between_the_sessions_on_a_narrow_window(visit: Visit, house: House):
    ben = await visit(house.room(), "participants", 0)
    await ben.open_link()
    looks = Looks()
    await ben.page.goto(ben.page.url + "tryouts")
    await ben.page.fill("#step-new", "Ask M. for a walk")
    await ben.page.click('[data-action="add-tryout"]')
    await looks.whole(ben.page, "a step that lacks an answer")
    assert await ben.page.input_value("#step-new") == "Ask M. for a walk"
    await ben.page.check('input[name="safe-new"][value="unsure"]')
    await ben.page.click('[data-action="add-tryout"]')
    await ben.page.locator('[data-note="talk-first"]').wait_for()
    await ben.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    await looks.whole(ben.page, "between the sessions")
    looks.assert_well_made()


async def test_every_screen_of_the_room_page(visit: Visit, house: House):
    room = house.room()
    ada, ben = await visit(room, "facilitators"), await visit(room, "participants", 0)
    await ada.lead()
    await assert_accessible(ada.page, "room, alone")
    await ben.open_link()
    await ben.enter()
    await ben.page.locator('[data-screen="welcome"]').wait_for()
    await assert_accessible(ben.page, "welcome")
    await ben.page.click('[data-action="check-devices"]')
    await ben.page.locator('[data-action="continue"]').wait_for()
    await assert_accessible(ben.page, "devices")
    await ben.page.click('[data-action="continue"]')
    await ben.page.locator('[data-form="doorstep"]').wait_for()
    await assert_accessible(ben.page, "doorstep")
    await ben.answer_doorstep()
    await ben.is_at("lobby")
    await assert_accessible(ben.page, "lobby")
    await ada.open_panel()
    await assert_accessible(ada.page, "room, someone at the door")
    await ada.let_in(ben)
    await ada.person(ben)
    await assert_accessible(ada.page, "room with its list of people")
    await ben.page.locator('.bar [data-action="settings"]').click()
    await assert_accessible(ben.page, "settings")
    await ben.page.locator('dialog[open] [data-action="cancel"]').click()
    await ben.page.locator('.bar [data-action="leave"]').click()
    await assert_accessible(ben.page, "question before leaving")
    await ben.confirm()
    await ben.is_at("left")
    await assert_accessible(ben.page, "left")


async def test_the_way_into_the_room_needs_no_mouse(visit: Visit, house: House):
    room = house.room()
    ben = await visit(room, "participants", 0)
    await ben.page.goto(ben.link)

    await ben.focus_and_press('[data-action="open-link"]')
    await ben.focus_and_press(f'[data-action="enter-room"][data-session="{ben.session}"]')
    await ben.focus_and_press('[data-action="check-devices"]')
    await ben.focus_and_press('[data-action="continue"]')
    await ben.focus_and_press('[data-action="knock"]')

    await ben.is_at("lobby")
