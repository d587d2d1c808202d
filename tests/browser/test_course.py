"""From an empty database to a confirmed session: everybody who works here and a participant, in real
browsers, with a real room in between. Every page on the way is looked at."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.clinic import Clinic, NewPage, open_clinic
from tests.browser.colleague import Colleague, set_up, set_up_by_keyboard
from tests.browser.look import AXE, NARROWEST, Looks
from tests.browser.thread import all_see_and_hear, closed
from tests.browser.visitor import Visitor
from tests.server import staff_desk

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)")

TITLE = "Thursday group"
LASTS = timedelta(seconds=45)
"""The first session, once everybody is ready: long enough for two people to come in on a slow machine."""
PEOPLE = "Ben Keller; ben@example.org; 030 1234567\nCleo Sommer; cleo@example.org"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """One service for everybody who only sets a group up."""
    async with open_clinic(tmp_path_factory.mktemp("clinic")) as opened:
        yield opened


def soon() -> datetime:
    """A quarter of an hour from now, by the group's clock."""
    return datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(minutes=15)


async def test_from_an_empty_database_to_a_confirmed_session(empty: Clinic, new_page: NewPage):
    clinic = empty
    looks = Looks()
    vera = Colleague(await new_page(), clinic.base_url, "vera@clinic.example", looks.whole)
    await vera.accept(clinic.invitation)
    links = [await vera.invite(name, f"{name.lower()}@clinic.example") for name in ("Nora", "Ada")]
    await vera.page.context.close()
    nora = Colleague(await new_page(), clinic.base_url, "nora@clinic.example", looks.whole)
    ada = Colleague(await new_page(), clinic.base_url, "ada@clinic.example", looks.nothing)
    await nora.accept(links[0])
    await ada.accept(links[1])
    await nora.sign_out()
    await nora.sign_in()
    await nora.look(nora.page, "empty work list")

    group = await set_up(nora, TITLE, soon(), "Ada", PEOPLE)
    for rest in ("", "dates", "people", "people/new", "contract", "messages", "audit"):
        await nora.page.goto(group + rest)
        await nora.look(nora.page, f"coordinator's {rest or 'group'}")
    await nora.page.goto(group)
    change = await nora.page.locator('a[href*="/dates/change/"]').first.get_attribute("href") or ""
    session = change.rpartition("/")[2]

    ben = await come_and_sign(clinic, looks, await new_page(), session)
    leader, ends_at = await open_room(clinic, looks, ada, session)
    await meet(leader, ben)
    await over(clinic, leader, ends_at)

    await confirm(looks, ada, session)
    await nora.page.goto(group)
    await nora.look(nora.page, "grid after a session")
    ben_row, cleo_row = (nora.page.locator("[data-grid] tbody tr", has_text=name) for name in ("Ben", "Cleo"))
    await expect(ben_row.locator("td.grid-cell").first).to_have_attribute("data-status", "attended")
    await expect(cleo_row.locator("td.grid-cell").first).to_have_attribute("data-status", "excused")
    await ben.page.goto(re.sub(r"/room/.*$", "/record", ben.page.url))
    await looks.whole(ben.page, "own record")
    await expect(ben.page.locator(f'[data-session="{session}"]')).to_contain_text("you were there")
    await nora.page.goto(nora.home)
    await nora.look(nora.page, "work list after a session")
    looks.assert_well_made()


async def come_and_sign(clinic: Clinic, looks: Looks, page: Page, session: str) -> Visitor:
    """A participant opens the link from the mail, reads and signs the contract."""
    link = await clinic.link_for("ben@example.org")
    ben = Visitor(page, "Ben", "", link, session)
    await ben.open_link()
    await looks.whole(page, "participant's group")
    home = page.url
    await page.click('[data-action="read-contract"]')
    await looks.whole(page, "contract to sign")
    await page.check("#agree")
    await page.check("#video")
    await page.click('[data-action="sign"]')
    await page.locator("[data-receipt]").wait_for()
    for rest in ("record", "calendar", "calendar/feed", f"away/{session}", "me", "leave", "not-me"):
        await page.goto(home + rest)
        await looks.whole(page, f"participant's {rest.removesuffix(session)}")
    await page.goto(home)
    return ben


