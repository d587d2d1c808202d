"""Everything before the first session on a phone: the letter about the form, the form to its end, a time for
the meeting, the meeting itself, and the word that it was held. The coordinator reads that it is done, and
nothing of what was said."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.browser import look
from tests.browser.alone import begin_now, book, come_in, confirm, offer, over
from tests.browser.clinic import TO_A_FORM, Clinic, NewPage
from tests.browser.colleague import Colleague, set_up
from tests.browser.look import AXE, Looks
from tests.browser.thread import all_see_and_hear
from tests.browser.visitor import Visitor
from tests.server import staff_desk

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)")

TITLE = "Tuesday group"
PEOPLE = "Ben Keller; ben@example.org; 030 1234567"
AHEAD = timedelta(days=10)
"The first session: near enough that the form is open."
SAID = "a findable word"
MOST_PAGES = 60
IN_IT: dict[str, dict[str, Any]] = {
    "circle": {"fill": {"label": SAID}, "check": {"now": "1", "wished": "2"}, "press": "add-relation"},
    "problems": {"fill": {"words": SAID}, "press": "add-problem"},
    "goals": {"fill": {"words": SAID}, "choose": {"rating": "2"}, "press": "add-goal"},
}
"What is written down on the pages the form leads to."


async def test_the_whole_time_before_the_first_session(empty: Clinic, new_page: NewPage):
    looks = Looks()
    first = datetime.now(ZoneInfo("Europe/Berlin")) + AHEAD
    nora, ada = [await colleague(empty, await new_page(), name, looks) for name in ("Nora", "Ada")]
    group = await set_up(nora, TITLE, first, "Ada", PEOPLE)

    page = await new_page(viewport=look.PHONE, has_touch=True)
    await page.goto(await empty.link_for("ben@example.org", TO_A_FORM))
    await looks.on_a_phone(page, "the link of the form")
    await page.click('[data-action="open-link"]')
    await page.wait_for_url(re.compile(r"/checkin/\w+$"))
    await looks.on_a_phone(page, "the first page of the form")
    seen = await fill_in(page, looks)
    assert {"details_right", "part_circle_pre", "part_problems_pre", "part_goals_pre"} <= set(seen)
    assert sum(name.startswith("phq9") for name in seen) >= 8, seen
    await expect(page.locator(".answers")).to_contain_text(SAID)
    await looks.on_a_phone(page, "the answers before they are sent")
    await page.click('[data-action="send"]')
    await expect(page.locator("h1")).to_have_text("Thank you. Your answers have arrived.")
    await expect(page.locator("[data-next]")).to_contain_text("a message with a link comes to you")
    await looks.on_a_phone(page, "the end of the form")

    await ada.open_group(TITLE)
    await offer(ada.page, looks, "pre")
    ben = Visitor(page, "Ben", "", await empty.link_for("ben@example.org"), "")
    await ben.open_link()
    await looks.on_a_phone(page, "own group")
    await page.click('[data-action="choose-meeting"]')
    await book(page, looks, "pre")
    await page.set_viewport_size(look.PHONE)

    row = ada.page.locator("[data-met] tbody tr", has_text="Ben")
    member = await row.get_attribute("data-member") or ""
    meeting = await begin_now(empty.state, member)
    leader = Visitor(ada.page, "Ada", "", "", meeting.session or "")
    ben.member, ben.session = member, leader.session
    await come_in(leader, ben)
    leader.member = await leader.room.get_attribute("data-member") or ""
    await all_see_and_hear(leader, ben)
    await over(leader, empty.state, meeting)
    await confirm(ada.page, looks, meeting)

    await page.goto(re.sub(r"/room/.*$", "/meetings", page.url))
    await expect(page.locator('[data-topic="pre"]')).to_have_attribute("data-state", "held")
    await looks.on_a_phone(page, "own meetings, held")
    await told_no_more_than_done(nora, group, member)
    looks.assert_well_made()


async def colleague(clinic: Clinic, page: Page, name: str, looks: Looks) -> Colleague:
    """Somebody who works here, signed in."""
    address = await clinic.employ(name)
    one = Colleague(page, clinic.base_url, address, looks.nothing, staff_desk.SECRET)
    await one.sign_in()
    return one


async def fill_in(page: Page, looks: Looks) -> list[str]:
    """Every question until the summary, on a phone; their names."""
    await page.click('[data-action="begin"]')
    seen: list[str] = []
    while not page.url.endswith("/check"):
        await page.wait_for_load_state()
        seen.append(page.url.rsplit("/", maxsplit=1)[-1].partition("?")[0])
        await looks.narrow(page, seen[-1])
        await page.set_viewport_size(look.PHONE)
        if await page.locator('[data-action="own-page"]').count():
            await work_through(page, looks, seen[-1].split("_")[1])
            await page.click('[data-action="part-done"]')
        else:
            await answer(page)
            await page.click('[data-action="continue"]')
        assert len(seen) < MOST_PAGES, seen
    return seen


async def answer(page: Page) -> None:
    """Says something to everything the page asks."""
    for one in await page.locator("main textarea, main input[type=text]").all():
        await one.fill(SAID)
    for one in await page.locator("main fieldset").all():
        await one.locator("input").nth(1).check()


async def work_through(page: Page, looks: Looks, part: str) -> None:
    """The page of a part of the form, and back to its question."""
    told = IN_IT[part]
    await page.click('[data-action="own-page"]')
    await looks.on_a_phone(page, f"the page of {part}")
    for name, words in told.get("fill", {}).items():
        await page.fill(f'[name="{name}"]', words)
    for name, value in told.get("check", {}).items():
        await page.check(f'[name="{name}"][value="{value}"]')
    for name, value in told.get("choose", {}).items():
        await page.select_option(f'[name="{name}"]', value)
    await page.click(f'[data-action="{told["press"]}"]')
    await expect(page.locator("[data-note]").first).to_be_visible()
    await looks.on_a_phone(page, f"the page of {part} with something in it")
    await page.click('[data-action="back-to-form"]')
    await expect(page.locator("[data-part-inside]")).to_contain_text(SAID)


async def told_no_more_than_done(nora: Colleague, group: str, member: str) -> None:
    """The coordinator's pages: the form is done, the meeting was held, and no word of what was said."""
    page = nora.page
    await page.goto(f"{group}individual-meetings")
    held = page.locator(f'[data-met] tr[data-member="{member}"] [data-topic="pre"]')
    await expect(held).to_have_attribute("data-state", "held")
    assert SAID not in await page.content()
    await page.goto(f"{group}people/{member}")
    await expect(page.locator("main")).to_contain_text("done")
    for rest in (f"people/{member}", "", "people", "messages", "audit"):
        await page.goto(group + rest)
        assert SAID not in await page.content(), rest
