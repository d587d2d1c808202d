"""A check-in on a phone: from the invitation in the mail to the last page, from the keyboard and without
scripts too. Another device goes on where the first one stopped and reads nothing back."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import delete, select

import store.answers
import store.checkins
import store.links
import store.outbox
from care import delivery
from care.delivery import MessageKind
from store.database import Database
from store.sealing import Keys
from store.signins import hashed
from store.tables import checkin, link
from tests.browser import look
from tests.browser.house import House
from tests.browser.look import AXE, NARROWEST, Looks
from tests.browser.thread import Visit
from tests.services.asked import ask

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)")

PHONE: dict[str, Any] = {"viewport": look.PHONE, "has_touch": True}
MAIL_WITHIN_S = 120.0
GIVEN = {"week_compared": "better", "tried": "partly"}
WORDS = {"moment": "a findable moment", "want_today": "a findable wish"}


@asynccontextmanager
async def state(house: House) -> AsyncIterator[tuple[Database, Keys]]:
    """What the house keeps, beside it."""
    db = await Database.open(house.store_settings)
    try:
        yield db, Keys.load(house.store_settings)
    finally:
        await db.close()


async def asked_for(house: House, room: dict[str, Any], wave: str, number: int = 1, *, mail: bool) -> str:
    """A check-in of the room's first participant, with an invitation on its way; its id."""
    now, member = datetime.now(UTC), room["participants"][0]["member"]
    async with state(house) as (db, _), db.write() as tx:
        # The house plans rounds of its own; one of this name makes way.
        await tx.execute(delete(checkin).where(checkin.c.member == member, checkin.c.wave == wave))
        one = await ask(tx, member, room["session"], now, wave, number=number, state="due")
        found = await store.checkins.find(tx, one)
        assert found is not None
        if mail:
            kind = MessageKind.CHECKIN_INVITATION
            await store.outbox.put(
                tx,
                delivery.key(kind, member, "asked", one),
                kind.value,
                found.person,
                {"member": member, "checkin": one},
                due_at=now,
                expires_at=found.closes_at,
                now=now,
            )
    return one


async def link_in_mail(page: Page, house: House, member: str) -> str:
    """The link in the invitation to this member, once it has come. Names repeat from group to group."""
    mine = select(link.c.token_hash).where(link.c.member == member, link.c.purpose == "checkin")
    found = page.locator('[data-kind="checkin_invitation"] a[href*="/j#"]')
    async with asyncio.timeout(MAIL_WITHIN_S), state(house) as (db, _):
        while True:
            await page.goto(f"{house.base_url}/demo/outbox")
            addresses = await found.evaluate_all("links => links.map(one => one.href)")
            async with db.read() as tx:
                known = set((await tx.execute(mine)).scalars())
            for address in addresses:
                if hashed(address.partition("#")[2]) in known:
                    return str(address)
            await asyncio.sleep(0.3)


async def answer(page: Page, looks: Looks | None = None) -> str:
    """Answers the question on the page, or skips it; its name."""
    name = page.url.rsplit("/", maxsplit=1)[-1].partition("?")[0]
    if looks is not None:
        await looks.narrow(page, name)
    if name in WORDS:
        await page.fill(f'[name="{name}"]', WORDS[name])
    elif name in GIVEN or name == "mood" or name.startswith("phq9"):
        await page.check(f'[name="{name}"][value="{GIVEN.get(name, "1")}"]')
    else:
        await page.click('[data-action="skip"]')
        return name
    await page.click('[data-action="continue"]')
    return name


async def to_the_summary(page: Page, looks: Looks | None = None) -> list[str]:
    """Every question until the summary; their names."""
    seen = []
    while not page.url.endswith("/check"):
        seen.append(await answer(page, looks))
        assert len(seen) < 60, seen
    return seen


async def test_a_weekly_look_on_a_phone_from_the_mail_to_the_last_page(visit: Visit, house: House):
    room, looks = house.room(), Looks()
    ben = await visit(room, "participants", 0, **PHONE)
    one = await asked_for(house, room, "weekly", 2, mail=True)
    await ben.page.goto(await link_in_mail(ben.page, house, ben.member))
    await ben.page.click('[data-action="open-link"]')
    await ben.page.wait_for_url(re.compile(rf"/checkin/{one}$"))
    await looks.whole(ben.page, "start")
    await ben.page.click('[data-action="begin"]')
    await ben.page.wait_for_url(re.compile(r"/mood$"))
    await looks.whole(ben.page, "a scale")
    await ben.page.click('[data-action="continue"]')
    await expect(ben.page.locator(".error-summary")).to_be_focused()
    await looks.whole(ben.page, "a mistake")
    seen = await to_the_summary(ben.page)
    assert seen[:5] == ["mood", "week_compared", "moment", "tried", "want_today"]
    assert seen[-1] == "safe_now"
    await expect(ben.page.locator(".answers")).to_contain_text("a findable moment")
    await looks.whole(ben.page, "summary")
    await ben.page.click('[data-action="send"]')
    await expect(ben.page.locator("h1")).to_have_text("Thank you. Your answers have arrived.")
    await looks.whole(ben.page, "the end")
    assert await ben.page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))") == []
    looks.assert_well_made()
    async with state(house) as (db, keys), db.read() as tx:
        found = await store.checkins.find(tx, one)
        given = await store.answers.of_checkin(tx, keys, one)
    assert found is not None
    assert found.state == "submitted"
    assert given["moment"].value == "a findable moment"


