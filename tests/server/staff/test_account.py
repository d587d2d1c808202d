"""One's own account: a copied cookie changes nothing; what changes ends the other sign-ins."""

from tests.server.house import House
from tests.server.staff.test_admin import stale
from tests.server.staff_desk import PASSWORD, Browser, code, colleague

NEW = "nine herons walk along the canal"


async def test_the_list_names_devices_in_words_and_ends_one(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as here, Browser(house) as there:
        await here.at(nora)
        await there.at(nora)
        page = await here.get(f"/w/{nora.desk}/account")
        assert page.text.count("Firefox on Linux") == 2
        assert page.text.count("(here)") == 1
        other = await there.signin()
        assert (await here.post(f"/w/{nora.desk}/account/signins/{other}/end")).status == 303
        assert await there.signin() is None
        assert await here.signin() is not None


async def test_nobody_ends_a_sign_in_of_somebody_else(house: House) -> None:
    nora, omar = await colleague(house), await colleague(house, "Omar")
    async with Browser(house) as hers, Browser(house) as his:
        await hers.at(nora)
        await his.at(omar)
        theirs = await his.signin()
        assert (await hers.post(f"/w/{nora.desk}/account/signins/{theirs}/end")).status == 404
        assert await his.signin() is not None


async def test_out_everywhere_is_everywhere(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as here, Browser(house) as there:
        await here.at(nora)
        await there.at(nora)
        reply = await here.post(f"/w/{nora.desk}/account/signins/end")
        assert reply.location == "/staff"
        assert [await one.signin() for one in (here, there)] == [None, None]


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sign_ins(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as here, Browser(house) as there:
        await here.at(nora)
        await there.at(nora)
        where, form = f"/w/{nora.desk}/account/password", {"password": NEW, "again": NEW}
        assert (await here.post(where, form | {"old": "not the old one"})).status == 422
        assert await there.signin() is not None
        assert (await here.post(where, form | {"old": PASSWORD})).status == 303
        assert await there.signin() is None
        assert await here.signin() is not None
        assert (await there.sign_in(password=NEW)).status == 303


async def test_another_phone_replaces_the_first_after_one_right_code(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as here, Browser(house) as there:
        await here.at(nora)
        where = f"/w/{nora.desk}/account/authenticator"
        page = await here.get(where)
        secret = page.text.split("data-secret>")[1].split("<")[0].replace(" ", "")
        assert (await here.post(where, {"code": "000000"})).status == 422
        assert (await here.post(where, {"code": code(secret=secret)})).status == 303
        assert (await there.sign_in(given=code(1))).status == 422, "the first phone's codes are over"
        assert (await there.sign_in(given=code(1, secret))).status == 303


async def test_whoever_copied_the_cookie_can_change_no_factor(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as thief:
        await thief.at(nora)
        await stale(house)
        for page in ("authenticator", "passkeys"):
            reply = await thief.get(f"/w/{nora.desk}/account/{page}")
            assert reply.location == f"/w/{nora.desk}/again?to=account/{page}"
        for page, form in (("authenticator", {"code": "0"}), ("passkeys", {"credential": "{}"})):
            assert (await thief.post(f"/w/{nora.desk}/account/{page}", form)).status == 303
        reply = await thief.post(f"/w/{nora.desk}/account/password", {"password": NEW, "again": NEW})
        assert reply.status == 422
