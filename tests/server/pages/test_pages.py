"""Every page as its readers get it: from a real server, with real sign-ins."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

import store.delivered
import store.people
from server import keys, render
from server.pages import crisis
from server.routes import routes
from store.settings import StoreSettings
from tests.server.house import House

PUBLIC = ("/", "/j", "/j/code", "/help", "/help/de", "/help/uk", "/help/nowhere")


class Outline(HTMLParser):
    """Tags with their attributes, and what stands where scripts, styles and addresses may."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attributes for found, attributes in self.tags if found == tag]


def block(text: str, name: str) -> dict[str, str]:
    """A JSON block of the page."""
    found = re.search(rf'<script type="application/json" id="{name}"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert found is not None, name
    value = json.loads(found.group(1))
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("path", PUBLIC)
async def test_public_pages_are_whole_and_private(house: House, path: str) -> None:
    async with house.client.get(path) as reply:
        text = await reply.text()
    assert reply.status == 200
    page = Outline(text)
    assert page.of("html")[0]["lang"] == "en"
    assert [one for one in page.of("a") if one.get("data-action") == "help"], "help stands on every page"
    assert len(page.of("h1")) == 1
    for tag, attributes in page.tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href"):
            address = attributes.get(name, "")
            external = address.startswith(("http:", "https:", "//"))
            assert not external or address == "https://findahelpline.com", address
    assert not page.of("style")


async def test_the_link_page_knows_nobody(house: House) -> None:
    async with house.client.get("/j") as reply:
        text = await reply.text()
    for word in ("Tuesday", "Ada", "Bela", house.circle.group, house.circle.session):
        assert word not in text
    assert set(reply.cookies) == {"device"}, "the browser's own secret, of which the server keeps nothing"


async def test_a_link_that_does_not_work_says_so_on_the_same_page(house: House) -> None:
    sent = {"Origin": house.origin}
    async with house.client.post("/j", data={"token": "x" * 43}, headers=sent) as reply:
        text = await reply.text()
    assert reply.status == 404
    assert "This link does not work" in text
    async with house.client.post("/j/code", data={"code": "ABCDEFGHJK"}, headers=sent) as reply:
        text = await reply.text()
    assert "This code does not work" in text
    assert 'name="code"' in text


async def test_a_participant_finds_the_next_session_and_no_attendance(house: House) -> None:
    guest = await house.guest(house.circle.participants[0])
    async with guest.http.get(f"{house.origin}/s/{guest.place}/") as reply:
        text = await reply.text()
    assert reply.status == 200
    assert "Session 1 of 12" in text
    assert f"/s/{guest.place}/room/{house.circle.session}" in text
    assert "attendance" not in text


@pytest.mark.parametrize("role", ["facilitator", "coordinator"])
async def test_staff_find_who_came(house: House, role: str) -> None:
    guest = await house.guest(getattr(house.circle, role))
    async with guest.http.get(f"{house.origin}/s/{guest.place}/") as reply:
        assert reply.status == 200
    async with guest.http.get(f"{house.origin}/s/{guest.place}/attendance/{house.circle.session}") as reply:
        text = await reply.text()
    assert reply.status == 200
    members = [row["data-member"] for row in Outline(text).of("tr") if "data-member" in row]
    assert members == [one.id for one in house.circle.participants]
    assert ('class="timeline"' in text) == (role == "facilitator")


async def test_participants_see_nobodys_attendance(house: House) -> None:
    guest = await house.guest(house.circle.participants[0])
    async with guest.http.get(f"{house.origin}/s/{guest.place}/attendance/{house.circle.session}") as reply:
        assert reply.status == 404


async def test_the_room_page_holds_all_it_needs(house: House) -> None:
    guest = await house.guest(house.circle.participants[0])
    async with guest.http.get(guest.page()) as reply:
        text = await reply.text()
        policy = reply.headers["Content-Security-Policy"]
    assert reply.status == 200
    config = block(text, "config")
    assert config["csrf"] == await guest.csrf()
    assert config["ticket"] == f"/s/{guest.place}/ticket/{house.circle.session}"
    nonces = {one["nonce"] for one in Outline(text).of("script")}
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in policy
    for asset in [*Outline(text).of("link"), *Outline(text).of("script")]:
        address = asset.get("href") or asset.get("src")
        if address:
            async with guest.http.get(house.origin + address) as file:
                assert file.status == 200, address
                assert "immutable" in file.headers["Cache-Control"]


async def test_only_facilitators_get_the_facilitators_tools(house: House) -> None:
    pages = {}
    for member in (house.circle.facilitator, house.circle.participants[0]):
        guest = await house.guest(member)
        async with guest.http.get(guest.page()) as reply:
            pages[member.role] = await reply.text()
    for action in ("admit", "remove", "sheet", "lock", "end", "greet", "panel"):
        assert f'data-action="{action}"' in pages["facilitator"], action
        assert f'data-action="{action}"' not in pages["participant"], action


async def test_a_coordinator_has_no_seat_in_the_room(house: House) -> None:
    guest = await house.guest(house.circle.coordinator)
    async with guest.http.get(guest.page()) as reply:
        assert reply.status == 404


async def test_nobody_reads_anothers_pages(house: House) -> None:
    guest = await house.guest(house.circle.participants[0])
    other = house.circle.participants[1].place
    for path in (f"/s/{other}/", f"/s/{other}/room/{house.circle.session}"):
        async with guest.http.get(house.origin + path) as reply:
            text = await reply.text()
        assert reply.status in (401, 403)
        assert "open your link again" in text.lower()
        assert "Tuesday" not in text


async def test_help_is_there_without_a_database_and_without_sign_in(
    aiohttp_client: Any, tmp_path: Path
) -> None:
    app = web.Application()
    app[keys.STORE_SETTINGS] = StoreSettings(data_dir=tmp_path)
    render.setup(app, demo=False, country="gb")
    app.add_routes(crisis.routes())
    client = await aiohttp_client(app)
    async with client.get("/help") as reply:
        text = await reply.text()
    assert reply.status == 200
    assert 'href="tel:999"' in text
    assert 'href="tel:116123"' in text


@pytest.mark.parametrize(
    ("country", "number"), [("us", "988"), ("de", "116123"), ("any", "112"), ("uk", "999")]
)
async def test_help_has_the_numbers_of_the_country(house: House, country: str, number: str) -> None:
    async with house.client.get(f"/help/{country}") as reply:
        assert f'href="tel:{number}"' in await reply.text()


async def test_a_missing_page_is_told_calmly(house: House) -> None:
    async with house.client.get("/nowhere") as reply:
        text = await reply.text()
    assert reply.status == 404
    assert "There is nothing here" in text
    assert 'data-action="help"' in text


async def test_pages_speak_the_visitors_language(house: House) -> None:
    async with house.client.get("/j", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}) as reply:
        text = await reply.text()
    assert Outline(text).of("html")[0]["lang"] == "de"
    assert "Ihr Platz" in text


