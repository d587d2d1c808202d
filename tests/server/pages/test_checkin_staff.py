"""A member's answers for the facilitators of the group: read through a door that writes it down, filled in
together by telephone or in a meeting, and nothing of it for anybody else."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import store.access_log
import store.answers
import store.audit
import store.checkins
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read, send
from tests.services.asked import ask

Group = tuple[House, Agreed, str]


@pytest.fixture
async def group(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Group:
    """A group whose first member has answered two questions of a weekly look."""
    now = datetime.now(UTC)
    async with sqlite.write() as tx:
        agreed = await agreed_group(tx, sqlite_keys, now)
        ada = agreed.circle.participants[0]
        one = await ask(tx, ada.id, agreed.circle.session, now, "weekly", number=6)
        assert await store.checkins.mark_opened(tx, one, "weekly.1+phq8@1", now)
        for name, value in (("mood", 3), ("moment", "a findable moment")):
            await store.answers.save(
                tx,
                sqlite_keys,
                checkin_id=one,
                question=name,
                value=value,
                form="weekly.1+phq8@1",
                device="a" * 16,
                by=ada.id,
                now=now,
            )
    return await houses(circle=agreed.circle), agreed, one


def address(group: Group, rest: str = "") -> str:
    _, agreed, one = group
    return f"people/{agreed.circle.participants[0].id}/checkin/{one}{rest}"


@pytest.fixture
def facilitator(group: Group) -> Callable[[], Awaitable[Guest]]:
    async def make() -> Guest:
        return await group[0].guest(group[1].circle.facilitator)

    return make


async def looks(group: Group) -> list[tuple[str, str]]:
    house, agreed, _ = group
    async with house.db.read() as tx:
        found = await store.access_log.entries(tx, agreed.circle.participants[0].person)
    return [(one.actor, one.action) for one in found if one.action == "answers"]


async def test_a_facilitator_reads_the_answers_and_it_is_written_down(
    group: Group, facilitator: Callable[[], Awaitable[Guest]]
) -> None:
    guest = await facilitator()
    text = await read(guest, address(group))
    assert "a findable moment" in text
    assert "How has your mood been over the last few days?" in text
    assert 'data-note="unsent"' in text
    assert await looks(group) == [(group[1].circle.facilitator.id, "answers")]


async def test_the_members_page_leads_there_and_shows_no_answer(
    group: Group, facilitator: Callable[[], Awaitable[Guest]]
) -> None:
    guest = await facilitator()
    text = await read(guest, f"people/{group[1].circle.participants[0].id}")
    assert f"/s/{guest.place}/{address(group)}" in text
    assert "findable moment" not in text
    assert await looks(group) == []


@pytest.mark.parametrize("mode", ["phone", "meeting"])
async def test_a_facilitator_fills_it_in_with_the_member(
    group: Group, facilitator: Callable[[], Awaitable[Guest]], mode: str
) -> None:
    guest = await facilitator()
    status, to = await send(guest, address(group), {"mode": mode})
    assert status == 303
    assert to.endswith(f"/{mode}/week_compared"), "what the member answered stays"
    text = await read(guest, address(group, f"/{mode}/mood"))
    assert 'data-note="with"' in text
    assert 'data-note="elsewhere"' in text
    assert "checked" not in text
    assert (await send(guest, address(group, f"/{mode}/tried"), {"tried": "partly"}))[0] == 303
    assert (await send(guest, address(group, f"/{mode}/check"), {}))[0] == 303
    async with group[0].db.read() as tx:
        given = await store.answers.of_checkin(tx, group[0].keys, group[2])
        one = await store.checkins.find(tx, group[2])
    assert (given["tried"].by, given["tried"].mode) == (group[1].circle.facilitator.id, mode)
    assert given["mood"].mode == "self"
    assert one is not None
    assert one.state == "submitted"
    text = await read(guest, address(group))
    assert "written down by" in text
    assert 'data-action="fill-in"' not in text


async def test_how_they_speak_has_to_be_said(
    group: Group, facilitator: Callable[[], Awaitable[Guest]]
) -> None:
    guest = await facilitator()
    status, text = await send(guest, address(group), {"mode": "letter"})
    assert status == 422
    assert text.count("Please choose how you speak with each other.") == 2
    await read(guest, address(group, "/letter/mood"), status=404)


async def test_a_worrying_answer_is_passed_on_and_the_facilitator_is_told(
    group: Group, facilitator: Callable[[], Awaitable[Guest]]
) -> None:
    guest = await facilitator()
    await send(guest, address(group), {"mode": "phone"})
    status, to = await send(guest, address(group, "/phone/safe_now"), {"safe_now": "unsure"})
    assert status == 303
    text = await read(guest, to.removeprefix(f"/s/{guest.place}/"))
    assert 'data-note="noted"' in text
    concern = to.partition("?noted=")[2]
    assert f'href="/s/{guest.place}/concerns/{concern}"' in text
    assert "A concern" in await read(guest, f"concerns/{concern}")
    text = await read(guest, address(group, f"/phone/check?noted={concern}"))
    assert f'href="/s/{guest.place}/concerns/{concern}"' in text


@pytest.mark.parametrize("said", ["..%2F..%2Fcalls", "%22%3E%3Cb%3E", "", "a" * 65])
async def test_what_could_not_be_a_concern_is_no_link(
    group: Group, facilitator: Callable[[], Awaitable[Guest]], said: str
) -> None:
    guest = await facilitator()
    await send(guest, address(group), {"mode": "phone"})
    for step in ("mood", "check"):
        text = await read(guest, address(group, f"/phone/{step}?noted={said}"))
        assert "/concerns/" not in text
        assert 'data-note="noted"' not in text


async def test_the_member_does_not_read_back_what_was_written_down(
    group: Group, facilitator: Callable[[], Awaitable[Guest]]
) -> None:
    guest = await facilitator()
    await send(guest, address(group), {"mode": "phone"})
    await send(guest, address(group, "/phone/want_today"), {"want_today": "a findable wish"})
    ada = await group[0].guest(group[1].circle.participants[0])
    text = await read(ada, f"checkin/{group[2]}/check")
    assert "findable" not in text
    assert text.count('data-state="elsewhere"') == 3


@pytest.mark.parametrize("who", ["coordinator", "the member", "another member", "another group"])
async def test_nobody_else_opens_it(group: Group, who: str) -> None:
    house, agreed, one = group
    circle = agreed.circle
    if who == "another group":
        async with house.db.write() as tx:
            other = await agreed_group(tx, house.keys, datetime.now(UTC))
        person = other.circle.facilitator
    else:
        person = {
            "coordinator": circle.coordinator,
            "the member": circle.participants[0],
            "another member": circle.participants[1],
        }[who]
    guest = await house.guest(person)
    for rest in ("", "/phone/mood", "/phone/check"):
        text = await read(guest, address(group, rest), status=404)
        assert "findable" not in text
        status, text = await send(guest, address(group, rest), {"mode": "phone", "mood": "1"})
        assert status == 404
        assert "findable" not in text
    async with house.db.read() as tx:
        given = await store.answers.of_checkin(tx, house.keys, one)
    assert given["mood"].value == 3
    assert await looks(group) == []


async def test_a_check_in_of_another_member_is_not_found_under_this_one(
    group: Group, facilitator: Callable[[], Awaitable[Guest]]
) -> None:
    guest = await facilitator()
    bela = group[1].circle.participants[1].id
    await read(guest, f"people/{bela}/checkin/{group[2]}", status=404)
    assert await looks(group) == []


async def test_a_call_wished_for_stands_on_the_facilitators_start_page(
    group: Group, facilitator: Callable[[], Awaitable[Guest]]
) -> None:
    house, agreed, _ = group
    now = datetime.now(UTC)
    ada = agreed.circle.participants[0]
    async with house.db.write() as tx:
        one = await ask(tx, ada.id, agreed.circle.session, now, "followup", number=1)
    guest = await facilitator()
    there = f"people/{ada.id}/checkin/{one}"
    await send(guest, there, {"mode": "phone"})
    words = "wishes for a call, said in a form after the group"
    assert words not in await read(guest)
    assert (await send(guest, f"{there}/phone/call_wished", {"call_wished": "yes"}))[0] == 303
    assert words in await read(guest)


RATED = {"rated_ready_feelings": "4", "rated_ready_time": "0", "rated_ready_change": "10"}


@pytest.fixture
async def before(group: Group) -> str:
    """The page of the form before the group, in which the member said 7 for the first scale."""
    house, agreed, _ = group
    now, ada = datetime.now(UTC), agreed.circle.participants[0]
    async with house.db.write() as tx:
        one = await ask(tx, ada.id, agreed.circle.session, now, "pre")
        assert await store.checkins.mark_opened(tx, one, "pre.1", now)
        await store.answers.save(
            tx,
            house.keys,
            checkin_id=one,
            question="ready_feelings",
            value=7,
            form="pre.1",
            device="a" * 16,
            by=ada.id,
            now=now,
        )
    return f"people/{ada.id}/checkin/{one}"


def sides(text: str) -> list[list[str]]:
    """The numbers of the table, the member's and the facilitators'."""
    table = text.partition('data-part="readiness"')[2].partition("</table>")[0]
    found = re.findall(r"<td[^>]*>([^<]*)</td>", table)
    return [found[0::2], found[1::2]]


async def test_facilitators_rate_readiness_beside_the_member(
    group: Group, facilitator: Callable[[], Awaitable[Guest]], before: str
) -> None:
    guest = await facilitator()
    assert sides(await read(guest, before)) == [["7", "–", "–"], ["–", "–", "–"]]
    assert (await send(guest, f"{before}/readiness", RATED))[0] == 303
    text = await read(guest, before)
    assert sides(text) == [["7", "–", "–"], ["4", "0", "10"]]
    assert text.count(" checked") == 3
    assert "Last rated by" in text
    await send(guest, f"{before}/readiness", RATED | {"rated_ready_time": "1"})
    assert sides(await read(guest, before))[1] == ["4", "1", "10"]
    house, agreed, _ = group
    async with house.db.read() as tx:
        looks = await store.access_log.entries(tx, agreed.circle.participants[0].person)
        acts = await store.audit.of_group(tx, agreed.circle.group)
    assert {(one.action, one.purpose) for one in looks} >= {
        ("workbook", "readiness"),
        ("answers", "check-in"),
    }
    assert [one.reason for one in acts if one.action == "workbook_changed"] == ["readiness"] * 2


@pytest.mark.parametrize("wrong", ["", "11", "-1", "many"])
async def test_a_rating_has_three_numbers(
    facilitator: Callable[[], Awaitable[Guest]], before: str, wrong: str
) -> None:
    guest = await facilitator()
    status, text = await send(guest, f"{before}/readiness", RATED | {"rated_ready_time": wrong})
    assert status == 422
    assert text.count("Please choose a number from 0 to 10.") == 2
    assert text.count(" checked") == 2, "what was chosen stays"
    assert sides(await read(guest, before))[1] == ["–", "–", "–"]


async def test_other_rounds_are_not_rated(group: Group, facilitator: Callable[[], Awaitable[Guest]]) -> None:
    guest = await facilitator()
    assert 'data-part="readiness"' not in await read(guest, address(group))
    assert (await send(guest, address(group, "/readiness"), RATED))[0] == 404


async def test_a_member_neither_rates_nor_sees_it(
    group: Group, facilitator: Callable[[], Awaitable[Guest]], before: str
) -> None:
    guest = await facilitator()
    await send(guest, f"{before}/readiness", RATED)
    ada = await group[0].guest(group[1].circle.participants[0])
    assert (await send(ada, f"{before}/readiness", RATED))[0] == 404
    await read(ada, before, status=404)
    for path in (f"checkin/{before.rsplit('/', 1)[1]}/check", "mine/", ""):
        assert "rated" not in await read(ada, path)
