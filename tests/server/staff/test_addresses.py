"""Every address below a desk: closed without its sign-in, changing nothing without its page's value."""

import pytest
from aiohttp import web

from server.routes import routes
from tests.server.house import House
from tests.server.staff_desk import Browser, colleague

BELOW = [one for one in routes(demo_mode=False) if getattr(one, "path", "").startswith("/w/{desk}")]
READING = sorted({one.path for one in BELOW if one.method == "GET"})
CHANGING = sorted({one.path for one in BELOW if one.method == "POST"})


def filled(path: str, desk: str) -> str:
    """The address with ids that are none."""
    resource = web.UrlDispatcher().add_resource(path)
    names = {name: "x" for name in path.split("{") if "}" in name for name in [name.split("}")[0]]}
    return str(resource.url_for(**(names | {"desk": desk})))


def test_there_is_something_to_try() -> None:
    assert len(READING) > 15
    assert len(CHANGING) > 20


async def test_without_its_sign_in_every_page_of_a_desk_is_closed(house: House) -> None:
    nora, omar = await colleague(house, admin=True, clinician=True), await colleague(house, "Omar")
    async with Browser(house) as nobody, Browser(house) as other:
        await other.at(omar)
        for path in READING:
            for browser in (nobody, other):
                reply = await browser.get(filled(path, nora.desk))
                assert reply.status == 403, path
                assert "Nora" not in reply.text, path


@pytest.mark.parametrize("value", ["", "0" * 32])
async def test_without_its_pages_value_no_form_of_a_desk_does_anything(house: House, value: str) -> None:
    nora = await colleague(house, admin=True, clinician=True)
    async with Browser(house) as browser:
        await browser.at(nora)
        for path in CHANGING:
            assert (await browser.post(filled(path, nora.desk), {"csrf": value})).status == 403, path
        assert await browser.signin() is not None


async def test_a_question_is_asked_before_a_desk_closes_and_its_answer_counts(house: House) -> None:
    nora = await colleague(house)
    async with Browser(house) as browser:
        await browser.at(nora)
        assert f'data-idle="{nora.desk}"' in (await browser.get(f"/w/{nora.desk}/account")).text
        assert (await browser.get(f"/w/{nora.desk}/stay")).status == 204
        assert "data-idle" not in (await browser.get("/j")).text
