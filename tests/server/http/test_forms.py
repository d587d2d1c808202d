"""Forms below a person's place: only from our own pages, only with that sign-in's own value."""

import pytest
from aiohttp import web

from tests.server.house import Guest, House, OpenHouse


async def note(request: web.Request) -> web.Response:
    """A form that changes something."""
    return web.Response(text=str((await request.post())["words"]))


async def crash(_request: web.Request) -> web.Response:
    """A mistake of ours."""
    raise ArithmeticError("findable detail")


@pytest.fixture
async def house(houses: OpenHouse) -> House:
    """A server with two pages more."""
    return await houses(more=[web.post("/s/{place}/note", note), web.get("/crash", crash)])


async def send(guest: Guest, data: dict[str, str], **headers: str) -> int:
    """The status of a posted form."""
    sent = {"Origin": guest.house.origin} | headers
    address = f"{guest.house.origin}/s/{guest.place}/note"
    async with guest.http.post(address, data=data, headers=sent) as reply:
        return reply.status


async def test_a_form_needs_its_pages_value(house: House) -> None:
    ada = await house.guest(house.circle.participants[0])
    bela = await house.guest(house.circle.participants[1])
    assert await send(ada, {"words": "x", "csrf": await ada.csrf()}) == 200
    assert await send(ada, {"words": "x"}) == 403
    assert await send(ada, {"words": "x", "csrf": await bela.csrf()}) == 403


async def test_a_header_of_a_script_does_not_stand_in_for_a_forms_value(house: House) -> None:
    ada = await house.guest(house.circle.participants[0])
    assert await send(ada, {"words": "x"}, **{"X-CSRF": "anything"}) == 403
    assert await send(ada, {"words": "x"}, **{"X-CSRF": await ada.csrf()}) == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}]
)
async def test_a_foreign_page_cannot_post_even_with_the_value(house: House, headers: dict[str, str]) -> None:
    ada = await house.guest(house.circle.participants[0])
    assert await send(ada, {"words": "x", "csrf": await ada.csrf()}, **headers) == 403


async def test_a_form_without_a_sign_in_is_refused(house: House) -> None:
    assert await send(Guest(house, house.circle.participants[0]), {"words": "x", "csrf": "0" * 32}) == 403


async def test_a_form_that_is_too_large_is_refused(house: House) -> None:
    ada = await house.guest(house.circle.participants[0])
    assert await send(ada, {"words": "x" * 300_000, "csrf": await ada.csrf()}) == 413


async def test_our_own_mistake_is_a_calm_page_with_an_id_and_no_detail(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        Guest(house, house.circle.participants[0]) as guest,
        guest.http.get(f"{house.origin}/crash") as reply,
    ):
        assert reply.status == 500
        assert "findable" not in await reply.text()
        assert reply.headers["X-Request-Id"]
    assert "A request failed" in caplog.text


async def test_log_lines_name_routes_and_never_places_or_tokens(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ada = house.circle.participants[0]
    token = await house.link(ada)
    guest = Guest(house, ada)
    await guest.enter(token)
    await guest.join()
    lines = "\n".join(f"{r.getMessage()} {r.__dict__}" for r in caplog.records if r.name.startswith("server"))
    assert "/s/{place}/ticket/{session}" in lines
    for secret in (token, ada.place, "Bela", "Findable"):
        assert secret not in lines
