"""Abuse cases 10 to 13: forms and frames of other sites, stored scripts, forged mail headers."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

import store.decisions
import store.groups
import store.people
import store.staff
from store.people import one_line
from store.tables import member
from tests.server.house import House
from tests.server.staff_desk import Browser, colleague
from tests.services import evenings

SCRIPT = '<script>alert("x")</script>'
FORMULA = '=HYPERLINK("https://evil.example")'


async def over(house: House) -> str:
    """A session that is over, with proposals."""
    async with house.db.write() as tx:
        began = datetime.now(UTC) - timedelta(hours=3)
        await tx.execute(update(member).values(joined_at=began - timedelta(days=1)))
        session = await evenings.later(tx, house.circle, 2, began)
        await evenings.over(tx, session, {one.id: (0.0, 90.0) for one in house.circle.participants})
    return session


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {},
    ],
    ids=["named", "hidden", "bare", "own, without the page's value"],
)
async def test_10_another_sites_form_changes_no_status(house: House, headers: dict[str, str]) -> None:
    session, ada = await over(house), house.circle.facilitator
    guest = await house.guest(ada)
    bela = house.circle.participants[0]
    form = {f"choice-{bela.id}": "no_show:facilitator_saw"}
    sent = headers or {"Origin": house.origin}
    if headers:
        form["csrf"] = await guest.csrf()
    where = f"{house.origin}/s/{ada.place}/attendance/{session}"
    async with guest.http.post(where, data=form, headers=sent) as reply:
        assert reply.status == 403
    async with house.db.read() as tx:
        assert await store.decisions.of_session(tx, session) == {}


async def test_11_no_page_can_be_framed(house: House) -> None:
    nora = await colleague(house, admin=True)
    ada = await house.guest(house.circle.facilitator)
    async with Browser(house) as browser:
        await browser.at(nora)
        pages = [await browser.get(path) for path in ("/staff", "/j", f"/w/{nora.desk}/staff", "/nothing")]
    headers = [page.headers for page in pages]
    async with ada.http.get(ada.page()) as reply:
        headers.append(dict(reply.headers))
    for one in headers:
        assert one["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in one["Content-Security-Policy"]


async def test_12_a_script_in_a_name_is_text_on_every_page_and_in_every_file(house: House) -> None:
    session = await over(house)
    circle, now = house.circle, datetime.now(UTC)
    async with house.db.write() as tx:
        person = await store.people.create(
            tx, house.keys, SCRIPT, "s@findable.example", SCRIPT, "Europe/Berlin", "en", now
        )
        await store.groups.add_member(tx, circle.group, person, "participant", 9, now)
        formula = await store.people.create(
            tx, house.keys, FORMULA, "f@findable.example", "", "Europe/Berlin", "en", now
        )
        await store.groups.add_member(tx, circle.group, formula, "participant", 8, now)
    office, ada = await house.guest(circle.coordinator), await house.guest(circle.facilitator)
    shown = 0
    for guest, paths in (
        (office, ("", "grid", "people", "messages", "audit", f"attendance/{session}")),
        (ada, ("", f"brief/{circle.session}", f"attendance/{session}", f"room/{circle.session}")),
    ):
        for path in paths:
            async with guest.http.get(f"{house.origin}/s/{guest.place}/{path}") as reply:
                text = await reply.text()
            assert reply.status == 200, path
            assert SCRIPT not in text, path
            shown += "&lt;script&gt;alert" in text
    assert shown >= 4
    async with office.http.get(f"{house.origin}/s/{office.place}/export/attendance.csv") as reply:
        rows = list(csv.reader(io.StringIO(await reply.text())))
        assert reply.headers["Content-Disposition"].startswith("attachment")
    cells = [cell for row in rows for cell in row]
    assert any(FORMULA in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


async def test_12_a_script_in_a_colleagues_name_is_text_too(house: House) -> None:
    admin = await colleague(house, admin=True)
    async with house.db.write() as tx:
        await store.staff.create(
            tx,
            house.keys,
            name=SCRIPT,
            contact="s@findable.example",
            zone="Europe/Berlin",
            locale="en",
            now=datetime.now(UTC),
        )
    async with Browser(house) as browser:
        await browser.at(admin)
        text = (await browser.get(f"/w/{admin.desk}/staff")).text
    assert SCRIPT not in text
    assert "&lt;script&gt;" in text


FORGED = ("Bela\r\nBcc: all@evil.example", "Bela\nX: y", "Be\x00la", "Be\u202ela", "Bela\u2028x")


@pytest.mark.parametrize("name", FORGED)
def test_13_a_name_with_lines_in_it_is_refused_at_the_door(name: str) -> None:
    with pytest.raises(ValueError, match="characters"):
        one_line("name", name)


async def test_13_no_form_takes_a_name_that_forges_a_header(house: House) -> None:
    admin = await colleague(house, admin=True)
    async with Browser(house) as browser:
        await browser.at(admin)
        for field in ("name", "address"):
            form = {
                "name": "Omar",
                "address": "omar@findable.example",
                "zone": "Europe/Berlin",
                "locale": "en",
            }
            form[field] = f"{form[field]}\r\nBcc: all@evil.example"
            assert (await browser.post(f"/w/{admin.desk}/staff/new", form)).status == 422
    async with house.db.read() as tx:
        assert len(await store.staff.everyone(tx)) == 1
