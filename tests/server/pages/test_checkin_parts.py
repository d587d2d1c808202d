"""The parts of a check-in that have a page of their own: the form leads there and back, and is answered when
the member says that they are done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

import store.answers
import store.workbook
from store.groups import Member
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read, send
from tests.services.asked import ask

JO = {"label": "Jo", "domain": "friends", "kind": "oldest friend", "now": "2", "wished": "1"}
WISH = {"words": "call my sister", "ratings": [{"wave": "pre", "value": 2}, {"wave": "mid", "value": 5}]}


@dataclass(frozen=True, slots=True)
class Asked:
    """A house, its group, the member who is asked and their browser."""

    house: House
    agreed: Agreed
    member: Member
    guest: Guest
    id: str

    async def begin(self, guest: Guest | None = None) -> Guest:
        """Opens the form in this browser."""
        guest = guest or self.guest
        assert (await send(guest, f"checkin/{self.id}", {}))[0] == 303
        return guest

    async def put(self, kind: str, thing: str, body: dict[str, Any], by: str = "") -> None:
        async with self.house.db.write() as tx:
            await store.workbook.put(
                tx, self.house.keys, self.member.id, kind, thing, body,
                by=by or self.member.id, device="", now=datetime.now(UTC),
            )  # fmt: skip

    async def answers(self) -> dict[str, store.answers.Answer]:
        async with self.house.db.read() as tx:
            return await store.answers.of_checkin(tx, self.house.keys, self.id)


Open = Callable[[str], Awaitable[Asked]]


@pytest.fixture
def opened(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Open:
    """Asks the first member, in the middle of the group."""

    async def make(wave: str) -> Asked:
        now = datetime.now(UTC)
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, now)
            member = agreed.circle.participants[0]
            one = await ask(tx, member.id, agreed.circle.session, now, wave)
        house = await houses(circle=agreed.circle)
        return Asked(house, agreed, member, await house.guest(member), one)

    return make


async def test_a_part_is_filled_in_on_its_page_and_is_answered_when_the_member_is_done(opened: Open) -> None:
    asked = await opened("pre")
    guest = await asked.begin()
    step = f"checkin/{asked.id}/part_circle_pre"
    text = await read(guest, step)
    there = f"mine/circle?form={asked.id}&at=part_circle_pre"
    assert f'data-action="own-page" href="/s/{guest.place}/{there}"' in text
    assert text.count('class="button button-main"') == 1
    assert "data-part-inside" not in text
    assert f'data-action="back-to-form" href="/s/{guest.place}/{step}"' in await read(guest, there)
    status, where = await send(guest, there, JO)
    assert (status, where) == (303, f"/s/{guest.place}/{there}&said=added")
    assert "<li>Jo (close)</li>" in await read(guest, step)
    assert "part_circle_pre" not in await asked.answers(), "open until they say that they are done"
    status, where = await send(guest, step, {"part_circle_pre": "done"})
    assert (status, where) == (303, f"/s/{guest.place}/checkin/{asked.id}/part_problems_pre")
    assert (await asked.answers())["part_circle_pre"].value == "done"
    assert "Jo (close)" in await read(guest, f"checkin/{asked.id}/check")


async def test_a_part_can_be_passed_over_and_takes_no_other_word(opened: Open) -> None:
    asked = await opened("pre")
    guest = await asked.begin()
    step = f"checkin/{asked.id}/part_goals_pre"
    for sent in ({}, {"part_goals_pre": "later"}):
        status, text = await send(guest, step, sent)
        assert status == 422
        assert 'href="#part_goals_pre"' in text
        assert 'id="part_goals_pre-error"' in text
    assert (await send(guest, step, {"skip": "yes"}))[0] == 303
    assert (await asked.answers())["part_goals_pre"].value is None


async def test_a_finished_part_with_nothing_in_it_says_only_that(opened: Open) -> None:
    asked = await opened("mid")
    guest = await asked.begin()
    await send(guest, f"checkin/{asked.id}/part_circle_mid", {"part_circle_mid": "done"})
    text = await read(guest, f"checkin/{asked.id}/check")
    assert '<span class="answers-said">Filled in</span>' in text


async def test_another_device_reads_nothing_back_of_a_part(opened: Open) -> None:
    asked = await opened("pre")
    guest = await asked.begin()
    await send(guest, "mine/circle", JO)
    await send(guest, f"checkin/{asked.id}/part_circle_pre", {"part_circle_pre": "done"})
    other = Guest(asked.house, asked.member)
    assert (await other.enter(await asked.house.link(asked.member, "checkin"))).status == 303
    for path in ("part_circle_pre", "check"):
        assert "Jo (close)" not in await read(other, f"checkin/{asked.id}/{path}")
    text = await read(other, f"checkin/{asked.id}/part_circle_pre")
    assert "With this link you see only what was written on this device." in text
    assert 'data-note="elsewhere"' in text


async def test_the_last_form_shows_a_goal_from_its_first_rating_to_its_last(opened: Open) -> None:
    asked = await opened("post")
    guest = await asked.begin()
    await asked.put("goal", "sister", WISH)
    there = f"mine/goals/sister?form={asked.id}&at=part_goals_post"
    status, _ = await send(guest, there, {"words-sister": "call my sister", "rating-sister": "8"})
    assert status == 303
    course = "at the start: 2 → on the way: 5 → at the end: 8"
    assert f"call my sister ({course})" in await read(guest, f"checkin/{asked.id}/part_goals_post")
    facilitator = await asked.house.guest(asked.agreed.circle.facilitator)
    assert course in await read(facilitator, f"people/{asked.member.id}")


async def test_the_plan_stands_in_the_summary_of_the_last_form(opened: Open) -> None:
    asked = await opened("post")
    guest = await asked.begin()
    plan = {"signs": "I stop answering", "worked": "", "wish": "nothing", "rhythm": "monthly"}
    assert (await send(guest, "mine/plan", plan))[0] == 303
    await send(guest, f"checkin/{asked.id}/part_plan_post", {"part_plan_post": "done"})
    text = await read(guest, f"checkin/{asked.id}/check")
    assert "Early signs that it is getting harder: I stop answering" in text
    assert "Nothing regular; I come back when I need to" in text


@pytest.mark.parametrize("mode", ["phone", "meeting"])
async def test_a_facilitator_goes_there_and_back_with_the_member(opened: Open, mode: str) -> None:
    asked = await opened("mid")
    guest = await asked.house.guest(asked.agreed.circle.facilitator)
    about = f"people/{asked.member.id}"
    await send(guest, f"{about}/checkin/{asked.id}", {"mode": mode})
    step = f"{about}/checkin/{asked.id}/{mode}/part_goals_mid"
    there = f"{about}/goals?form={asked.id}&at={mode}/part_goals_mid"
    assert f'href="/s/{guest.place}/{there}"' in await read(guest, step)
    assert f'href="/s/{guest.place}/{step}"' in await read(guest, there)
    assert (await send(guest, step, {"part_goals_mid": "done"}))[0] == 303
    assert "Filled in" in await read(guest, f"{about}/checkin/{asked.id}")


@pytest.mark.parametrize("at", ["//elsewhere.example", "part_goals_mid/../..", "letter/part_goals_mid"])
async def test_a_way_back_that_is_no_page_of_a_form_is_left_out(opened: Open, at: str) -> None:
    asked = await opened("mid")
    text = await read(asked.guest, f"mine/goals?form={asked.id}&at={at}")
    assert f'href="/s/{asked.guest.place}/checkin/{asked.id}"' in text
    assert at not in text.split("<main")[1]
