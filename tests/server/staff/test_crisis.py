"""Crisis numbers: set by an admin, checked with a date, on the page for everybody without a database."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

import store.crisis_book
from server import keys
from server.pages import crisis
from server.staff.crisis_numbers import stale
from store.crisis_book import Number, Numbers
from store.database import READERS
from tests.server.house import House
from tests.server.staff_desk import Browser, colleague

FIELDS = {
    "name0": "Ambulance",
    "number0": "999",
    "note0": "",
    "name1": "Our own line",
    "number1": "020 7946 0000",
    "note1": "day and night",
    "kind1": "call",
    "checked": "yes",
}


async def admin(house: House) -> tuple[Browser, str]:
    staff = await colleague(house, "Ada", admin=True)
    return await Browser(house).at(staff), f"/w/{staff.desk}/crisis"


async def test_what_an_admin_saves_shows_to_everybody_and_without_a_database(house: House) -> None:
    browser, page = await admin(house)
    async with browser, Browser(house) as anybody:
        assert 'data-checked="never"' in (await browser.get(page)).text
        assert (await browser.post(f"{page}?country=gb", FIELDS)).status == 303
        assert 'data-checked="fresh"' in (await browser.get(f"{page}?country=gb")).text
        async with AsyncExitStack() as taken:
            for _ in range(READERS):
                await taken.enter_async_context(house.db.read())
            await taken.enter_async_context(house.db.write())
            text = (await anybody.get("/help/gb")).text
        assert "Our own line" in text
        assert "Samaritans" not in text
        assert "116 123" in (await anybody.get("/help/ie")).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"checked": ""}, "Call or look up each number first"),
        ({"number0": "x"}, "needs a name and a number"),
        ({"name1": ""}, "needs a name and a number"),
    ],
)
async def test_numbers_that_nobody_checked_or_can_call_are_not_saved(
    house: House, change: dict[str, str], words: str
) -> None:
    browser, page = await admin(house)
    async with browser:
        reply = await browser.post(f"{page}?country=gb", FIELDS | change)
        assert reply.status == 422
        assert words in reply.text
        assert 'value="day and night"' in reply.text
        async with house.db.read() as tx:
            assert await store.crisis_book.book(tx) == {}


async def test_the_numbers_are_the_admins_alone(house: House) -> None:
    staff = await colleague(house, "Olga")
    async with await Browser(house).at(staff) as browser:
        assert (await browser.get(f"/w/{staff.desk}/crisis")).status == 404
        assert (await browser.post(f"/w/{staff.desk}/crisis", FIELDS)).status == 404
    browser, page = await admin(house)
    async with browser:
        assert (await browser.get(f"{page}?country=zz")).status == 404


async def test_after_half_a_year_they_have_to_be_checked_again() -> None:
    today = datetime.now(UTC).date()
    line = Number(name="Ambulance", number="999")
    for days, old in ((0, False), (180, False), (181, True)):
        book = {"gb": Numbers(emergency=line, lines=(), checked=today - timedelta(days=days))}
        assert stale(book, "gb", today) is old
    assert stale({}, "gb", today)


async def test_another_server_learns_what_was_saved_and_a_damaged_file_shows_the_products_numbers(
    house: House,
) -> None:
    settings = house.app[keys.STORE_SETTINGS]
    book = {
        "gb": Numbers(
            emergency=Number(name="Ambulance", number="999"),
            lines=(Number(name="Elsewhere", number="020 7946 0001"),),
            checked=datetime.now(UTC).date(),
        )
    }
    async with house.db.write() as tx:
        await store.crisis_book.set_country(tx, house.keys, "gb", book["gb"], "command", datetime.now(UTC))
    await crisis.refresh(house.app)
    async with Browser(house) as anybody:
        assert "Elsewhere" in (await anybody.get("/help/gb")).text
        store.crisis_book.path_of(settings).write_text("{damaged")
        assert "Samaritans" in (await anybody.get("/help/gb")).text