async def open_room(clinic: Clinic, looks: Looks, ada: Colleague, session: str) -> tuple[Visitor, datetime]:
    """The facilitator reads the brief and opens the room, which begins now and ends at the time given."""
    await ada.open_group(TITLE)
    await looks.whole(ada.page, "facilitator's group")
    group = ada.page.url
    await ada.page.goto(f"{group}contract")
    await looks.whole(ada.page, "contracts")
    await ada.page.locator("li[data-member] a").first.click()
    await looks.whole(ada.page, "one member's contract")
    await ada.page.goto(f"{group}brief/{session}")
    await looks.whole(ada.page, "brief")
    ends_at = await clinic.begin_now(session, LASTS)
    leader = Visitor(ada.page, "Ada", "", "", session)
    await leader.enter()
    await leader.pass_devices()
    await leader.is_at("room")
    return leader, ends_at


async def meet(leader: Visitor, ben: Visitor) -> None:
    """Ben knocks and is let in; both see and hear."""
    await ben.page.reload()
    await ben.enter()
    await ben.pass_devices()
    await ben.answer_doorstep()
    await ben.is_at("lobby")
    for one in (leader, ben):
        one.member = await one.room.get_attribute("data-member") or ""
    await leader.let_in(ben)
    await all_see_and_hear(leader, ben)


async def over(clinic: Clinic, leader: Visitor, ends_at: datetime) -> None:
    """The planned end comes, the facilitator ends the room, the scheduler closes the record."""
    await asyncio.sleep(max(0.0, (ends_at - datetime.now(UTC)).total_seconds()))
    await leader.open_panel()
    await leader.press("end")
    await leader.confirm()
    await leader.is_at("ended")
    await closed(clinic.state, leader.session)


async def confirm(looks: Looks, ada: Colleague, session: str) -> None:
    """One look, one change, one press."""
    page = ada.page
    await page.goto(re.sub(r"/room/.*$", f"/attendance/{session}", page.url))
    await looks.whole(page, "attendance to confirm")
    cleo = page.locator("[data-attendance] tr", has_text="Cleo").locator("select").first
    await cleo.select_option("excused:notice_by_phone")
    await page.click('[data-action="confirm-all"]')
    await page.locator('[data-left="0"]').wait_for()
    await looks.whole(page, "confirmed attendance")


async def test_a_group_is_set_up_without_scripts_in_a_narrow_window(clinic: Clinic, new_page: NewPage):
    looks = Looks()
    page = await new_page(java_script_enabled=False, viewport=NARROWEST)
    hanna = Colleague(page, clinic.base_url, await clinic.employ("Hanna"), looks.narrow, staff_desk.SECRET)
    await clinic.employ("Hanno")
    await hanna.sign_in()
    group = await set_up(
        hanna, "Narrow group", soon(), "Hanno", PEOPLE, "Dora; dora@example.org\nEmil; nowhere"
    )
    for rest in ("", "dates", "people", "people/new", "contract", "messages", "audit"):
        await page.goto(group + rest)
        await looks.narrow(page, f"coordinator's {rest or 'group'} without scripts")
    looks.assert_well_made()


async def test_a_group_is_set_up_by_keyboard_alone(clinic: Clinic, new_page: NewPage):
    page = await new_page()
    ida = Colleague(page, clinic.base_url, await clinic.employ("Ida"), Looks().nothing, staff_desk.SECRET)
    await clinic.employ("Jonas")
    await ida.sign_in()
    first = soon()
    await set_up_by_keyboard(ida, "Keyboard group", first)
    await expect(page.locator("h1")).to_have_text("Keyboard group")
    await expect(page.locator(".next-card")).to_contain_text(first.strftime("%H:%M"))
