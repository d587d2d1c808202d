"""The middle of a course while a session moves to a sooner day: so does the end of a form that nobody opened;
whoever has begun keeps the day that was said, and the coordinator was told so before."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import update

import store.groups
import store.plan
from store.tables import session as meeting
from tests.browser.house import House
from tests.browser.look import AXE, Looks
from tests.browser.test_checkin import PHONE, state
from tests.browser.thread import Visit

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)")

BEYOND = 8
"The form of the middle is open until this session: of twelve, the second after the middle."


async def middle_is_over(house: House, room: dict[str, Any]) -> datetime:
    """The session in the middle has just ended, and the clock has planned; when session 8 begins."""
    now = datetime.now(UTC)
    async with state(house) as (db, _), db.write() as tx:
        present = await store.groups.session(tx, room["session"])
        assert present is not None
        await tx.execute(
            update(meeting).where(meeting.c.id == present.id).values(ends_at=now - timedelta(seconds=1))
        )
        await store.groups.set_session_state(tx, present.id, "closed", now)
        await store.plan.reconcile(tx, present.group, now)
        found = await store.groups.sessions_of(tx, present.group)
    return next(one.starts_at for one in found if one.ordinal == BEYOND)


async def says(page: Page) -> str:
    """Until when the form of the middle is open, as the member's own page says."""
    await page.reload()
    return await page.locator('[data-checkin="mid"] .soft').inner_text()


async def test_a_moved_session_moves_what_nobody_opened(visit: Visit, house: House):
    room, looks = house.room(), Looks()
    was = await middle_is_over(house, room)
    ben = await visit(room, "participants", 0, **PHONE)
    cleo = await visit(room, "participants", 1, **PHONE)
    nora = await visit(room, "coordinator")
    for one in (ben, cleo, nora):
        await one.open_link()
    home = ben.page.url
    await ben.page.click('[data-checkin="mid"] [data-action="checkin"]')
    await ben.page.click('[data-action="begin"]')
    await ben.page.wait_for_url(re.compile(r"/checkin/\w+/\w+$"))
    await ben.page.goto(home)
    kept, before = await says(ben.page), await says(cleo.page)
    assert kept == before

    await nora.page.goto(re.sub(r"(/s/[^/]+/).*", r"\1dates", nora.page.url))
    await nora.page.click(f'li:has([href*="/dates/change/"]) a:has-text("session {BEYOND}")')
    await nora.page.check('[name="kind"][value="move"]')
    sooner = was - timedelta(days=2)
    await nora.page.fill('[name="day"]', sooner.strftime("%Y-%m-%d"))
    await nora.page.select_option('[name="reason"]', "illness")
    await nora.page.click('[data-action="preview"]')
    await looks.whole(nora.page, "what a moved session does")
    await expect(nora.page.locator("[data-follows]")).to_be_visible()
    await nora.page.click('[data-action="confirm-dates"]')
    await nora.page.wait_for_load_state()

    after = await says(cleo.page)
    assert after != before
    assert f"{sooner.day} {sooner:%B}" in after
    assert await says(ben.page) == kept
    looks.assert_well_made()
