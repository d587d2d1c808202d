"""Abuse cases 4, 7, 8 and 19: guessing, keeping what was lost, speaking for somebody, copying a cookie."""

from datetime import UTC, datetime

import aiohttp
import pytest

import store.groups
import store.staff
from server import signin
from server.staff import guessing
from tests.server.house import Guest, House
from tests.server.staff_desk import PASSWORD, Browser, colleague


async def test_04_codes_are_guessed_slowly_and_every_wrong_one_gets_the_same_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "FAILURES", 4.0)
    monkeypatch.setattr(signin, "FAILURES_PER_S", 1e-9)
    async with Browser(house) as guesser:
        pages = [await guesser.post("/j/code", {"code": f"AAAAA-{n:05}"}) for n in range(6)]
    assert [page.status for page in pages] == [404] * 4 + [429] * 2
    assert len({page.text.split("<main")[1] for page in pages[:4]}) == 1


async def test_04_sign_ins_are_guessed_slowly_and_an_alert_is_written(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(guessing, "NETWORK", (3.0, 1e-9))
    await colleague(house)
    async with Browser(house) as guesser:
        pages = [await guesser.sign_in(name, "a wrong password") for name in ("Nora", "Zoe", "Ada", "Kim")]
    assert [page.status for page in pages] == [422] * 3 + [429]
    assert any(getattr(record, "action", "") == "staff_slow_down" for record in caplog.records)
    assert "nora@" not in caplog.text


async def test_04_everybodys_failures_together_have_a_limit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "EVERYBODY", (2.0, 1e-9))
    async with Browser(house) as guesser:
        pages = [await guesser.sign_in(name, "a wrong password") for name in ("Ann", "Bob", "Cy")]
    assert [page.status for page in pages] == [422, 422, 429]


async def test_07_a_former_facilitators_socket_closes_within_a_second_and_opens_no_more(house: House) -> None:
    ada = await house.seated(house.circle.facilitator)
    bela = await house.seated(house.circle.participants[0])
    began = house.registry.clock().mono_ms
    async with house.db.write() as tx:
        await store.staff.withdraw(tx, house.keys, ada.member.id, "command", datetime.now(UTC))
    assert await ada.ended() == 1008
    assert house.registry.clock().mono_ms - began < 1500
    async with ada.http.get(ada.page()) as page:
        assert page.status == 403
    assert bela.ws is not None
    assert not bela.ws.closed


async def test_08_another_sites_page_opens_no_socket(house: House) -> None:
    ada = await house.guest(house.circle.facilitator)
    await ada.ticket()
    for origin in ("https://evil.example", "null", house.origin.replace("http", "https")):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await ada.socket(origin=origin)
        assert refused.value.status == 403


async def test_19_a_copied_cookie_changes_no_factor_and_its_owner_sees_and_ends_it(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as own, Browser(house) as thief:
        await own.at(nora)
        stolen = {cookie.key: cookie.value for cookie in own.http.cookie_jar}
        thief.http.cookie_jar.update_cookies(stolen)
        thief.desk = nora.desk
        new = {"password": "nine herons on the canal", "again": "nine herons on the canal"}
        where = f"/w/{nora.desk}/account"
        assert (await thief.post(f"{where}/password", new | {"old": "a guess"})).status == 422
        assert "Firefox on Linux" in (await own.get(where)).text
        await own.post(f"{where}/signins/end")
        assert (await thief.get(where)).status == 403
        assert (await own.sign_in(password=PASSWORD)).status == 303, "the password is what it was"


async def test_19_a_copied_link_on_another_device_is_refused_and_told(house: House) -> None:
    ada = await house.seated(house.circle.facilitator)
    bela = house.circle.participants[0]
    token = await house.link(bela)
    own, thief = Guest(house, bela), Guest(house, bela)
    assert (await own.enter(token)).status == 303
    await own.join()
    assert (await thief.enter(token)).status == 409
    await ada.hears("notice", code="other_device")
