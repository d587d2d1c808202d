"""Summaries of sessions: only where they are promised, looked at before they go out, sent once, read by
members on their own page."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import store.outbox
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read, send

Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest]]]
WORDS = "B. and C. spoke of endings.\nWe looked at the first step of each."


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house with a group whose contract promises summaries, and its facilitator signed in."""

    async def make(**about: Any) -> tuple[House, Agreed, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC), **{"summaries": True, **about})
        house = await houses(circle=agreed.circle)
        return house, agreed, await house.guest(agreed.circle.facilitator)

    return make


def page(agreed: Agreed) -> str:
    """The page of the fifth session, which is over."""
    return f"summaries/{agreed.sessions[4].id}"


async def drafted(agreed: Agreed, guest: Guest, text: str = WORDS, number: str = "0") -> str:
    """The page once a draft is kept."""
    assert (await send(guest, page(agreed), {"text": text, "number": number}))[0] == 303
    return await read(guest, page(agreed))


async def test_it_is_drafted_looked_at_and_sent_once_to_all(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela, cleo = [await house.guest(one) for one in agreed.circle.participants[:2]]
    assert "summaries" in await read(guest)
    text = await drafted(agreed, guest)
    assert "data-warned" not in text
    assert WORDS.split("\n")[0] not in await read(bela, "summaries")
    for _press in range(2):
        assert (await send(guest, f"{page(agreed)}/send", {"number": "1"}))[0] == 303
    for one in (bela, cleo):
        assert WORDS in await read(one, "summaries")
    assert "Read the summary of session 5" in await read(bela)
    assert 'data-summary="sent"' in await read(guest, "summaries")
    async with house.db.read() as tx:
        queued = [one for one in await store.outbox.listing(tx) if one.kind == "something_to_read"]
    assert len(queued) == 4


async def test_a_name_and_a_short_time_are_said_before_it_goes_out(enter: Enter) -> None:
    house, agreed, guest = await enter(starts_in=timedelta(hours=20))
    bela = await house.guest(agreed.circle.participants[0])
    text = await drafted(agreed, guest, "Bela spoke of endings.")
    assert 'data-warned="names"' in text
    assert "names of members: Bela." in text
    assert 'data-warned="late"' in text
    status, text = await send(guest, f"{page(agreed)}/send", {"number": "1"})
    assert status == 422
    assert "say that it may go out like this" in text
    assert "spoke of endings" not in await read(bela, "summaries")
    assert (await send(guest, f"{page(agreed)}/send", {"number": "1", "sure": "yes"}))[0] == 303
    assert "spoke of endings" in await read(bela, "summaries")


async def test_a_correction_is_another_version_and_says_so(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela = await house.guest(agreed.circle.participants[0])
    await drafted(agreed, guest)
    await send(guest, f"{page(agreed)}/send", {"number": "1"})
    await drafted(agreed, guest, "D. spoke of endings.", "2")
    assert "B. and C. spoke" in await read(bela, "summaries")
    assert "a correction is drafted" in await read(guest, "summaries")
    await send(guest, f"{page(agreed)}/send", {"number": "3"})
    text = await read(bela, "summaries")
    assert "D. spoke of endings." in text
    assert "corrected on" in text
    assert "B. and C. spoke" not in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "", "number": "0"}, "Please write something first"),
        ({"text": "x" * 6001, "number": "0"}, "6000 signs"),
        ({"text": "Mine", "number": "7"}, "Somebody has written on it meanwhile"),
        ({"text": "Mine", "number": "x"}, "Please open the page again"),
    ],
)
async def test_what_cannot_be_kept_is_asked_again_with_the_words_kept(
    enter: Enter, fields: dict[str, str], words: str
) -> None:
    _house, agreed, guest = await enter()
    status, text = await send(guest, page(agreed), fields)
    assert status == 422
    assert words in text
    assert fields["text"] in text


async def test_where_none_is_promised_there_is_no_page(enter: Enter) -> None:
    house, agreed, guest = await enter(summaries=False)
    bela = await house.guest(agreed.circle.participants[0])
    assert "summaries" not in await read(guest)
    for path in ("summaries", page(agreed)):
        await read(guest, path, 404)
    assert (await send(guest, page(agreed), {"text": WORDS, "number": "0"}))[0] == 404
    await read(bela, "summaries", 404)


async def test_a_session_that_is_not_over_has_none(enter: Enter) -> None:
    _house, agreed, guest = await enter()
    await read(guest, f"summaries/{agreed.circle.session}", 404)
    await read(guest, "summaries/unknown", 404)


@pytest.mark.parametrize("who", ["member", "coordinator", "another group", "by a form's link"])
async def test_nobody_else_reads_a_draft_or_sends_one(
    enter: Enter, who: str, sqlite: Any, sqlite_keys: Any
) -> None:
    house, agreed, guest = await enter()
    await drafted(agreed, guest)
    member = agreed.circle.participants[0]
    if who == "another group":
        async with sqlite.write() as tx:
            other = await agreed_group(tx, sqlite_keys, datetime.now(UTC), summaries=True)
        one = await house.guest(other.circle.facilitator)
    elif who == "coordinator":
        one = await house.guest(agreed.circle.coordinator)
    elif who == "member":
        one = await house.guest(member)
    else:
        one = Guest(house, member)
        assert (await one.enter(await house.link(member, "checkin"))).status == 303
    await read(one, page(agreed), 404)
    assert (await send(one, page(agreed), {"text": "Mine", "number": "1"}))[0] == 404
    assert (await send(one, f"{page(agreed)}/send", {"number": "1"}))[0] == 404
    if who not in ("member", "another group"):
        await read(one, "summaries", 404)
