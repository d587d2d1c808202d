"""Journeys in the distribution's Chromium with invented cameras and microphones, four people at most."""

import json
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from _pytest.runner import runtestprotocol
from playwright.async_api import Browser, Page, async_playwright

from tests.browser import figures
from tests.browser.clinic import Clinic, NewPage, open_clinic
from tests.browser.house import House, open_house
from tests.browser.look import WIDE
from tests.browser.thread import Visit
from tests.browser.visitor import Visitor
from tests.peers.relay import Relay

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Several people share one browser: none of their pages may be put to sleep for being behind another.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    # Addresses as they are: the name service that hides them does not exist on a build machine.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
REFUSE = """
(() => {
  const refused = REFUSED;
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wishes) => {
    if ((wishes.video && refused.includes('camera')) || (wishes.audio && refused.includes('microphone')))
      throw new DOMException('Permission denied', 'NotAllowedError');
    return native(wishes);
  };
})();
"""
"""A person who says no in the browser's question. Chromium answers its own question with yes in tests."""
REROUTE = """
(() => {
  const native = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    const sdp = description.sdp.replace(/(a=candidate:\\S+ \\d+ udp \\d+ \\S+) \\d+/gi, '$1 PORT');
    return native.call(this, { type: description.type, sdp });
  };
})();
"""
"""A network of the person's own: what would go to the server's UDP port goes to a relay before it."""
ROOMS = 64
"""One for each call of `house.room()`, and some for journeys that are tried again."""
PEOPLE_AT_ONCE = 4


def _is_journey(item: pytest.Item) -> bool:
    return Path(__file__).parent in item.path.parents


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys share one event loop, because they share one browser."""
    for item in items:
        if _is_journey(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="NOT RUN: Chromium is not installed"))


def _reason(report: pytest.TestReport) -> str:
    """Where it failed and with what words, in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    said = " / ".join(crash.message.splitlines()[:3]) if crash is not None else ""
    return f"{str(report.longrepr).strip().splitlines()[-1]}: {said}"


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A journey that fails is tried once more, in the open: browsers on a crowded machine miss deadlines."""
    if not _is_journey(item):
        return None  # pytest asks every conftest about every test
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    looking = item.config.getoption("maxfail") == 1  # with -x someone wants the first failure
    if any(report.failed for report in reports) and not looking:
        why = next(_reason(report) for report in reports if report.failed)
        print(f"\nRETRIED: {item.nodeid}: {why}", file=sys.__stderr__, flush=True)
        item._initrequest()  # type: ignore[attr-defined]
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of all journeys."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, chromium_sandbox=False, args=ARGUMENTS
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for all journeys that do not change the house itself; each takes a room of its own."""
    async with open_house(tmp_path_factory.mktemp("house"), rooms=ROOMS) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium: Browser) -> AsyncIterator[Visit]:
    """A function that gives a person a browser of their own: `await visit(room, "participants", 0)`."""
    async with AsyncExitStack() as leaving:
        count = 0

        async def arrive(
            room: dict[str, Any],
            role: str,
            index: int = 0,
            *,
            refuses: tuple[str, ...] = (),
            through: Relay | None = None,
            **options: Any,
        ) -> Visitor:
            nonlocal count
            count += 1
            assert count <= PEOPLE_AT_ONCE, "at most four browsers at once"
            person = room[role][index]
            context = await chromium.new_context(**options)
            leaving.push_async_callback(context.close)
            await context.add_init_script(figures.WATCH)
            if through is not None:
                await context.add_init_script(REROUTE.replace("PORT", str(through.address[1])))
            if refuses:
                await context.add_init_script(REFUSE.replace("REFUSED", json.dumps(refuses)))
            page = await context.new_page()
            page.on("pageerror", lambda error: print(f"{person['name']}: {error}"))
            page.on("console", lambda message: print(f"{person['name']}: {message.text}"))
            return Visitor(page, person["name"], person["member"], person["link"], room["session"])

        yield arrive


@pytest_asyncio.fixture(loop_scope="session")
async def empty(tmp_path: Path) -> AsyncIterator[Clinic]:
    """A service that nobody has used yet, also when the journey is tried again."""
    async with open_clinic(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def new_page(chromium: Browser) -> AsyncIterator[NewPage]:
    """A function that gives a person a browser of their own."""
    async with AsyncExitStack() as leaving:

        async def make(**options: Any) -> Page:
            context = await chromium.new_context(viewport=options.pop("viewport", WIDE), **options)
            leaving.push_async_callback(context.close)
            await context.add_init_script(figures.WATCH)
            page = await context.new_page()
            page.on("pageerror", lambda error: print(f"page error: {error}"))
            return page

        yield make
