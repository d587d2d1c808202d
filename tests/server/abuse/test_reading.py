"""Abuse cases 5, 6, 22 and 23: reading what belongs to others by its address, a leaked feed, an impostor's
request."""

from datetime import UTC, datetime, timedelta

import pytest

import store.absence
import store.groups
import store.links
import store.people
import store.staff
from server.routes import routes
from tests.server.house import Guest, House
from tests.server.staff_desk import Browser, colleague
from tests.services import evenings

PRIVATE = "my daughter is in hospital"


async def page(guest: Guest, path: str) -> tuple[int, str]:
    """A page as this person gets it."""
    async with guest.http.get(guest.house.origin + path, allow_redirects=False) as reply:
        return reply.status, await reply.text()


@pytest.mark.parametrize("path", ["", "record", "contract", "me", "calendar", "leave", "calendar.ics"])
async def test_05_a_participant_reads_nothing_at_anothers_place(
    house: House, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    bela, cleo = house.circle.participants
    guest = await house.guest(bela)
    status, text = await page(guest, f"/s/{cleo.place}/{path}")
    assert status in (403, 404)
    assert "Cleo" not in text
    assert any(getattr(one, "status", 0) == status for one in caplog.records), "it is logged"


async def test_05_ids_of_other_groups_are_not_found_at_ones_own_place(house: House) -> None:
    bela = house.circle.participants[0]
    guest = await house.guest(bela)
    async with house.db.write() as tx:
        other = await store.groups.create_group(tx, "Other", "Europe/Berlin", 12, datetime.now(UTC))
        start = datetime.now(UTC) + timedelta(days=1)
        session = await store.groups.create_session(
            tx, other, 1, start, start + timedelta(hours=1), "Europe/Berlin"
        )
    for path in ("away", "room", "brief", "attendance"):
        status, text = await page(guest, f"/s/{bela.place}/{path}/{session}")
        assert status == 404, path
        assert "Other" not in text


@pytest.mark.parametrize("path", ["brief/{session}", "room/{session}", "record", "contract/{member}"])
async def test_06_a_coordinator_gets_no_page_with_a_members_own_words(
    house: House, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    circle = house.circle
    bela = circle.participants[0]
    async with house.db.write() as tx:
        start = datetime.now(UTC) + timedelta(days=7)
        later = await evenings.later(tx, circle_of(house), 2, start)
        await store.absence.give(
            tx, house.keys, bela.id, later, "family", PRIVATE, bela.id, datetime.now(UTC)
        )
    office = await house.guest(circle.coordinator)
    status, text = await page(office, f"/s/{office.place}/" + path.format(session=later, member=bela.id))
    assert status == 404
    assert PRIVATE not in text
    assert any(getattr(one, "status", 0) == 404 for one in caplog.records), "it is logged"
    for shown in ("", "grid", "people", f"people/{bela.id}", "messages", f"attendance/{later}"):
        assert PRIVATE not in (await page(office, f"/s/{office.place}/{shown}"))[1], shown


def circle_of(house: House):
    """The group of this house."""
    return house.circle


async def test_22_a_leaked_feed_tells_times_alone_and_ends_when_it_is_turned_off(house: House) -> None:
    bela = house.circle.participants[0]
    async with Browser(house) as browser, Browser(house) as finder:
        await browser.post("/j", {"token": await house.link(bela)})
        guest = await house.guest(bela)
        csrf = await guest.csrf()
        where = f"{house.origin}/s/{bela.place}/calendar/feed"
        about = {"data": {"csrf": csrf}, "headers": {"Origin": house.origin}}
        async with guest.http.post(where, **about, allow_redirects=True) as reply:
            text = await reply.text()
        token = text.partition("/f/")[2].partition(".ics")[0]
        assert token, "the address is shown"
        feed = await finder.get(f"/f/{token}.ics")
        assert feed.status == 200
        assert feed.text.count("BEGIN:VEVENT") == 1
        for telling in ("Bela", "Cleo", "Tuesday", "therap", "Findable", "group", token, bela.place):
            assert telling.lower() not in feed.text.lower(), telling
        async with guest.http.post(f"{where}/off", **about) as reply:
            await reply.read()
        assert (await finder.get(f"/f/{token}.ics")).status == 404
        assert (await finder.get("/f/" + "x" * len(token) + ".ics")).status == 404


async def test_23_nobody_but_a_coordinator_finds_an_export_and_it_holds_attendance_alone(
    house: House,
) -> None:
    exports = {route.path for route in routes(demo_mode=False) if "export" in getattr(route, "path", "")}
    of_groups = {"/s/{place}/export/attendance.csv", "/s/{place}/export/scores.csv"}
    assert exports == of_groups, "a person's own data goes out at the shell alone"
    for member in (house.circle.participants[0], house.circle.coordinator):
        guest = await house.guest(member)
        assert (await page(guest, f"/s/{member.place}/export/scores.csv"))[0] in (403, 404)
    for member in (house.circle.participants[0], house.circle.facilitator):
        guest = await house.guest(member)
        assert (await page(guest, f"/s/{member.place}/export/attendance.csv"))[0] == 404
    nora = await colleague(house, admin=True, clinician=True)
    async with Browser(house) as browser:
        await browser.at(nora)
        assert (await browser.get(f"/s/{house.circle.coordinator.place}/export/attendance.csv")).status == 403
    office = await house.guest(house.circle.coordinator)
    status, text = await page(office, f"/s/{office.place}/export/attendance.csv")
    assert status == 200
    assert "@findable.example" not in text
    assert "Findable Emergency" not in text


async def test_23_an_impostor_cannot_lead_the_answer_to_an_address_of_their_own(house: House) -> None:
    bela = house.circle.participants[0]
    guest = await house.guest(bela)
    form = {
        "csrf": await guest.csrf(),
        "contact": "impostor@evil.example",
        "address": "impostor@evil.example",
        "email": "impostor@evil.example",
        "name": "Bela",
        "zone": "Europe/Berlin",
        "locale": "en",
    }
    async with guest.http.post(
        f"{house.origin}/s/{bela.place}/me", data=form, headers={"Origin": house.origin}
    ) as reply:
        await reply.read()
    async with house.db.write() as tx:
        contact = await store.people.access_contact(
            tx, house.keys, bela.person, "scheduler", "mail", datetime.now(UTC)
        )
    assert contact.address == "bela@findable.example"
