"""Somebody who works at the clinic, in a browser: account, sign-in, and the set-up of a group, by mouse or by
keyboard alone."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from playwright.async_api import Page, expect

PASSWORD = "seven lanterns over quiet snow"
STEP_S = 30
TABS = 80
DESK = re.compile(r"/w/[^/]+/$")
GROUP = re.compile(r"/s/[^/]+/$")

Look = Callable[[Page, str], Awaitable[None]]


@dataclass
class Colleague:
    """One open page of one colleague. `look` is done on every page that is new."""

    page: Page
    base_url: str
    address: str
    look: Look
    secret: str = ""
    home: str = ""
    _step: int = field(default=0, init=False)

    def code(self) -> str:
        """A code that was not used before: the next one where this step's was."""
        self._step = max(self._step + 1, int(time.time()) // STEP_S)
        return str(pyotp.TOTP(self.secret).generate_otp(self._step))

    async def accept(self, link: str) -> None:
        """From an invitation to the own desk: password, authenticator app."""
        await self.page.goto(link)
        await self.look(self.page, "invitation")
        await self.page.click('[data-action="open-invite"]')
        await self.page.fill("#password", PASSWORD)
        await self.page.fill("#again", PASSWORD)
        await self.look(self.page, "choosing a password")
        await self.page.click('[data-action="save-password"]')
        shown = await self.page.text_content("[data-secret]")
        self.secret = (shown or "").replace(" ", "")
        await self.look(self.page, "connecting the authenticator")
        await self.page.fill("#code", self.code())
        await self.page.click('[data-action="confirm-code"]')
        await self._arrive()

    async def sign_out(self) -> None:
        """From the desk's account page."""
        await self.page.goto(self.home + "account")
        await self.look(self.page, "account")
        await self.page.click('[data-action="sign-out"]')

    async def sign_in(self) -> None:
        """By address, password and code."""
        await self.page.goto(f"{self.base_url}/staff")
        await self.look(self.page, "staff sign-in")
        await self.page.fill("#address", self.address)
        await self.page.fill("#password", PASSWORD)
        await self.page.fill("#code", self.code())
        await self.page.click('[data-action="staff-sign-in"]')
        await self._arrive()

    async def _arrive(self) -> None:
        await self.page.wait_for_url(DESK)
        self.home = self.page.url

    async def invite(self, name: str, address: str) -> str:
        """As an admin: the one-time link of a new colleague."""
        await self.page.goto(self.home + "staff/new")
        await self.look(self.page, "inviting a colleague")
        await self.page.fill("#name", name)
        await self.page.fill("#address", address)
        await self.page.click('[data-action="invite"]')
        link = await self.page.text_content("[data-link]")
        await self.look(self.page, "the link of an invitation")
        return (link or "").strip()

    async def open_group(self, title: str) -> str:
        """From the work list to a group; its address."""
        await self.page.goto(self.home)
        await self.page.locator(".group-link", has_text=title).click()
        await self.page.wait_for_url(GROUP)
        return self.page.url


async def set_up(
    colleague: Colleague, title: str, first: datetime, leader: str, people: str, wrong: str = ""
) -> str:
    """A whole group through its five steps; its address. A `wrong` list comes first and has to be refused."""
    page = colleague.page
    await page.goto(colleague.home)
    await page.click('[data-action="new-group"]')
    await page.fill("#title", title)
    await page.fill("#zone", "Europe/Berlin")
    await page.fill("#first_day", first.strftime("%Y-%m-%d"))
    await page.fill("#first_time", first.strftime("%H:%M"))
    await page.click('[data-action="show-dates"]')
    await page.wait_for_selector(".calendar-row >> nth=11")
    await colleague.look(page, "when the group meets")
    await page.click('[data-action="next"]')
    await page.select_option("#country", "DE")
    await page.click('[data-action="show-dates"]')
    await colleague.look(page, "days without a session")
    await page.click('[data-action="next"]')
    await colleague.look(page, "what everybody agrees on")
    await page.click('[data-action="next"]')
    await page.get_by_label(leader).check()
    await page.get_by_text("Add a list").click()
    if wrong:
        await page.fill("#list", wrong)
        await page.click('[data-action="add-list"]')
        await expect(page.locator("[data-errors]")).to_contain_text("2")
        await expect(page.locator("#list")).to_have_value(wrong)
        await expect(page.locator("#members-title")).to_contain_text("No members yet")
    await page.fill("#list", people)
    await page.click('[data-action="add-list"]')
    await colleague.look(page, "who is in the group")
    await page.click('[data-action="next"]')
    await colleague.look(page, "check and create")
    await page.click('[data-action="create-group"]')
    await page.wait_for_url(GROUP)
    return page.url


@dataclass(frozen=True)
class Keys:
    """A keyboard and nothing else."""

    page: Page

    async def reach(self, selector: str) -> None:
        """Tabs on until this has the focus."""
        wanted = self.page.locator(f"{selector}:visible").first
        await wanted.wait_for()
        for _ in range(TABS):
            if await wanted.evaluate("element => element === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {selector}")

    async def write(self, selector: str, text: str) -> None:
        """Writes over what stands in a field."""
        await self.reach(selector)
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text)

    async def press(self, selector: str, key: str = "Enter") -> None:
        """Presses a key on something."""
        await self.reach(selector)
        await self.page.keyboard.press(key)


async def set_up_by_keyboard(colleague: Colleague, title: str, first: datetime) -> str:
    """A group through its five steps without a mouse; its address."""
    keys, page = Keys(colleague.page), colleague.page
    await page.goto(colleague.home)
    await keys.press('[data-action="new-group"]')
    await keys.write("#title", title)
    await keys.write("#zone", "Europe/Berlin")
    await keys.reach("#first_day")
    await page.keyboard.type(first.strftime("%m%d%Y"))
    await keys.reach("#first_time")
    await page.keyboard.type(first.strftime("%I%M%p"))
    await keys.press('[data-action="next"]')
    for step in ("closures", "numbers"):
        await page.wait_for_url(re.compile(f"/{step}$"))
        await keys.press('[data-action="next"]')
    await page.wait_for_url(re.compile("/people$"))
    await keys.press('[name="facilitator"]', "Space")
    await keys.press('[data-action="next"]')
    await page.wait_for_url(re.compile("/check$"))
    await keys.press('[data-action="create-group"]')
    await page.wait_for_url(GROUP)
    return page.url