async def test_a_form_without_scripts_and_a_second_device(visit: Visit, house: House):
    room, looks = house.room(), Looks()
    one = await asked_for(house, room, "weekly", 3, mail=False)
    first = await visit(room, "participants", 0, java_script_enabled=False, **PHONE)
    await come_in_by_code(house, room, first.page)
    await first.page.click('[data-action="begin"]')
    for name in ("mood", "week_compared", "moment"):
        assert await answer(first.page) == name

    second = await visit(room, "participants", 0, **PHONE)
    await come_in_by_code(house, room, second.page)
    await expect(second.page.locator('[data-note="resumed"]')).to_contain_text("You have answered 3 of")
    await second.page.click('[data-action="begin"]')
    await second.page.wait_for_url(re.compile(r"/tried$"))
    address = second.page.url.removesuffix("/tried")
    await second.page.goto(f"{address}/moment")
    await expect(second.page.locator('[data-note="elsewhere"]')).to_be_visible()
    await looks.whole(second.page, "answered elsewhere")
    assert "findable" not in await second.page.content()
    await second.page.click('[data-action="leave-answer"]')
    await to_the_summary(second.page)
    await expect(second.page.locator('[data-state="elsewhere"]')).to_have_count(3)
    assert "findable moment" not in await second.page.content()
    await looks.whole(second.page, "summary on another device")

    await first.page.reload()
    await to_the_summary(first.page)
    await first.page.click('[data-action="send"]')
    await expect(first.page.locator("h1")).to_have_text("Thank you. Your answers have arrived.")
    await second.page.click('[data-action="send"]')
    await expect(second.page.locator("h1")).to_have_text("Thank you. Your answers have arrived.")
    looks.assert_well_made()
    async with state(house) as (db, keys), db.read() as tx:
        given = await store.answers.of_checkin(tx, keys, one)
    assert given["moment"].value == "a findable moment"
    assert given["want_today"].value == "a findable wish"


async def test_every_question_before_the_group_fits_a_narrow_window(visit: Visit, house: House):
    room, looks = house.room(), Looks()
    ben = await visit(room, "participants", 0, viewport=NARROWEST)
    await asked_for(house, room, "pre", mail=False)
    await ben.open_link()
    await ben.page.click('[data-action="checkin"]')
    await ben.page.click('[data-action="begin"]')
    await looks.whole(ben.page, "choices with a box")
    await to_the_summary(ben.page, looks)
    await looks.whole(ben.page, "summary of a long form")
    looks.assert_well_made()


async def test_a_form_is_filled_in_from_the_keyboard(visit: Visit, house: House):
    room = house.room()
    ben = await visit(room, "participants", 0)
    await asked_for(house, room, "weekly", 4, mail=False)
    await ben.open_link()
    await ben.focus_and_press('[data-action="checkin"]')
    await ben.focus_and_press('[data-action="begin"]')
    await ben.page.wait_for_url(re.compile(r"/mood$"))
    await ben.page.locator('[name="mood"]').first.focus()
    await ben.page.keyboard.press("ArrowRight")
    await ben.page.keyboard.press("Enter")
    await ben.page.wait_for_url(re.compile(r"/week_compared$"))
    await ben.focus_and_press('[data-action="skip"]')
    await ben.page.wait_for_url(re.compile(r"/moment$"))
    await ben.page.locator(".back").first.focus()
    await ben.page.keyboard.press("Enter")
    await ben.page.wait_for_url(re.compile(r"/week_compared$"))


async def test_a_facilitator_reads_and_writes_along(visit: Visit, house: House):
    room, looks = house.room(), Looks()
    ada = await visit(room, "facilitators")
    one = await asked_for(house, room, "mid", mail=False)
    await ada.open_link()
    place = re.search(r"/s/([^/]+)/", ada.page.url)
    assert place is not None
    member = room["participants"][0]["member"]
    await ada.page.goto(f"{house.base_url}/s/{place[1]}/people/{member}")
    await looks.whole(ada.page, "a member's page")
    await ada.page.click('[data-checkin="mid"] a')
    await looks.whole(ada.page, "nothing answered yet")
    await ada.page.check('[name="mode"][value="phone"]')
    await ada.page.click('[data-action="fill-in"]')
    await looks.whole(ada.page, "written down on the telephone")
    for _ in range(3):
        await answer(ada.page)
    await ada.page.goto(f"{house.base_url}/s/{place[1]}/people/{member}/checkin/{one}")
    await expect(ada.page.locator(".answers")).to_contain_text("written down by")
    await looks.whole(ada.page, "answers")
    looks.assert_well_made()


async def come_in_by_code(house: House, room: dict[str, Any], page: Page) -> None:
    """A code that somebody reads out, typed on this device; the form's first page."""
    member = room["participants"][0]["member"]
    async with state(house) as (db, keys), db.write() as tx:
        code = await store.links.mint_code(tx, keys, member, "checkin", datetime.now(UTC))
    await page.goto(f"{house.base_url}/j/code")
    await page.fill('[name="code"]', code)
    await page.click('[data-action="open-code"]')
    await page.wait_for_url(re.compile(r"/checkin/\w+$"))
