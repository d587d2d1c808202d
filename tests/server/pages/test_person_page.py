"""The page of one member for the facilitators: linked where they work, closed to everybody else."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import store.groups
from server.pages.person_page import SECTIONS
from server.render import WEB
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read
from tests.services.asked import ask

Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest]]]


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house with a group under a contract, and its facilitator signed in."""

    async def make(**about: Any) -> tuple[House, Agreed, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC), **about)
        house = await houses(circle=agreed.circle)
        return house, agreed, await house.guest(agreed.circle.facilitator)

    return make


async def test_home_and_brief_lead_to_every_member(enter: Enter) -> None:
    _house, agreed, guest = await enter()
    for path in ("", f"brief/{agreed.circle.session}"):
        text = await read(guest, path)
        for member in agreed.circle.participants:
            assert f'href="/s/{guest.place}/people/{member.id}"' in text


async def test_the_page_names_the_member_and_says_how_the_contract_stands(enter: Enter) -> None:
    _house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    text = await read(guest, f"people/{member.id}")
    assert re.search(r"<h1>Bela", text)
    assert "Not signed by both sides yet." in text
    assert f'href="/s/{guest.place}/contract/{member.id}"' in text


async def test_weekly_forms_are_told_apart_by_their_session(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, now = agreed.circle.participants[0], datetime.now(UTC)
    async with house.db.write() as tx:
        for session in agreed.sessions[4:6]:
            await ask(tx, member.id, session.id, now, "weekly", number=session.ordinal)
    text = await read(guest, f"people/{member.id}")
    assert [text.count(f"How is your week? before session {number}, ") for number in (5, 6)] == [2, 2]


async def test_somebody_who_left_still_has_a_page(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    async with house.db.write() as tx:
        await store.groups.withdraw_member(tx, member.id, datetime.now(UTC))
    assert "Left the group on" in await read(guest, f"people/{member.id}")
    assert f'href="/s/{guest.place}/people/{member.id}"' not in await read(guest)


async def test_nobody_else_opens_it_and_staff_have_no_page_of_this_kind(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    for other in (agreed.circle.facilitator, agreed.circle.coordinator):
        await read(guest, f"people/{other.id}", 404)
    await read(guest, "people/nobody", 404)
    bela = await house.guest(member)
    for one in agreed.circle.participants:
        await read(bela, f"people/{one.id}", 404)
    olga = await house.guest(agreed.circle.coordinator)
    assert "data-section" not in await read(olga, f"people/{member.id}")


def test_each_section_stands_once_and_has_its_own_partial() -> None:
    assert len({one.key for one in SECTIONS}) == len(SECTIONS)
    for one in SECTIONS:
        text = (WEB / "templates" / one.template).read_text()
        assert f'id="{one.key}-title"' in text, one.key
