"""A group from an empty form to its first page: kept as a draft, shown before it is made, made once."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

import store.contracts
import store.dates
import store.groups
import store.outbox
import store.setup
import store.staff
from care.series import live
from tests.server.house import House
from tests.server.staff_desk import Browser, Reply, colleague

FIRST = date.today() + timedelta(days=30)  # noqa: DTZ011
BASICS = {
    "title": "Tuesday evening",
    "zone": "Europe/Berlin",
    "first_day": FIRST.isoformat(),
    "first_time": "18:00",
    "every_days": "7",
    "count": "12",
    "minutes": "90",
}
LIST = "Ada;ada@example.org;;Europe/London;en\nBela;bela@example.org"


@pytest.fixture
async def browser(house: House) -> Browser:
    """Olga's browser at her desk; Nils works here too."""
    await colleague(house, "Nils")
    return await Browser(house).at(await colleague(house, "Olga"))


async def begun(browser: Browser, **changes: str) -> str:
    """The address of a draft after its first step."""
    reply = await browser.post(f"/w/{browser.desk}/groups/new", BASICS | changes)
    assert reply.status == 303, reply.text
    return reply.location.rpartition("/")[0]


async def numbers(browser: Browser, start: str) -> Reply:
    """The third step, as it is offered."""
    page = await browser.get(f"{start}/numbers")
    assert page.status == 200
    fields = {one["name"]: one.get("value", "") for one in inputs(page.text) if "name" in one}
    return await browser.post(f"{start}/numbers", fields)


def inputs(text: str) -> list[dict[str, str]]:
    """The inputs of a page as a browser would send them."""
    from tests.server.pages.test_pages import Outline

    found = []
    for one in Outline(text).of("input"):
        if one.get("type") in ("radio", "checkbox") and "checked" not in one:
            continue
        found.append(one)
    return found


async def leader(browser: Browser, start: str) -> str:
    """The first person who can lead, as the page offers them."""
    page = await browser.get(f"{start}/people")
    from tests.server.pages.test_pages import Outline

    return next(one["value"] for one in Outline(page.text).of("input") if one.get("name") == "facilitator")


async def ready(browser: Browser) -> str:
    """A draft that only has to be made."""
    start = await begun(browser)
    assert (await browser.post(f"{start}/closures", {})).status == 303
    assert (await numbers(browser, start)).status == 303
    who = await leader(browser, start)
    assert (await browser.post(f"{start}/people", {"do": "add_list", "list": LIST})).status == 303
    assert (await browser.post(f"{start}/people", {"do": "", "facilitator": who})).status == 303
    return start


async def test_a_group_is_made_from_nothing(house: House, browser: Browser) -> None:
    async with browser:
        start = await ready(browser)
        check = await browser.get(f"{start}/check")
        assert "Ada sees" in check.text
        assert "The last one is on" in check.text
        made = await browser.post(f"{start}/check")
        assert made.status == 303
        home = await browser.get(made.location)
        assert home.status == 200
        assert "Tuesday evening" in home.text
        assert "Bela" in home.text
        async with house.db.read() as tx:
            places = await store.staff.groups_of(tx, await person(house, browser))
            series = await store.dates.series(tx, places[0].group)
            latest = await store.contracts.latest(tx, places[0].group)
        assert len(live(series)) == 12
        assert live(series)[0].local == datetime.combine(FIRST, datetime.min.time()).replace(hour=18)
        assert latest is not None
        assert latest.terms.sessions == 12


async def test_a_new_group_says_what_comes_next_and_sends_every_link_once(
    house: House, browser: Browser
) -> None:
    async with browser:
        start = await ready(browser)
        address = (await browser.post(f"{start}/check")).location
        home = await browser.get(address)
        assert "The group is there, with its dates and its contract." in home.text
        assert "Send 2 links now" in home.text
        assert "Who came" not in home.text
        people = await browser.get(f"{address}people")
        assert people.text.count("no link yet · contract not signed") == 2
        for _ in range(2):
            assert (await browser.post(f"{address}links", {"csrf": await browser.csrf()})).status == 303
        async with house.db.read() as tx:
            queued = [one.kind for one in await store.outbox.listing(tx)]
        assert queued == ["join_link_again"] * 2
        assert "links now" not in (await browser.get(address)).text
        people = await browser.get(f"{address}people")
        assert people.text.count("link on its way") == 2
        assert (await browser.post(f"{address}links", {"csrf": "x"})).status == 403


