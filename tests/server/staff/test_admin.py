"""Admins invite, give and take rights; sensitive changes ask for a fresh proof; nobody else sees it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

import store.audit
import store.staff
from store.staff import Staff
from store.tables import staff_signin
from tests.server.house import House
from tests.server.staff_desk import PASSWORD, Browser, Reply, address, code, colleague


async def fresh(house: House, staff: Staff) -> Staff:
    """The account as it is now."""
    async with house.db.read() as tx:
        found = await store.staff.by_id(tx, staff.id)
    assert found is not None
    return found


async def stale(house: House) -> None:
    """Every proof was given an hour ago."""
    async with house.db.write() as tx:
        past = datetime.now(UTC) - timedelta(hours=1)
        await tx.execute(update(staff_signin).values(proved_at=past))


async def actions(house: House) -> list[str]:
    """What the audit tells, oldest first."""
    async with house.db.read() as tx:
        return [entry.action for entry in reversed(await store.audit.latest(tx, 100))]


def link_in(page: Reply) -> str:
    """The token of the one-time link of a page."""
    found = re.search(r"/staff/invite#([\w-]+)", page.text)
    assert found, page.text
    return found[1]


async def test_an_admin_invites_a_colleague_who_comes_in(house: House) -> None:
    admin = await colleague(house, admin=True)
    async with Browser(house) as browser, Browser(house) as new:
        await browser.at(admin)
        here = f"/w/{admin.desk}/staff"
        form = {
            "name": "Omar Example",
            "address": "omar@findable.example",
            "zone": "Europe/Berlin",
            "locale": "en",
            "clinician": "yes",
        }
        reply = await browser.post(f"{here}/new", form)
        assert reply.status == 303
        page = await browser.get(reply.location)
        assert (await new.post("/staff/invite", {"token": link_in(page)})).status == 303
        assert "/staff/invite#" not in (await browser.get(reply.location)).text, "shown once"
        listed = await browser.get(here)
        assert "Omar Example" in listed.text
        assert "invited" in listed.text
    async with house.db.read() as tx:
        made = await store.staff.by_address(tx, house.keys, "omar@findable.example")
    assert made is not None
    assert (made.admin, made.clinician) == (False, True)
    assert (await actions(house))[-2:] == ["staff_created", "staff_link_invite"]


async def test_bad_input_keeps_what_was_typed_and_says_what_to_do(house: House) -> None:
    admin = await colleague(house, admin=True)
    async with Browser(house) as browser:
        await browser.at(admin)
        form = {"name": "Omar", "address": address("Nora"), "zone": "Europe/Berlin", "locale": "en"}
        taken = await browser.post(f"/w/{admin.desk}/staff/new", form)
        nowhere = await browser.post(f"/w/{admin.desk}/staff/new", form | {"zone": "Mars/Base", "name": ""})
    for page in (taken, nowhere):
        assert page.status == 422
        assert "error-summary" in page.text
        assert "<title>Error:" in page.text
        assert f'value="{address("Nora")}"' in page.text


async def test_nobody_but_an_admin_finds_the_pages(house: House) -> None:
    nora = await colleague(house, clinician=True)
    async with Browser(house) as browser:
        await browser.at(nora)
        for path in ("staff", "staff/new", f"staff/{nora.id}"):
            assert (await browser.get(f"/w/{nora.desk}/{path}")).status == 404
        for act in ("rights", "grant", "withdraw", "disable", "reset", "sign-out"):
            assert (
                await browser.post(f"/w/{nora.desk}/staff/{nora.id}/{act}", {"admin": "yes"})
            ).status == 404
    assert not (await fresh(house, nora)).admin


async def test_rights_are_given_and_taken_with_the_audit(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house)
    async with Browser(house) as browser, Browser(house) as hers:
        await hers.at(nora)
        await browser.at(admin)
        there = f"/w/{admin.desk}/staff/{nora.id}"
        await browser.post(f"{there}/rights", {"admin": "yes"})
        assert (await hers.get(f"/w/{nora.desk}/staff")).status == 200, "at once"
        await browser.post(f"{there}/rights", {})
        assert (await hers.get(f"/w/{nora.desk}/staff")).status == 404, "at once"
    assert (await actions(house)).count("staff_rights") == 2


async def test_the_last_admin_stays(house: House) -> None:
    admin = await colleague(house, admin=True)
    async with Browser(house) as browser:
        await browser.at(admin)
        there = f"/w/{admin.desk}/staff/{admin.id}"
        assert (await browser.post(f"{there}/rights", {})).status == 422
        assert (await browser.post(f"{there}/disable")).status == 422
    assert (await fresh(house, admin)).admin


async def test_a_place_in_a_group_is_given_and_taken(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house)
    async with Browser(house) as browser, Browser(house) as hers:
        await hers.at(nora)
        await browser.at(admin)
        there = f"/w/{admin.desk}/staff/{nora.id}"
        given = await browser.post(f"{there}/grant", {"group": house.circle.group, "role": "facilitator"})
        assert given.status == 303
        async with house.db.read() as tx:
            (place,) = await store.staff.groups_of(tx, nora.person)
        assert (await hers.get(f"/s/{place.place}/")).status == 200
        await browser.post(f"{there}/withdraw", {"member": place.member})
        assert (await hers.get(f"/s/{place.place}/")).status == 403


@pytest.mark.parametrize("form", [{"role": "participant"}, {"role": "admin"}, {"role": ""}])
async def test_nobody_becomes_a_participant_or_worse_by_a_form(house: House, form: dict[str, str]) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house)
    async with Browser(house) as browser:
        await browser.at(admin)
        where = f"/w/{admin.desk}/staff/{nora.id}/grant"
        assert (await browser.post(where, form | {"group": house.circle.group})).status == 422


async def test_an_admin_takes_no_place_that_is_not_the_colleagues(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house)
    async with Browser(house) as browser:
        await browser.at(admin)
        where = f"/w/{admin.desk}/staff/{nora.id}/withdraw"
        assert (await browser.post(where, {"member": house.circle.participants[0].id})).status == 422


async def test_a_sensitive_change_asks_again_and_goes_on_after_the_proof(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house)
    async with Browser(house) as browser:
        await browser.at(admin)
        await stale(house)
        there = f"/w/{admin.desk}/staff/{nora.id}/rights"
        asked = await browser.post(there, {"admin": "yes"})
        assert asked.location == f"/w/{admin.desk}/again?to=staff"
        assert not (await fresh(house, nora)).admin
        page = f"/w/{admin.desk}/again?to=staff"
        assert (await browser.post(page, {"password": "not the password", "code": code()})).status == 422
        proof = {"password": PASSWORD, "code": code()}
        assert (await browser.post(page, proof)).location == f"/w/{admin.desk}/staff"
        assert (await browser.post(there, {"admin": "yes"})).status == 303
    assert (await fresh(house, nora)).admin


@pytest.mark.parametrize("form", ["staff/new", "service"])
async def test_the_proof_is_asked_for_before_a_form_is_filled_in(house: House, form: str) -> None:
    admin = await colleague(house, admin=True)
    async with Browser(house) as browser:
        await browser.at(admin)
        assert (await browser.get(f"/w/{admin.desk}/{form}")).status == 200
        await stale(house)
        assert (await browser.get(f"/w/{admin.desk}/{form}")).location == f"/w/{admin.desk}/again?to={form}"


async def test_the_page_that_asks_leads_to_our_own_pages_only(house: House) -> None:
    admin = await colleague(house, admin=True)
    async with Browser(house) as browser:
        await browser.at(admin)
        proof = {"password": PASSWORD, "code": code()}
        reply = await browser.post(f"/w/{admin.desk}/again?to=//evil.example", proof)
    assert reply.location == f"/w/{admin.desk}/account"


async def test_a_lost_phone_needs_a_second_person_and_ends_every_sign_in(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house)
    async with Browser(house) as browser, Browser(house) as hers:
        await hers.at(nora)
        await browser.at(admin)
        own = await browser.post(f"/w/{admin.desk}/staff/{admin.id}/reset", {"lost": "authenticator"})
        assert own.status == 404, "not for oneself"
        reply = await browser.post(f"/w/{admin.desk}/staff/{nora.id}/reset", {"lost": "authenticator"})
        assert link_in(await browser.get(reply.location))
        assert (await hers.get(f"/w/{nora.desk}/account")).status == 403
    after = await fresh(house, nora)
    assert (after.has_password, after.has_totp) == (True, False), "the password still counts"


async def test_a_closed_account_opens_again_unless_its_address_is_taken(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house)
    async with Browser(house) as browser, Browser(house) as hers:
        await browser.at(admin)
        there = f"/w/{admin.desk}/staff/{nora.id}/disable"
        await browser.post(there)
        assert (await hers.sign_in()).status == 422
        assert (await browser.post(there, {"open": "yes"})).status == 303
        assert (await hers.sign_in()).status == 303
        await browser.post(there)
        await colleague(house)
        assert (await browser.post(there, {"open": "yes"})).status == 422
    assert (await fresh(house, nora)).disabled_at is not None


async def test_no_number_of_links_opens_an_account_without_what_its_owner_has(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house)
    async with Browser(house) as browser, Browser(house) as thief:
        await browser.at(admin)
        for lost in ("authenticator", "authenticator", "password", "", "authenticator"):
            reply = await browser.post(f"/w/{admin.desk}/staff/{nora.id}/reset", {"lost": lost})
            token = link_in(await browser.get(reply.location))
            await thief.post("/staff/invite", {"token": token})
            page = await thief.get("/staff/setup")
            assert 'name="proof"' in page.text, lost
            secret = page.text.split("data-secret>")[1].split("<")[0].replace(" ", "")
            taken = await thief.post("/staff/setup", {"code": code(secret=secret)})
            assert taken.status == 422, "the password is owed"
            new = "nine herons on the canal"
            taken = await thief.post("/staff/setup", {"password": new, "again": new, "proof": new})
            assert taken.status == 422, "and cannot be replaced instead"
    after = await fresh(house, nora)
    assert (after.has_password, after.has_totp) == (True, False)


async def test_an_invitation_that_was_begun_and_ran_out_goes_on_with_the_password(house: House) -> None:
    admin, nora = await colleague(house, "Ada", admin=True), await colleague(house, complete=False)
    async with Browser(house) as browser, Browser(house) as hers:
        await browser.at(admin)
        there = f"/w/{admin.desk}/staff/{nora.id}/reset"
        await hers.post(
            "/staff/invite", {"token": link_in(await browser.get((await browser.post(there)).location))}
        )
        await hers.post("/staff/setup", {"password": PASSWORD, "again": PASSWORD})
        again = link_in(await browser.get((await browser.post(there)).location))
        await hers.post("/staff/invite", {"token": again})
        page = await hers.get("/staff/setup")
        secret = page.text.split("data-secret>")[1].split("<")[0].replace(" ", "")
        form = {"code": code(secret=secret)}
        assert (await hers.post("/staff/setup", form)).status == 422
        assert (await hers.post("/staff/setup", form | {"proof": PASSWORD})).status == 303
