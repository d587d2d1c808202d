"""A worrying answer on a phone: help at once, an alert without a name in the mailbox, a facilitator who has
it, speaks with the member and writes down what came of it. The form goes on afterwards."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Page, expect

import store.checkins
from store import on_call
from tests.browser.house import House
from tests.browser.look import AXE, Looks
from tests.browser.test_checkin import PHONE, asked_for, state
from tests.browser.thread import Visit
from tests.services.on_call import make_team

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)")

ALERT_WITHIN_S = 90.0


async def somebody_on_call(house: House) -> None:
    """Two clinicians who answer day and night. The PHQ-9 stays off: the house is for other journeys too."""
    async with state(house) as (db, keys), db.write() as tx:
        if (await on_call.rota(tx)).number == 0:
            await make_team(tx, keys, datetime.now(UTC), phq9=False)


async def begun(house: House, room: dict[str, Any]) -> str:
    """A weekly look that the first participant has opened, so that no plan moves it; its id."""
    one = await asked_for(house, room, "weekly", 5, mail=False)
    async with state(house) as (db, _), db.write() as tx:
        assert await store.checkins.mark_opened(tx, one, "weekly.1", datetime.now(UTC))
    return one


async def alerts(page: Page, house: House, name: str) -> list[str]:
    """What the alerts to this person say, once one has come."""
    mail = page.locator('[data-kind="on_call_alert"]', has=page.locator("[data-to]", has_text=name))
    async with asyncio.timeout(ALERT_WITHIN_S):
        while True:
            await page.goto(f"{house.base_url}/demo/outbox")
            if await mail.count():
                return await mail.all_inner_texts()
            await asyncio.sleep(0.3)


async def test_from_a_worrying_answer_to_the_outcome(visit: Visit, house: House):
    room, looks = house.room(), Looks()
    await somebody_on_call(house)
    one = await begun(house, room)
    ben = await visit(room, "participants", 0, **PHONE)
    ada = await visit(room, "facilitators")
    await ben.open_link()
    await ben.page.click('[data-action="checkin"]')
    await ben.page.click('[data-action="begin"]')
    await ben.page.wait_for_url(re.compile(r"/mood$"))
    await ben.page.goto(f"{ben.page.url.removesuffix('/mood')}/safe_now")
    await ben.page.check('[name="safe_now"][value="no"]')
    await ben.page.click('[data-action="continue"]')
    await ben.page.wait_for_url(re.compile(r"/help-now/\w+$"))
    await expect(ben.page.locator('[data-action="call-emergency"]')).to_be_in_viewport(ratio=1)
    await looks.whole(ben.page, "help at once")
    await ben.page.click('[data-action="wish-now"]')
    await expect(ben.page.locator('[data-note="told"]')).to_be_visible()
    await looks.whole(ben.page, "the team is told")

    for text in await alerts(ada.page, house, "Nora Findable-Name"):
        assert ben.name not in text
        assert "safe" not in text.lower()

    await ada.open_link()
    await ada.page.locator("[data-concerns] a").first.click()
    await looks.whole(ada.page, "a concern")
    await expect(ada.page.locator(".facts").first).to_contain_text("does not feel safe right now")
    await ada.page.click('[data-action="acknowledge"]')
    await expect(ada.page.locator('[data-state="acknowledged"]')).to_be_visible()
    await ada.page.click('[data-action="open-sheet"]')
    await expect(ada.page.locator("[data-sheet]")).to_be_visible()
    await looks.whole(ada.page, "the emergency sheet")
    await ada.page.fill('[name="said"]', "At home. A friend is on the way.")
    await ada.page.click('[data-action="contacted"]')
    await expect(ada.page.locator('[data-state="contacted"]')).to_be_visible()
    await ada.page.click('[data-action="close-concern"]')
    await expect(ada.page.locator(".error-summary")).to_be_focused()
    await ada.page.fill('[name="outcome"]', "Safe tonight. We speak again tomorrow at ten.")
    await ada.page.click('[data-action="close-concern"]')
    await expect(ada.page.locator('[data-state="closed"]')).to_be_visible()
    await expect(ada.page.locator("[data-outcome]")).to_contain_text("Safe tonight")
    await looks.whole(ada.page, "a closed concern")

    await ben.page.click('[data-action="back-to-form"]')
    await ben.page.wait_for_url(re.compile(rf"/checkin/{one}$"))
    await ben.page.click('[data-action="begin"]')
    await ben.page.wait_for_url(re.compile(r"/mood$"))
    looks.assert_well_made()
