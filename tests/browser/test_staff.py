"""From the shell's one-time link to a passkey, in a browser whose authenticator Chromium plays itself."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from command import staff_commands
from store.database import Database
from store.sealing import Keys
from tests.browser.house import House
from tests.browser.look import AXE, too_wide, unclear

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="NOT RUN: axe-core is not installed (npm ci)")

PASSWORD = "seven lanterns over quiet snow"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def invitation(house: House) -> str:
    """The token of a new admin, as the shell prints it; a journey that is tried again begins with another."""
    now = datetime.now(UTC)
    db = await Database.open(house.store_settings)
    try:
        async with db.write() as tx:
            return await staff_commands.first_admin(
                tx,
                Keys.load(house.store_settings),
                "Nora Example",
                f"nora-{now:%H%M%S%f}@example.invalid",
                "Europe/Berlin",
                "en",
                now,
                another=True,
            )
    finally:
        await db.close()


async def assert_well_made(page: Page, what: str) -> None:
    """Narrow enough for a small phone, clear to axe."""
    problems = [*await too_wide(page, what), *await unclear(page, what)]
    assert not problems, "\n".join(problems)


async def set_up(page: Page, site: str, token: str) -> None:
    """Link, password, authenticator."""
    await page.goto(f"{site}/staff/invite#{token}")
    assert token not in page.url, "the token leaves the address bar at once"
    await page.click('[data-action="open-invite"]')
    await page.fill("#password", PASSWORD)
    await page.fill("#again", PASSWORD)
    await page.click('[data-action="save-password"]')
    await expect(page.locator("svg.qr")).to_be_visible()
    await assert_well_made(page, "authenticator")
    secret = (await page.locator("[data-secret]").inner_text()).replace(" ", "")
    await page.fill("#code", pyotp.TOTP(secret).now())
    await page.click('[data-action="confirm-code"]')
    await expect(page).to_have_url(f"{site}/w/{urlsplit(page.url).path.split('/')[2]}/")


async def test_an_invited_admin_makes_a_passkey_and_comes_back_by_it(house: House, chromium: Browser):
    site = house.base_url.replace("127.0.0.1", "localhost")
    context = await chromium.new_context(viewport={"width": 320, "height": 640})
    try:
        page = await context.new_page()
        cdp = await context.new_cdp_session(page)
        await cdp.send("WebAuthn.enable")
        await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        await set_up(page, site, await invitation(house))
        desk = urlsplit(page.url).path.split("/")[2]

        await page.goto(f"{site}/w/{desk}/account/passkeys")
        await page.fill("#label", "my laptop")
        await page.click('[data-action="make-passkey"]')
        await expect(page.get_by_text("my laptop")).to_be_visible()
        for path in ("account/passkeys", "account/password", "staff", "staff/new", "service", "break-glass"):
            await page.goto(f"{site}/w/{desk}/{path}")
            assert not await too_wide(page, path)

        await assert_well_made(page, "emergency access")
        await page.goto(f"{site}/w/{desk}/account")
        await assert_well_made(page, "account")
        await page.click('[data-action="sign-out"]')
        await expect(page).to_have_url(f"{site}/staff")
        await assert_well_made(page, "sign-in")
        await page.click('[data-action="passkey-sign-in"]')
        await expect(page).to_have_url(f"{site}/w/{desk}/")
    finally:
        await context.close()
