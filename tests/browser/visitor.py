"""A person in a browser: what they press and what they see. Each has cookies of their own."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser import figures

SLOW_MS = 30_000


@dataclass
class Visitor:
    """One open page of one person. `member` is the person's id in the room."""

    page: Page
    name: str
    member: str
    link: str
    session: str

    @property
    def room(self) -> Locator:
        """The room element, whose attributes are the truth of the page."""
        return self.page.locator("#room")

    async def open_link(self) -> None:
        """Opens the personal link and presses its button."""
        await self.page.goto(self.link)
        await self.page.click('[data-action="open-link"]')
        await self.page.wait_for_url(re.compile(r"/s/[^/]+/$"))

    async def enter(self) -> None:
        """From the home page into the room page."""
        await self.page.click(f'[data-action="enter-room"][data-session="{self.session}"]')
        await self.room.wait_for(state="attached")

    async def pass_devices(self, *, skip: bool = False) -> None:
        """Through the device check: with camera and microphone, or without."""
        if skip:
            await self.page.click('[data-action="skip-devices"]')
        else:
            await self.page.click('[data-action="check-devices"]')
        await self.page.click('[data-action="continue"]', timeout=SLOW_MS)

    async def answer_doorstep(self, *, where: str = "At home", phone: str = "030 1234567") -> None:
        """Answers the four questions and knocks."""
        await self.page.fill('[name="where"]', where)
        await self.page.fill('[name="phone"]', phone)
        await self.page.check('[name="alone"][value="yes"]')
        await self.page.check('[name="headphones"][value="yes"]')
        await self.page.click('[data-action="knock"]')

    async def knock(self, *, skip_devices: bool = False) -> None:
        """Everything from the link to the lobby."""
        await self.open_link()
        await self.enter()
        await self.pass_devices(skip=skip_devices)
        await self.answer_doorstep()
        await self.is_at("lobby")

    async def lead(self) -> None:
        """Everything from a facilitator's link to the room."""
        await self.open_link()
        await self.enter()
        await self.pass_devices()
        await self.is_at("room")

    async def is_at(self, *stages: str, within_ms: float = SLOW_MS) -> None:
        """Waits until the page is at one of these stages."""
        await expect(self.room).to_have_attribute(
            "data-stage", re.compile("^(" + "|".join(stages) + ")$"), timeout=within_ms
        )

    async def let_in(self, newcomer: "Visitor") -> None:
        """As a facilitator: a private look at someone who waits, then the door."""
        await self.press("greet", newcomer)
        await newcomer.is_at("greet")
        await self.page.locator('[data-action="admit"]:visible').first.click()
        await newcomer.is_at("room")

    def tile(self, other: "Visitor") -> Locator:
        """The other person's tile on this page."""
        return self.page.locator(f'[data-tile][data-member="{other.member}"]')

    async def slot_of(self, other: "Visitor") -> int:
        """The slot on which this page receives the other person."""
        tile = self.tile(other)
        await expect(tile).to_have_attribute("data-slot", re.compile(r"^\d+$"), timeout=SLOW_MS)
        return int(await tile.get_attribute("data-slot") or "")

    async def sees_and_hears(self, other: "Visitor", **how: Any) -> figures.Heard:
        """Waits for new frames and new sound of the other person on this page."""
        return await figures.until_seen_and_heard(self.page, await self.slot_of(other), **how)

    async def person(self, other: "Visitor") -> Locator:
        """As a facilitator: the opened entry of one person in the list of the room."""
        entry = self.page.locator(f'[data-person="{other.member}"]')
        if not await entry.is_visible():
            await self.page.locator('.bar [data-action="panel"]').click()
        details = entry.locator("details")
        if await details.get_attribute("open") is None:
            await details.locator("summary").click()
        return entry

    async def tell(self, action: str, other: "Visitor") -> None:
        """As a facilitator: one button about one person in the room."""
        await (await self.person(other)).locator(f'[data-action="{action}"]').click()

    async def press(self, action: str, other: "Visitor | None" = None) -> None:
        """Presses a button, of the page or about one person."""
        about = f'[data-member="{other.member}"]' if other else ""
        await self.page.locator(f'[data-action="{action}"]{about}:visible').first.click(timeout=SLOW_MS)

    async def open_panel(self) -> None:
        """As a facilitator: shows the list of door and people."""
        if not await self.page.locator("[data-panel]").is_visible():
            await self.page.locator('.bar [data-action="panel"]').click()

    async def order_of_tiles(self) -> list[str | None]:
        """The members on this page in the order of their tiles, the own one included."""
        tiles = await self.page.locator("[data-stage-grid] [data-tile]").all()
        return [await tile.get_attribute("data-member") for tile in tiles]

    async def through_the_door_again(self, facilitator: "Visitor") -> None:
        """After coming back: knocks where the page asks for it and is let in where that is needed."""
        await self.is_at("door", "lobby", "room")
        if await self.room.get_attribute("data-stage") == "door":
            if await self.room.get_attribute("data-step") != "doorstep":
                await self.pass_devices()
            await self.answer_doorstep()
            await self.is_at("lobby", "room")
        if await self.room.get_attribute("data-stage") == "lobby":
            await facilitator.press("admit", self)
        await self.is_at("room")

    async def same_person_in_another_window(self) -> "Visitor":
        """The same sign-in in a second window of the same browser."""
        page = await self.page.context.new_page()
        await page.goto(self.page.url)
        return Visitor(page, self.name, self.member, self.link, self.session)

    async def another_person_in_this_browser(self, person: dict[str, str]) -> "Visitor":
        """Somebody else whose link is opened in a second window of the same browser."""
        page = await self.page.context.new_page()
        return Visitor(page, person["name"], person["member"], person["link"], self.session)

    async def focus_and_press(self, selector: str) -> None:
        """Reaches a control with the tabulator key and presses Enter on it."""
        wanted = self.page.locator(f"{selector}:visible").first
        await wanted.wait_for(timeout=SLOW_MS)
        for _ in range(60):
            if await wanted.evaluate("element => element === document.activeElement"):
                await self.page.keyboard.press("Enter")
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {selector}")

    async def confirm(self) -> None:
        """Says yes to the question that is open."""
        await self.page.click('dialog[open] [data-action="confirm"]')
