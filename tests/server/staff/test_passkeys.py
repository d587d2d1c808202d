"""Passkeys: made after a fresh proof, used alone; altered, reused, foreign and copied ones open nothing."""

import json
from typing import Any

import pytest

import store.passkeys
from store.staff import Staff
from tests.server.house import House, OpenHouse
from tests.server.soft_passkey import PRESENT, SoftPasskey
from tests.server.staff_desk import Browser, Reply, colleague


@pytest.fixture
async def named(houses: OpenHouse) -> House:
    """A server with a name; numbers have no passkeys."""
    return await houses(mode="demo")


def site(house: House) -> str:
    """Its address by name: a demo answers to both."""
    return house.origin.replace("127.0.0.1", "localhost")


async def asked(browser: Browser, path: str) -> dict[str, Any]:
    """The options for a browser's script."""
    house = browser.house
    headers = {"X-CSRF": await browser.csrf()} if path.startswith("/w/") else {}
    reply = await browser.post(path, **(headers | {"Origin": site(house)}))
    assert reply.status == 200, reply.text
    found: dict[str, Any] = json.loads(reply.text)
    return found


async def made(browser: Browser, staff: Staff, **about: Any) -> tuple[SoftPasskey, Reply]:
    """A passkey made at the account page."""
    where = f"/w/{staff.desk}/account/passkeys"
    options = await asked(browser, f"{where}/options")
    key = SoftPasskey(
        origin=about.pop("origin", site(browser.house)), rp=about.pop("rp", "localhost"), **about
    )
    form = {"credential": key.made(options), "label": "my phone"}
    return key, await browser.post(where, form, Origin=site(browser.house))


async def used(browser: Browser, key: SoftPasskey, options: dict[str, Any] | None = None) -> Reply:
    """A sign-in with it."""
    options = options or await asked(browser, "/staff/passkey/options")
    form = {"credential": key.used(options)}
    return await browser.post("/staff/passkey", form, Origin=site(browser.house))


async def test_a_passkey_signs_in_alone(named: House) -> None:
    nora = await colleague(named)
    async with Browser(named) as browser, Browser(named) as new:
        await browser.at(nora)
        key, reply = await made(browser, nora)
        assert reply.status == 303, reply.text
        assert "my phone" in (await browser.get(reply.location)).text
        assert (await used(new, key)).location == f"/w/{nora.desk}/"
        assert (await used(new, key)).status == 303, "the counter rose"


@pytest.mark.parametrize(
    "about",
    [{"origin": "https://evil.example"}, {"rp": "evil.example"}, {"flags": PRESENT}],
    ids=["origin", "site", "nobody looked"],
)
async def test_what_was_made_elsewhere_or_unseen_is_not_kept(named: House, about: dict[str, Any]) -> None:
    nora = await colleague(named)
    async with Browser(named) as browser:
        await browser.at(nora)
        _, reply = await made(browser, nora, **about)
        assert reply.status == 422
    async with named.db.read() as tx:
        assert await store.passkeys.of_staff(tx, nora.id) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("origin", "https://evil.example"), ("rp", "evil.example"), ("flags", PRESENT), ("count", -1)],
)
async def test_a_signature_that_is_wrong_in_one_thing_opens_nothing(
    named: House, name: str, value: Any
) -> None:
    nora = await colleague(named)
    async with Browser(named) as browser, Browser(named) as other:
        await browser.at(nora)
        key, _ = await made(browser, nora, count=5)
        assert (await used(other, key)).status == 303
        setattr(key, name, key.count + value if name == "count" else value)
        assert (await used(other, key)).status == 422


async def test_a_challenge_works_once_and_only_for_its_purpose(named: House) -> None:
    nora = await colleague(named)
    async with Browser(named) as browser, Browser(named) as other:
        await browser.at(nora)
        key, _ = await made(browser, nora)
        options = await asked(other, "/staff/passkey/options")
        assert (await used(other, key, options)).status == 303
        assert (await used(other, key, options)).status == 422, "reused"
        registering = await asked(browser, f"/w/{nora.desk}/account/passkeys/options")
        assert (await used(other, key, registering)).status == 422, "for another purpose"
        invented = options | {"challenge": "A" * 43}
        assert (await used(other, key, invented)).status == 422, "not ours"


async def test_a_removed_passkey_and_a_closed_account_open_nothing(named: House) -> None:
    nora = await colleague(named)
    async with Browser(named) as browser, Browser(named) as other:
        await browser.at(nora)
        key, _ = await made(browser, nora)
        async with named.db.read() as tx:
            (known,) = await store.passkeys.of_staff(tx, nora.id)
        await browser.post(f"/w/{nora.desk}/account/passkeys/{known.id}/remove")
        assert (await used(other, key)).status == 422


@pytest.mark.parametrize("rubbish", ["", "{}", "[]", "null", '{"rawId": 3}', '{"response": []}', "x" * 20000])
async def test_rubbish_is_refused_calmly(named: House, rubbish: str) -> None:
    nora = await colleague(named)
    async with Browser(named) as browser:
        reply = await browser.post("/staff/passkey", {"credential": rubbish}, Origin=site(named))
        assert reply.status == 422
        await browser.at(nora)
        where = f"/w/{nora.desk}/account/passkeys"
        assert (await browser.post(where, {"credential": rubbish}, Origin=site(named))).status == 422


async def test_a_bare_number_says_that_it_has_no_passkeys(named: House) -> None:
    nora = await colleague(named)
    async with Browser(named) as browser:
        await browser.at(nora)
        assert (await browser.post("/staff/passkey/options")).status == 404
        assert "bare number" in (await browser.get(f"/w/{nora.desk}/account/passkeys")).text
