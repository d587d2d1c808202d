"""The pages with charts as a browser shows them: clear to axe in light and dark, no wider than the window."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import async_playwright

from care.measures import GAD7, PHQ9
from tests.browser.look import AXE, too_wide, unclear
from tests.server.house import OpenHouse
from tests.server.pages.agreed import agreed_group
from tests.services.scored import fill, totalling

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NOT RUN: there is no Chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)"),
]


async def test_pages_with_charts_are_clear_and_fit(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> None:
    async with sqlite.write() as tx:
        agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC))
    house = await houses(circle=agreed.circle)
    bela = agreed.circle.participants[0]
    async with house.db.write() as tx:
        for number, total in ((1, 16), (2, 15), (4, 22)):
            session = agreed.sessions[number - 1]
            at = session.starts_at - timedelta(hours=3)
            given = {PHQ9: totalling(PHQ9, total), GAD7: totalling(GAD7, total - 8)}
            given[PHQ9]["phq9_9"] = None
            await fill(tx, house.keys, bela.id, session.id, at, number=number, given=given)
    leader, own = await house.guest(agreed.circle.facilitator), await house.guest(bela)
    problems = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, chromium_sandbox=False, args=["--no-sandbox"]
        )
        try:
            for guest, paths in (
                (leader, (f"people/{bela.id}/course", "overview", f"brief/{agreed.circle.session}")),
                (own, ("course",)),
            ):
                context = await browser.new_context(locale="en-GB")
                await context.add_cookies(
                    [
                        {"name": one.key, "value": one.value, "url": house.origin}
                        for one in guest.http.cookie_jar
                    ]
                )
                page = await context.new_page()
                for path in paths:
                    await page.goto(f"{house.origin}/s/{guest.place}/{path}")
                    problems += await unclear(page, path)
                    problems += await too_wide(page, path)
                await context.close()
        finally:
            await browser.close()
    assert problems == []
