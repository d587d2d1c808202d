"""Dates for a member's own calendar: the file, and the address a calendar reads by itself."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

import store.groups
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read, send

Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest]]]
FILE = "calendar.ics"
SWITCH = "calendar/feed"
PRIVATE = ("Tuesday", "Ada", "Bela", "Cleo", "Fay", "group", "session", "therap", "Session", "Findable")


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house with a group in session 6 of 12, and one of its people signed in."""

    async def make(who: int = 0) -> tuple[House, Agreed, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC), starts_in=timedelta(hours=30))
        house = await houses(circle=agreed.circle)
        members = (*agreed.circle.participants, agreed.circle.facilitator, agreed.circle.coordinator)
        return house, agreed, await house.guest(members[who])

    return make


async def turned_on(guest: Guest) -> str:
    """The path of the new address, as the page shows it."""
    status, text = await send(guest, SWITCH, {})
    assert status == 200
    found = re.search(r'value="(http://[^"]+)(/f/[^"]+\.ics)"', text)
    assert found is not None
    assert found.group(1) == guest.house.origin
    return found.group(2)


async def fetched(house: House, path: str, status: int = 200) -> str:
    """What anybody gets at a path, without a sign-in."""
    async with house.client.get(path) as reply:
        assert reply.status == status
        return await reply.text()


async def test_the_file_holds_every_date_and_says_nothing_else(enter: Enter) -> None:
    house, agreed, guest = await enter()
    async with guest.http.get(f"{house.origin}/s/{guest.place}/{FILE}") as reply:
        assert reply.status == 200
        assert reply.content_type == "text/calendar"
        assert "attachment" in reply.headers["Content-Disposition"]
        assert "no-store" in reply.headers["Cache-Control"]
        text = await reply.text()

    calendar = Calendar.from_ical(text)
    assert calendar["METHOD"] == "PUBLISH"
    assert [each.decoded("DTSTART") for each in calendar.events] == [one.starts_at for one in agreed.sessions]
    assert {str(each["SUMMARY"]) for each in calendar.events} == {"Appointment"}
    assert {str(each["URL"]) for each in calendar.events} == {f"{house.origin}/"}
    assert not [word for word in PRIVATE if word in text]
    assert guest.place not in text
    assert "ATTENDEE" not in text


async def test_a_cancelled_date_is_marked_as_such(enter: Enter) -> None:
    house, agreed, guest = await enter()
    async with house.db.write() as tx:
        await store.groups.set_session_state(tx, agreed.sessions[8].id, "cancelled", datetime.now(UTC))

    text = await read(guest, FILE)

    states = [str(each["STATUS"]) for each in Calendar.from_ical(text).events]
    assert states.count("CANCELLED") == 1
    assert states[8] == "CANCELLED"


async def test_a_facilitator_may_have_the_file_and_a_coordinator_not(enter: Enter) -> None:
    _, _, facilitator = await enter(-2)
    await read(facilitator, FILE)


async def test_a_coordinator_has_no_such_file(enter: Enter) -> None:
    _, _, coordinator = await enter(-1)
    await read(coordinator, FILE, status=404)
    await read(coordinator, SWITCH, status=404)


async def test_without_a_sign_in_there_is_no_file(enter: Enter) -> None:
    house, _, guest = await enter()
    text = await fetched(house, f"/s/{guest.place}/{FILE}", status=403)
    assert "BEGIN" not in text


async def test_there_is_no_address_until_the_member_asks(enter: Enter) -> None:
    _, _, guest = await enter()
    text = await read(guest, SWITCH)
    assert "There is no address now." in text
    assert "/f/" not in text


async def test_the_address_gives_times_to_anybody_who_knows_it_and_nothing_else(enter: Enter) -> None:
    house, agreed, guest = await enter()
    path = await turned_on(guest)

    text = await fetched(house, path)

    calendar = Calendar.from_ical(text)
    assert len(calendar.events) == len(agreed.sessions)
    assert {str(each["SUMMARY"]) for each in calendar.events} == {"Appointment"}
    assert not any("URL" in each for each in calendar.events)
    assert not [word for word in (*PRIVATE, guest.place, agreed.circle.group) if word in text]


async def test_the_address_is_shown_once_and_its_use_is_seen(enter: Enter) -> None:
    house, _, guest = await enter()
    path = await turned_on(guest)
    assert "No calendar has read it yet." in await read(guest, SWITCH)

    await fetched(house, path)

    text = await read(guest, SWITCH)
    assert "A calendar last read it on" in text
    assert path not in text


async def test_ended_it_answers_like_any_other_address(enter: Enter) -> None:
    house, _, guest = await enter()
    path = await turned_on(guest)

    status, where = await send(guest, f"{SWITCH}/off", {})

    assert (status, where) == (303, f"/s/{guest.place}/{SWITCH}")
    ended = await fetched(house, path, status=404)
    unknown = await fetched(house, f"/f/{'x' * 43}.ics", status=404)

    def plain(page: str) -> str:
        return re.sub(r'nonce="[^"]*"|[0-9a-f]{16}', "", page)

    assert plain(ended) == plain(unknown)


async def test_a_new_address_ends_the_old_one(enter: Enter) -> None:
    house, _, guest = await enter()
    old = await turned_on(guest)
    new = await turned_on(guest)

    await fetched(house, old, status=404)
    await fetched(house, new)


async def test_whoever_leaves_takes_the_address_along(enter: Enter) -> None:
    house, agreed, guest = await enter()
    path = await turned_on(guest)
    async with house.db.write() as tx:
        await store.groups.withdraw_member(tx, agreed.circle.participants[0].id, datetime.now(UTC))

    await fetched(house, path, status=404)


async def test_the_switch_needs_the_pages_own_value(enter: Enter) -> None:
    house, _, guest = await enter()
    for path in (SWITCH, f"{SWITCH}/off"):
        async with guest.http.post(
            f"{house.origin}/s/{guest.place}/{path}",
            data={"csrf": "wrong"},
            headers={"Origin": house.origin},
            allow_redirects=False,
        ) as reply:
            assert reply.status == 403
    assert "There is no address now." in await read(guest, SWITCH)
