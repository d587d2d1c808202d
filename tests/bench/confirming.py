"""How many presses it takes a facilitator to confirm eight people, one of them changed: counted in a browser,
from the page of the session on."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web
from playwright.async_api import Page

import store.decisions
import store.links
from care.verdict import Status
from server.app import build_app
from server.settings import ServerSettings
from store import schema
from store.database import Database
from store.live import InProcessLive
from store.sealing import Keys
from store.settings import StoreSettings
from tests.bench.chromium import chromium
from tests.bench.figure import Figure
from tests.server.house import WritingEngine
from tests.server.pages.held import FULL, held_session
from tests.services.circle import Circle
from tests.services.process import free_port

PEOPLE = 8
CHANGED = "excused:notice_by_phone"


@dataclass
class Hand:
    """What a person does with a mouse, counted press by press."""

    page: Page
    presses: int = 0

    async def press(self, selector: str) -> None:
        """One press on one thing that can be seen."""
        await self.page.locator(selector).click()
        self.presses += 1

    async def choose(self, selector: str, value: str) -> None:
        """Two presses: the list opens, a line of it is taken. Chromium draws that list outside the page, so
        the second is done for it."""
        self.presses += 2
        await self.page.locator(selector).select_option(value)


@asynccontextmanager
async def after_a_session(folder: Path) -> AsyncIterator[tuple[Circle, Database, str, str]]:
    """A server whose session of eight is over and unconfirmed: the circle, its database, the page's path and
    the facilitator's link."""
    state = StoreSettings(data_dir=folder / "data")
    await schema.migrate(state)
    db, keys, port, now = await Database.open(state), Keys.load(state), free_port(), datetime.now(UTC)
    origin = f"http://127.0.0.1:{port}"
    async with db.write() as tx:
        circle = await held_session(tx, keys, now, dict.fromkeys(range(PEOPLE - 1), FULL), PEOPLE)
        leader = circle.facilitator
        token = await store.links.mint(tx, leader.id, "staff", now, now + timedelta(hours=1))
    settings = ServerSettings(mode="demo", bind=f"127.0.0.1:{port}", base_url=origin)
    runner = web.AppRunner(build_app(settings, state, db, keys, InProcessLive(), WritingEngine))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        address = f"{origin}/s/{leader.place}/attendance/{circle.session}"
        yield circle, db, address, f"{origin}/j#{token}"
    finally:
        await runner.cleanup()
        await db.close()


async def confirming() -> list[Figure]:
    """Presses from the shown page to eight decisions in the database."""
    with TemporaryDirectory(prefix="ipt-bench-") as name:
        folder = Path(name)
        async with after_a_session(folder) as (circle, db, address, link), chromium(folder) as browser:
            page = await (await browser.new_context()).new_page()
            await page.goto(link)
            await page.click('[data-action="open-link"]')
            await page.wait_for_url("**/s/**")
            await page.goto(address)
            hand, began = Hand(page), time.monotonic()
            missed = circle.participants[-1].id
            await hand.choose(f'select[data-choice="{missed}"]', CHANGED)
            await hand.press('[data-action="confirm-all"]')
            await page.wait_for_selector('[data-left="0"]')
            spent = time.monotonic() - began
            async with db.read() as tx:
                decided = await store.decisions.of_session(tx, circle.session)
    right = len(decided) == PEOPLE and decided[missed][-1].status is Status.EXCUSED
    return [
        Figure(
            figure="confirm_eight_actions",
            value=hand.presses,
            unit="presses",
            how=f"presses of a facilitator on the page of a session that is over, until all {PEOPLE} are "
            "confirmed, one of them changed with a reason; choosing from a list counts as two; Chromium",
            details={"decisions stored": len(decided), "s until the page says so": round(spent, 1)},
            valid=right,
        )
    ]
