"""From an invitation to an account, and back in after a loss: a link alone never replaces both factors."""

from datetime import UTC, datetime, timedelta

import pytest

import store.staff
import store.staff_tokens
from tests.server.house import House
from tests.server.staff_desk import PASSWORD, SECRET, Browser, Reply, code, colleague

NEW = "nine herons walk along the canal"


async def link(house: House, staff: str, purpose: str = "invite") -> str:
    """A token for an account."""
    async with house.db.write() as tx:
        return await store.staff_tokens.mint(
            tx, house.keys, staff, purpose, "command", datetime.now(UTC), timedelta(hours=1)
        )


def secret_in(page: Reply) -> str:
    """The secret in text."""
    return page.text.split("data-secret>")[1].split("<")[0].replace(" ", "")


async def test_an_invitation_becomes_an_account_in_two_steps(house: House) -> None:
    nora = await colleague(house, complete=False)
    async with Browser(house) as browser:
        reply = await browser.post("/staff/invite", {"token": await link(house, nora.id)})
        assert (reply.status, reply.location) == (303, "/staff/setup")
        first = await browser.get("/staff/setup")
        assert "Choose a password" in first.text
        await browser.post("/staff/setup", {"password": NEW, "again": NEW})
        second = await browser.get("/staff/setup")
        assert 'class="qr"' in second.text
        assert secret_in(second) == secret_in(await browser.get("/staff/setup")), "a reload changes nothing"
        wrong = await browser.post("/staff/setup", {"code": "000000"})
        assert wrong.status == 422
        done = await browser.post("/staff/setup", {"code": code(secret=secret_in(second))})
        assert (done.status, done.location) == (303, f"/w/{nora.desk}/")
        assert (await browser.get(f"/w/{nora.desk}/account")).status == 200
        assert (await browser.get("/staff/setup")).status == 403, "the link is used up"


async def test_looking_at_an_invitation_uses_nothing_up(house: House) -> None:
    nora = await colleague(house, complete=False)
    token = await link(house, nora.id)
    async with Browser(house) as scanner, Browser(house) as browser:
        page = await scanner.get("/staff/invite")
        assert page.status == 200
        assert "Nora" not in page.text
        await scanner.post("/staff/invite", {"token": token})
        assert (await browser.post("/staff/invite", {"token": token})).status == 303


async def test_a_pasted_link_works_without_scripts(house: House) -> None:
    nora = await colleague(house, complete=False)
    async with Browser(house) as browser:
        assert "Paste the whole link" in (await browser.get("/staff/code")).text
        whole = f"{house.origin}/staff/invite#{await link(house, nora.id)}"
        assert (await browser.post("/staff/invite", {"token": whole})).status == 303


@pytest.mark.parametrize(
    "password",
    ["short", "password1234", "qwertyuiop12", "Findable-Name1", "aaaaaaaaaaaaaa"],
)
async def test_weak_passwords_are_refused_with_words(house: House, password: str) -> None:
    nora = await colleague(house, complete=False)
    async with Browser(house) as browser:
        await browser.post("/staff/invite", {"token": await link(house, nora.id)})
        reply = await browser.post("/staff/setup", {"password": password, "again": password})
    assert reply.status == 422
    assert "error-summary" in reply.text
    assert "<title>Error:" in reply.text
    assert f'value="{password}"' not in reply.text


async def test_two_different_passwords_are_refused(house: House) -> None:
    nora = await colleague(house, complete=False)
    async with Browser(house) as browser:
        await browser.post("/staff/invite", {"token": await link(house, nora.id)})
        reply = await browser.post("/staff/setup", {"password": NEW, "again": NEW + "!"})
    assert reply.status == 422


async def test_unknown_used_and_ended_links_look_the_same(house: House) -> None:
    nora = await colleague(house, complete=False)
    ended, newer = await link(house, nora.id), await link(house, nora.id)
    async with house.db.write() as tx:
        await store.staff_tokens.redeem(tx, newer, datetime.now(UTC))
    async with Browser(house) as browser:
        pages = [await browser.post("/staff/invite", {"token": one}) for one in ("x" * 43, ended, newer)]
    assert {page.status for page in pages} == {404}
    texts = {
        page.text.split("<main")[1].replace(one, "")
        for page, one in zip(pages, ("x" * 43, ended, newer), strict=True)
    }
    assert len(texts) == 1


async def test_after_a_lost_phone_the_password_is_still_asked_for(house: House) -> None:
    nora = await colleague(house)
    async with house.db.write() as tx:
        await store.staff.drop_totp(tx, house.keys, nora.id, "command", datetime.now(UTC))
    async with Browser(house) as browser:
        await browser.post("/staff/invite", {"token": await link(house, nora.id, "reset")})
        page = await browser.get("/staff/setup")
        fresh = code(secret=secret_in(page))
        assert (await browser.post("/staff/setup", {"code": fresh})).status == 422
        wrong = await browser.post("/staff/setup", {"code": fresh, "proof": NEW})
        assert wrong.status == 422
        done = await browser.post("/staff/setup", {"code": fresh, "proof": PASSWORD})
        assert done.location == f"/w/{nora.desk}/"


async def test_after_a_forgotten_password_the_code_is_still_asked_for(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as browser:
        await browser.post("/staff/invite", {"token": await link(house, nora.id, "reset")})
        form = {"password": NEW, "again": NEW}
        assert (await browser.post("/staff/setup", form)).status == 422
        assert (await browser.post("/staff/setup", form | {"proof": "000000"})).status == 422
        done = await browser.post("/staff/setup", form | {"proof": code(-1)})
        assert (done.status, done.location) == (303, "/staff")
        assert (await browser.sign_in(password=PASSWORD, given=code())).status == 422
        assert (await browser.sign_in(password=NEW, given=code())).status == 303


async def test_a_new_password_and_a_new_authenticator_end_every_other_sign_in(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as thief, Browser(house) as browser:
        await thief.at(nora)
        await browser.post("/staff/invite", {"token": await link(house, nora.id, "reset")})
        await browser.post("/staff/setup", {"password": NEW, "again": NEW, "proof": code(-1)})
        assert (await thief.get(f"/w/{nora.desk}/account")).status == 403
        async with house.db.write() as tx:
            await store.staff.drop_totp(tx, house.keys, nora.id, "command", datetime.now(UTC))
        await thief.at(nora)
        await browser.post("/staff/invite", {"token": await link(house, nora.id, "reset")})
        fresh = code(secret=secret_in(await browser.get("/staff/setup")))
        await browser.post("/staff/setup", {"code": fresh, "proof": NEW})
        assert (await thief.get(f"/w/{nora.desk}/account")).status == 403
        assert (await browser.get(f"/w/{nora.desk}/account")).status == 200, "who set it is in"


async def test_a_closed_account_cannot_be_set_up(house: House) -> None:
    nora = await colleague(house, complete=False)
    token = await link(house, nora.id)
    async with house.db.write() as tx:
        await store.staff.disable(tx, house.keys, nora.id, "command", datetime.now(UTC))
    async with Browser(house) as browser:
        assert (await browser.post("/staff/invite", {"token": token})).status == 404


async def test_the_secret_of_the_authenticator_is_sealed_at_rest(house: House) -> None:
    nora = await colleague(house)
    async with house.db.read() as tx:
        raw = await tx.exec_driver_sql("SELECT * FROM staff")
        assert SECRET not in repr(raw.all())
        assert (await store.staff.credentials(tx, house.keys, nora.id)).totp_secret == SECRET