async def test_the_first_administrator_is_led_to_inviting_somebody(house: House) -> None:
    admin = await colleague(house, "Olga", admin=True)
    async with await Browser(house).at(admin) as browser:
        page = await browser.get(f"/w/{browser.desk}/")
        assert "First steps" in page.text
        assert "Nobody else works here yet" in page.text
        assert f'href="/w/{browser.desk}/staff/new"' in page.text
        assert "Everybody has been heard" not in page.text
        start = await begun(browser)
        assert (await browser.post(f"{start}/closures", {})).status == 303
        assert (await numbers(browser, start)).status == 303
        people = await browser.get(f"{start}/people")
        assert f'href="/w/{browser.desk}/staff/new"' in people.text
        await colleague(house, "Nils")
        assert "Nobody else works here yet" not in (await browser.get(f"/w/{browser.desk}/")).text


async def person(house: House, browser: Browser) -> str:
    """Who sits at this browser's desk."""
    async with house.db.read() as tx:
        found = await store.staff.find(tx, browser.desk)
    assert found is not None
    return found.person


async def test_pressing_create_twice_makes_one_group(house: House, browser: Browser) -> None:
    async with browser:
        start = await ready(browser)
        both = await asyncio.gather(browser.post(f"{start}/check"), browser.post(f"{start}/check"))
        assert [one.status for one in both] == [303, 303]
        assert len({one.location for one in both}) == 1
        assert (await browser.get(f"{start}/check")).location == both[0].location
        async with house.db.read() as tx:
            assert len(await store.staff.groups_of(tx, await person(house, browser))) == 1


async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(browser: Browser) -> None:
    async with browser:
        wrong = BASICS | {"title": "", "count": "7", "first_day": "2020-01-01", "zone": "Moon/Base"}
        reply = await browser.post(f"/w/{browser.desk}/groups/new", wrong)
    assert reply.status == 422
    assert "<title>Error:" in reply.text
    assert 'role="alert"' in reply.text
    assert 'value="Moon/Base"' in reply.text
    assert 'value="18:00"' in reply.text
    for field in ("title", "count", "first_day", "zone"):
        assert f'href="#{field}"' in reply.text
        assert f'id="{field}-error"' in reply.text


async def test_a_city_is_enough_for_a_time_zone(house: House, browser: Browser) -> None:
    async with browser:
        first = await browser.get(f"/w/{browser.desk}/groups/new")
        assert 'name="zone" list="zone-options" value="Europe/' in first.text
        start = await begun(browser, zone="new york")
        page = await browser.get(f"{start}/basics")
        assert 'value="America/New_York"' in page.text
        seen = await browser.post(f"/w/{browser.desk}/groups/preview", BASICS | {"zone": "london"})
        assert "London" in seen.text
        unknown = await browser.post(f"/w/{browser.desk}/groups/preview", BASICS | {"zone": "Utopia"})
        assert "once time zone, day, hour and number" in unknown.text


async def test_the_dates_are_shown_without_a_script_and_nothing_is_kept(
    house: House, browser: Browser
) -> None:
    async with browser:
        reply = await browser.post(f"/w/{browser.desk}/groups/new", BASICS | {"show": "yes"})
        assert reply.status == 200
        assert reply.text.count('class="calendar-number"') == 12
        async with house.db.read() as tx:
            assert await store.setup.drafts(tx, house.keys, await person(house, browser)) == []


async def test_the_script_gets_the_same_calendar_as_a_piece(browser: Browser) -> None:
    async with browser:
        piece = await browser.post(f"/w/{browser.desk}/groups/preview", BASICS)
        whole = await browser.post(f"/w/{browser.desk}/groups/new", BASICS | {"show": "yes"})
        unready = await browser.post(f"/w/{browser.desk}/groups/preview", BASICS | {"first_day": ""})
    assert piece.status == unready.status == 200
    assert "<html" not in piece.text
    assert piece.text.strip() in whole.text
    assert "calendar-number" not in unready.text


