"""The numbers of the service: new groups start with them; bad ones are refused where they were typed."""

import html
import re

import store.contracts
from tests.server.house import House
from tests.server.staff_desk import Browser, Reply, colleague


def typed(page: Reply) -> dict[str, str]:
    """The fields of the form as a browser would send them back."""
    fields = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        about = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if about.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        fields[about["name"]] = html.unescape(about.get("value", ""))
    return fields


async def test_an_admin_changes_a_number_and_new_groups_start_with_it(house: House) -> None:
    admin = await colleague(house, admin=True)
    async with Browser(house) as browser:
        await browser.at(admin)
        where = f"/w/{admin.desk}/service"
        form = typed(await browser.get(where))
        reply = await browser.post(where, form | {"notice_hours": "48", "sessions": "16"})
        assert reply.status == 303, reply.text
    async with house.db.read() as tx:
        terms = await store.contracts.service_terms(tx)
        kept = await store.contracts.service_values(tx)
    assert (terms.notice_hours, terms.sessions) == (48, 16)
    assert kept == {"notice_hours": 48, "sessions": 16}


async def test_an_impossible_number_stays_in_its_field(house: House) -> None:
    admin = await colleague(house, admin=True)
    async with Browser(house) as browser:
        await browser.at(admin)
        where = f"/w/{admin.desk}/service"
        form = typed(await browser.get(where))
        reply = await browser.post(where, form | {"notice_hours": "999"})
    assert reply.status == 422
    assert 'value="999"' in reply.text
    assert "error-summary" in reply.text


async def test_the_page_is_for_admins(house: House) -> None:
    nora = await colleague(house, clinician=True)
    async with Browser(house) as browser:
        await browser.at(nora)
        assert (await browser.get(f"/w/{nora.desk}/service")).status == 404
        assert (await browser.post(f"/w/{nora.desk}/service", {"sessions": "9"})).status == 404