async def test_the_demo_shows_every_link_and_the_mailbox(house: House) -> None:
    data = house.app[keys.STORE_SETTINGS].data_dir
    person = {"member": "m", "place": "p", "name": "Ada & Co", "link": "http://127.0.0.1/j#t"}
    rooms = [
        {"title": "A group", "facilitators": [person], "participants": [person], "coordinator": [person]}
    ]
    (data / "demo-links.json").write_text(json.dumps({"rooms": rooms}), encoding="utf-8")
    async with house.client.get("/demo") as reply:
        text = await reply.text()
    assert reply.status == 200
    assert {one["data-role"] for one in Outline(text).of("a") if "data-role" in one} == {
        "participant",
        "facilitator",
        "coordinator",
    }
    assert "Ada &amp; Co" in text
    async with house.db.write() as tx:
        ada = house.circle.participants[0]
        now = datetime.now(UTC)
        await store.delivered.put(tx, house.keys, ada.person, "join_link", "Your link", "Hello", now)
        names = await store.people.names(tx, house.keys, [ada.id])
    async with house.client.get("/demo/outbox") as reply:
        assert reply.status == 200
        assert f"<strong>{names[ada.id]}</strong>" in await reply.text()
    async with house.client.get("/") as reply:
        assert "Demonstration" in await reply.text()


def test_a_real_house_has_no_demo_pages() -> None:
    def paths(*, demo_mode: bool) -> set[str]:
        return {route.path for route in routes(demo_mode=demo_mode)}

    assert paths(demo_mode=True) - paths(demo_mode=False) == {"/demo", "/demo/outbox"}