async def test_days_without_a_session_are_left_out_and_the_number_stays(browser: Browser) -> None:
    closed = FIRST + timedelta(days=7)
    async with browser:
        start = await begun(browser)
        fields = {"from_0": closed.isoformat(), "to_0": "", "why_0": "Building works"}
        shown = await browser.post(f"{start}/closures", fields | {"show": "yes"})
        page = await browser.get(shown.location)
    assert page.text.count('class="calendar-number"') == 12
    assert "Building works" in page.text
    assert "Left out: one day." in page.text


async def test_a_closure_that_runs_backwards_is_refused(browser: Browser) -> None:
    async with browser:
        start = await begun(browser)
        fields = {"from_0": "2027-02-02", "to_0": "2027-02-01"}
        reply = await browser.post(f"{start}/closures", fields)
    assert reply.status == 422
    assert 'id="to_0-error"' in reply.text


async def test_holidays_are_suggested_and_never_taken_by_themselves(browser: Browser) -> None:
    year = FIRST.year + 1
    christmas = date(FIRST.year if date(FIRST.year, 12, 18) >= FIRST else year, 12, 25)
    async with browser:
        start = await begun(browser, first_day=(christmas - timedelta(days=7)).isoformat())
        page = await browser.get(f"{start}/closures")
        assert f'value="{christmas.isoformat()}"' in page.text
        assert f'value="{christmas.isoformat()}" checked' not in page.text
        fields = {"country": "DE", "holiday": christmas.isoformat(), "show": "yes"}
        again = await browser.get((await browser.post(f"{start}/closures", fields)).location)
    assert "Left out: one day." in again.text


async def test_a_list_with_one_wrong_line_adds_nobody(browser: Browser) -> None:
    async with browser:
        start = await begun(browser)
        await browser.post(f"{start}/closures", {})
        await numbers(browser, start)
        reply = await browser.post(f"{start}/people", {"do": "add_list", "list": LIST + "\nCleo;nowhere"})
        page = await browser.get(f"{start}/people")
    assert reply.status == 422
    assert "Line 3:" in reply.text
    assert "Cleo;nowhere" in reply.text
    assert "No members yet" in page.text


async def test_a_step_cannot_be_skipped_and_a_strangers_draft_is_not_there(
    house: House, browser: Browser
) -> None:
    async with browser:
        start = await begun(browser)
        reply = await browser.get(f"{start}/check")
        assert (reply.status, reply.location) == (303, f"{start}/closures")
        async with await Browser(house).at(await colleague(house, "Petra")) as other:
            theirs = start.replace(browser.desk, other.desk)
            assert (await other.get(f"{theirs}/basics")).status == 404


async def test_numbers_nobody_can_agree_to_are_refused(browser: Browser) -> None:
    async with browser:
        start = await begun(browser)
        await browser.post(f"{start}/closures", {})
        page = await browser.get(f"{start}/numbers")
        fields = {one["name"]: one.get("value", "") for one in inputs(page.text) if "name" in one}
        few = await browser.post(
            f"{start}/numbers", fields | {"preset": "own", "initial": "1", "intermediate": "1", "ending": "1"}
        )
        big = await browser.post(f"{start}/numbers", fields | {"minimum_share": "140"})
    assert few.status == big.status == 422
    assert 'id="initial-error"' in few.text
    assert 'id="minimum_share-error"' in big.text


async def test_a_draft_waits_on_the_work_list(house: House, browser: Browser) -> None:
    async with browser:
        start = await begun(browser)
        page = await browser.get(f"/w/{browser.desk}/")
        assert "Tuesday evening" in page.text
        gone = await browser.post(f"{start}/discard")
        assert gone.status == 303
        page = await browser.get(f"/w/{browser.desk}/")
    assert "Tuesday evening" not in page.text
