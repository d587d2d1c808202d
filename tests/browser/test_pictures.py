"""Pictures of every page at the width of a phone and of a desk, to be looked at. Nothing scrolls sideways."""

from pathlib import Path

import pytest

from tests.browser.house import House
from tests.browser.thread import Visit
from tests.browser.visitor import Visitor

PICTURES = Path(__file__).parent / "pictures"
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("device", SIZES)
async def test_pages_fit_their_width(visit: Visit, house: House, device: str):
    room = house.room()
    PICTURES.mkdir(exist_ok=True)
    size = {"viewport": SIZES[device]}

    async def keep(person: Visitor, name: str) -> None:
        await person.page.screenshot(path=PICTURES / f"{name}-{device}.png")
        wide = await person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} is {wide} px wider than a {device}"

    ada = await visit(room, "facilitators", **size)
    ben = await visit(room, "participants", 0, **size)
    cleo = await visit(room, "participants", 1, **size)
    for path in ("/", "/help", "/demo"):
        await ada.page.goto(house.base_url + path)
        await keep(ada, f"page{path.replace('/', '-')}")
    await ben.page.goto(ben.link)
    await keep(ben, "link")
    await ben.open_link()
    await keep(ben, "home")
    await ben.enter()
    await ben.page.locator('[data-screen="welcome"]').wait_for()
    await keep(ben, "welcome")
    await ben.page.click('[data-action="check-devices"]')
    await ben.page.locator('[data-action="continue"]').wait_for()
    await keep(ben, "devices")
    await ben.page.click('[data-action="continue"]')
    await keep(ben, "doorstep")
    await ben.answer_doorstep()
    await ben.is_at("lobby")
    await keep(ben, "lobby")
    await ada.lead()
    await ada.open_panel()
    await keep(ada, "door")
    await ada.let_in(ben)
    await cleo.knock()
    await ada.let_in(cleo)
    await ada.sees_and_hears(cleo)
    await ben.sees_and_hears(cleo)
    await keep(ada, "room-facilitator")
    await keep(ben, "room")
    nora = await visit(room, "coordinator", **size)
    await nora.open_link()
    await keep(nora, "coordinator")
    await nora.page.click(f'[data-action="attendance"][data-session="{room["session"]}"]')
    await keep(nora, "attendance")
