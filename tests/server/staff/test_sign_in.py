"""`/staff`: three things at once, one answer for whatever is wrong, no guessing, no lock-out of the owner."""

import pytest

from server.staff import guessing
from server.staff.passwords import Passwords
from tests.server.house import House
from tests.server.staff_desk import PASSWORD, Browser, address, code, colleague

WRONG = "That did not match."


async def test_address_password_and_code_open_the_desk(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as browser:
        reply = await browser.sign_in()
        assert (reply.status, reply.location) == (303, f"/w/{nora.desk}/")
        page = await browser.get(f"/w/{nora.desk}/account")
        assert page.status == 200
        assert "Nora Findable-Name" in page.text


@pytest.mark.parametrize(
    ("name", "password", "given"),
    [
        ("Nora", "another long password", None),
        ("Nora", PASSWORD, "000000"),
        ("Nobody", PASSWORD, None),
        ("Nobody", PASSWORD, "000000"),
        ("Ada", PASSWORD, None),
    ],
    ids=["password", "code", "unknown", "all", "participant"],
)
async def test_whatever_is_wrong_the_answer_is_the_same(
    house: House, name: str, password: str, given: str | None
) -> None:
    await colleague(house)
    async with Browser(house) as browser:
        reply = await browser.sign_in(name, password, given)
    assert reply.status == 422
    assert WRONG in reply.text
    assert f'value="{address(name)}"' in reply.text
    assert password not in reply.text


async def test_a_code_works_once(house: House) -> None:
    await colleague(house)
    now = code()
    async with Browser(house) as first, Browser(house) as second:
        assert (await first.sign_in(given=now)).status == 303
        assert (await second.sign_in(given=now)).status == 422
        assert (await second.sign_in(given=code(-1))).status == 422, "an earlier code is over too"
        assert (await second.sign_in(given=code(1))).status == 303


async def test_an_account_without_an_authenticator_is_like_none(house: House) -> None:
    await colleague(house, complete=False)
    async with Browser(house) as browser:
        assert WRONG in (await browser.sign_in()).text


async def test_an_unknown_account_costs_the_same_work(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    whole = Passwords._compare

    def counting(self: Passwords, stored: str, password: str) -> bool:
        compared.append(stored.split("$")[3] if "m=65536" in stored else stored[:20])
        return whole(self, stored, password)

    monkeypatch.setattr(Passwords, "_compare", counting)
    async with Browser(house) as browser:
        await browser.sign_in("Nobody")
    assert compared == ["m=65536,t=3,p=4"]


async def test_failures_close_the_way_for_strangers_and_leave_it_open_for_the_owners_browser(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "ACCOUNT", (3.0, 1e-9))
    await colleague(house)
    async with Browser(house) as own, Browser(house) as stranger, Browser(house) as other:
        assert (await own.sign_in(given=code(-1))).status == 303
        for _ in range(3):
            assert (await stranger.sign_in(password="wrong but long enough")).status == 422
        closed = await stranger.sign_in(given=code())
        assert closed.status == 429
        assert "too often" in closed.text
        assert (await other.sign_in(given=code())).status == 429, "the account, not the browser"
        assert (await own.sign_in(given=code())).status == 303, "who was in before has a budget of their own"


async def test_failures_of_one_account_leave_other_accounts_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "ACCOUNT", (2.0, 1e-9))
    await colleague(house)
    async with Browser(house) as stranger, Browser(house) as nora:
        for _ in range(3):
            await stranger.sign_in("Nobody")
        assert (await nora.sign_in()).status == 303


async def test_successes_cost_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCOUNT", "NETWORK", "EVERYBODY", "KNOWN"):
        monkeypatch.setattr(guessing, name, (1.0, 1e-9))
    await colleague(house)
    async with Browser(house) as browser:
        assert [(await browser.sign_in(given=code(step))).status for step in (-1, 0, 1)] == [303] * 3


async def test_the_cookie_is_strict_and_out_of_scripts_reach(house: House) -> None:
    await colleague(house)
    async with Browser(house) as browser:
        reply = await browser.sign_in()
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_signing_out_ends_it_on_the_server_and_asks_the_browser_to_forget(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as browser:
        await browser.at(nora)
        kept = {cookie.key: cookie.value for cookie in browser.http.cookie_jar}
        reply = await browser.post(f"/w/{nora.desk}/out")
        assert (reply.status, reply.location) == (303, "/staff")
        assert reply.headers["Clear-Site-Data"] == '"cache", "storage"'
        browser.http.cookie_jar.update_cookies(kept)
        assert (await browser.get(f"/w/{nora.desk}/account")).status == 403


async def test_a_desk_is_closed_to_everybody_else(house: House) -> None:
    nora, omar = await colleague(house), await colleague(house, "Omar")
    async with Browser(house) as browser:
        assert (await browser.get(f"/w/{nora.desk}/account")).status == 403
        await browser.at(omar)
        page = await browser.get(f"/w/{nora.desk}/account")
        assert page.status == 403
        assert "/staff" in page.text
        assert "Findable" not in page.text


async def test_nothing_changes_at_a_desk_without_its_pages_value(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as browser:
        await browser.at(nora)
        assert (await browser.post(f"/w/{nora.desk}/out", {"csrf": "0" * 32})).status == 403
        assert await browser.signin() is not None
