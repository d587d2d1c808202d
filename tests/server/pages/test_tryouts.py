"""Try-outs between sessions: set by two, asked about in the weekly look, told in the brief; an invitation."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import store.access_log
from store.groups import Member
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read, send
from tests.services.asked import ask

Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest]]]
WALK = {
    "step": "Ask M. for a walk",
    "whom": "M.",
    "when": "Saturday",
    "where": "the park",
    "support": "my sister",
    "obstacle": "rain",
    "safe": "yes",
}
SECRET = "a findable talk"


def new(**change: str) -> dict[str, str]:
    """The form of a new step."""
    return {f"{name}-new": value for name, value in (WALK | change).items()}


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house with a group in its sixth session, and its facilitator signed in."""

    async def make(**about: Any) -> tuple[House, Agreed, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC), **about)
        house = await houses(circle=agreed.circle)
        return house, agreed, await house.guest(agreed.circle.facilitator)

    return make


async def own(house: House, agreed: Agreed) -> tuple[Member, Guest]:
    """The first member, signed in."""
    member = agreed.circle.participants[0]
    return member, await house.guest(member)


async def by_form_link(house: House, member: Member) -> Guest:
    """A browser that came in by a link for one form."""
    guest = Guest(house, member)
    assert (await guest.enter(await house.link(member, "checkin"))).status == 303
    return guest


def things(text: str) -> list[str]:
    """The keys of the try-outs on a page."""
    return re.findall(r'data-tryout="(\w+)"', text)


async def test_a_member_sets_a_step_and_says_next_week_what_became_of_it(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    assert await send(bela, "tryouts", new()) == (303, f"/s/{bela.place}/tryouts?said=added")
    text = await read(bela, "tryouts")
    for words in WALK.values():
        assert words in text
    (key,) = things(text)
    brief = await read(guest, f"brief/{agreed.circle.session}")
    assert "Ask M. for a walk" in brief
    assert "my sister" in brief
    told = {f"result-{key}": "partly", f"happened-{key}": SECRET, f"mood-{key}": "6"}
    assert (await send(bela, f"tryouts/{key}/result", told))[0] == 303
    for path in (f"brief/{agreed.circle.session}", f"people/{member.id}"):
        text = await read(guest, path)
        assert "tried a part of it" in text
        assert "mood afterwards 6 of 10" in text
        assert SECRET in text
    pages = [await read(bela, "tryouts"), await read(guest, f"people/{member.id}/tryouts")]
    for text in pages:
        assert not re.search(r"fail|homework|complian|\d ?%", text.split("<main")[1].split("</main")[0], re.I)
    async with house.db.read() as tx:
        looks = await store.access_log.entries(tx, member.person)
    assert {one.purpose for one in looks if one.action == "tryouts"} == {"brief", "person", "work"}


async def test_a_facilitator_writes_it_down_with_the_member_and_both_change_it(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    path = f"people/{member.id}/tryouts"
    assert await send(guest, path, new()) == (303, f"/s/{guest.place}/{path}?said=added")
    (key,) = things(await read(bela, "tryouts"))
    changed = {f"{name}-{key}": value for name, value in (WALK | {"when": "Sunday"}).items()}
    assert (await send(bela, f"tryouts/{key}", changed))[0] == 303
    assert "Sunday" in await read(guest, path)


async def test_what_may_not_be_safe_is_not_tried_and_the_facilitators_are_told(enter: Enter) -> None:
    house, agreed, guest = await enter()
    _member, bela = await own(house, agreed)
    assert (await send(bela, "tryouts", new(safe="unsure")))[0] == 303
    text = await read(bela, "tryouts")
    assert "Please do not try this yet" in text
    assert "/help" in text.split('data-note="talk-first"')[1].split("</div>")[0]
    brief = await read(guest, f"brief/{agreed.circle.session}")
    assert 'data-tryout="waits"' in brief
    assert "talk about it first" in brief


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"step": ""}, "in one sentence"),
        ({"step": "x" * 201}, "in one sentence"),
        ({"whom": "Maria Schneider"}, "no full names"),
        ({"where": "x" * 201}, "one line is enough"),
        ({"safe": ""}, "whether it is safe"),
        ({"safe": "maybe"}, "whether it is safe"),
    ],
)
async def test_what_cannot_be_is_asked_again_with_the_answer_kept(
    enter: Enter, change: dict[str, str], words: str
) -> None:
    house, agreed, _guest = await enter()
    _member, bela = await own(house, agreed)
    status, text = await send(bela, "tryouts", new(**change))
    assert status == 422
    assert words in text
    assert 'value="rain"' in text
    assert things(await read(bela, "tryouts")) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"result": "forgotten"}, "Please choose what became of it"),
        ({"mood": "11"}, "from 0 to 10"),
        ({"happened": "x" * 1001}, "a few sentences"),
    ],
)
async def test_a_result_that_cannot_be_is_asked_again(
    enter: Enter, change: dict[str, str], words: str
) -> None:
    house, agreed, _guest = await enter()
    _member, bela = await own(house, agreed)
    await send(bela, "tryouts", new())
    (key,) = things(await read(bela, "tryouts"))
    given = {"result": "done", "happened": SECRET, "mood": "5"} | change
    status, text = await send(
        bela, f"tryouts/{key}/result", {f"{name}-{key}": value for name, value in given.items()}
    )
    assert status == 422
    assert words in text
    assert SECRET in text or "happened" in change


