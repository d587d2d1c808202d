"""The bare address, as a message leads to it: what it shows to browsers that are signed in, and to others."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

import store.links
import store.people
from server.pages import front
from tests.server.house import Guest, House
from tests.server.staff_desk import Browser, colleague

NEW_LINK = "ask your service for a new one"


async def read(guest: Guest) -> str:
    async with guest.http.get(f"{guest.house.origin}/", allow_redirects=False) as reply:
        assert reply.status == 200
        return await reply.text()


async def name_of(house: House, member: str) -> str:
    async with house.db.read() as tx:
        return (await store.people.names(tx, house.keys, [member]))[member]


async def test_without_a_cookie_the_page_says_how_to_get_a_link(house: House) -> None:
    async with house.client.get("/") as reply:
        text = await reply.text()
    assert NEW_LINK in text
    assert "You are signed in here" not in text
    assert 'href="/s/' not in text


async def test_a_signed_in_browser_goes_on_with_one_press(house: House) -> None:
    ada = house.circle.participants[0]
    guest = await house.guest(ada)
    text = await read(guest)
    assert "You are signed in here" in text
    assert f'href="/s/{ada.place}/"' in text
    assert f"Continue as {await name_of(house, ada.id)}" in text
    assert text.count('data-action="to-place"') == 1
    assert NEW_LINK not in text
    assert house.circle.participants[1].place not in text


async def test_two_people_of_one_browser_each_have_a_button(house: House) -> None:
    ada, ben = house.circle.participants[:2]
    guest = await house.guest(ada)
    assert (await guest.enter(await house.link(ben))).status == 303
    text = await read(guest)
    assert text.count('data-action="to-place"') == 2
    for one in (ada, ben):
        assert f'href="/s/{one.place}/"' in text
        assert f"Continue as {await name_of(house, one.id)}" in text


async def test_a_revoked_link_is_not_offered(house: House) -> None:
    ada, ben = house.circle.participants[:2]
    guest = await house.guest(ada)
    await guest.enter(await house.link(ben))
    async with house.db.write() as tx:
        await store.links.revoke(tx, ada.id, "test", datetime.now(UTC))
    text = await read(guest)
    assert ada.place not in text
    assert await name_of(house, ada.id) not in text
    assert f'href="/s/{ben.place}/"' in text


async def test_a_cookie_that_somebody_made_up_opens_nothing(house: House) -> None:
    ada = house.circle.participants[0]
    sent = {"Cookie": f"seat-{ada.place}=made-up; seat-=x; desk-{ada.place}=made-up"}
    async with house.client.get("/", headers=sent) as reply:
        text = await reply.text()
    assert reply.status == 200
    assert ada.place not in text
    assert NEW_LINK in text


async def test_a_link_for_the_questions_leads_to_the_questions(house: House) -> None:
    ada = house.circle.participants[0]
    guest = Guest(house, ada)
    assert (await guest.enter(await house.link(ada, "checkin"))).status == 303
    assert f'href="/s/{ada.place}/checkin"' in await read(guest)


async def test_a_desk_is_offered_and_its_notices_are_not_shown(house: House) -> None:
    async with Browser(house) as browser:
        await browser.at(await colleague(house, "Nora"))
        reply = await browser.get("/")
        assert reply.status == 200
        assert f'href="/w/{browser.desk}/"' in reply.text
        assert "Nora Findable-Name" in reply.text
        assert "data-idle" not in reply.text


async def test_the_page_is_there_when_the_database_is_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> list[front.Open]:
        raise OperationalError("select", {}, OSError("down"))

    guest = await house.guest(house.circle.participants[0])
    monkeypatch.setattr(front, "places", down)
    assert NEW_LINK in await read(guest)