async def test_three_are_enough_at_a_time(enter: Enter) -> None:
    house, agreed, _guest = await enter()
    _member, bela = await own(house, agreed)
    for _ in range(3):
        assert (await send(bela, "tryouts", new()))[0] == 303
    status, text = await send(bela, "tryouts", new())
    assert status == 422
    assert "Three are enough" in text
    assert "add-tryout" not in await read(bela, "tryouts")
    await send(bela, "tryouts/unknown/result", {"result-unknown": "done"})
    assert len(things(await read(bela, "tryouts"))) == 3


async def test_the_weekly_look_asks_about_it_by_name_on_the_device_that_may_know(
    enter: Enter, sqlite: Any
) -> None:
    house, agreed, guest = await enter()
    member, bela = await own(house, agreed)
    await send(bela, "tryouts", new())
    async with sqlite.write() as tx:
        one = await ask(tx, member.id, agreed.circle.session, datetime.now(UTC), "weekly", number=6)
    assert (await send(bela, f"checkin/{one}", {}))[0] == 303
    assert 'data-note="named"' not in await read(bela, f"checkin/{one}/mood")
    text = await read(bela, f"checkin/{one}/tried")
    assert "Ask M. for a walk" in text.split('data-note="named"')[1].split("</div>")[0]
    other = await by_form_link(house, member)
    assert "Ask M. for a walk" not in await read(other, f"checkin/{one}/tried")
    assert "Ask M. for a walk" not in await read(other, "tryouts")
    assert (await send(bela, f"checkin/{one}/tried", {"tried": "not"}))[0] == 303
    brief = await read(guest, f"brief/{agreed.circle.session}")
    assert re.search(r"of the step from last week:</span> not yet", brief)


@pytest.mark.parametrize("who", ["another member", "coordinator", "another group"])
async def test_nobody_else_finds_these_pages(enter: Enter, who: str, sqlite: Any, sqlite_keys: Any) -> None:
    house, agreed, _guest = await enter()
    member, bela = await own(house, agreed)
    await send(bela, "tryouts", new())
    (key,) = things(await read(bela, "tryouts"))
    if who == "another group":
        async with sqlite.write() as tx:
            other = await agreed_group(tx, sqlite_keys, datetime.now(UTC))
        guest = await house.guest(other.circle.facilitator)
    elif who == "coordinator":
        guest = await house.guest(agreed.circle.coordinator)
    else:
        guest = await house.guest(agreed.circle.participants[1])
    path = f"people/{member.id}/tryouts"
    await read(guest, path, 404)
    assert (await send(guest, path, new()))[0] == 404
    assert (await send(guest, f"{path}/{key}/result", {f"result-{key}": "done"}))[0] == 404
    if who == "another member":
        assert things(await read(guest, "tryouts")) == []
        assert (await send(guest, f"tryouts/{key}/result", {f"result-{key}": "done"}))[0] == 404
    else:
        await read(guest, "tryouts", 404)
