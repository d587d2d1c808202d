"""Course, overview, own page, export and the brief's clinical lines: for whom they are and nobody else."""

import csv
import io
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from yarl import URL

import store.audit
import store.decisions
import store.signins
from care.measures import GAD7, PHQ9
from store import access_log
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.reading import read, send
from tests.services.asked import ask
from tests.services.scored import fill, totalling

WEEK = timedelta(weeks=1)
Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest]]]


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house with a group under a contract whose sixth session is near, and its facilitator signed in."""

    async def make() -> tuple[House, Agreed, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC))
        house = await houses(circle=agreed.circle)
        return house, agreed, await house.guest(agreed.circle.facilitator)

    return make


async def course(house: House, agreed: Agreed, member: str, *totals: int | None) -> None:
    """The totals of the form before the group and of sessions 1, 2, …"""
    async with house.db.write() as tx:
        for number, total in enumerate(totals):
            session = agreed.sessions[max(number - 1, 0)]
            at = session.starts_at - (WEEK if number == 0 else timedelta(hours=3))
            wave = "weekly" if number else "pre"
            if total is not None:
                await fill(
                    tx, house.keys, member, session.id, at, wave=wave, number=max(number, 1), total=total
                )


async def test_the_course_says_from_where_to_where_and_how_reliable(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela = agreed.circle.participants[0]
    await course(house, agreed, bela.id, 16, 15, 13, 12, 11, 10)
    await attended(house, agreed, bela.id, 5)
    text = await read(guest, f"people/{bela.id}/course")
    assert "15 (moderately severe) → 10 (moderate)" in text
    assert "5 lower (33 %)" in text
    assert "no reliable change" in text
    assert "(so far)" in text
    assert "carried forward" not in text, "the course goes on"
    assert "No permission required to reproduce" in text
    assert text.count('<svg class="chart"') == 1
    assert "not a diagnosis" in text
    assert "you have" not in text.lower()


async def attended(house: House, agreed: Agreed, member: str, count: int) -> None:
    """The member was at the first `count` sessions."""
    async with house.db.write() as tx:
        for session in agreed.sessions[:count]:
            await store.decisions.decide(
                tx,
                house.keys,
                session.id,
                member,
                "attended",
                "facilitator_saw",
                "",
                agreed.circle.facilitator.id,
                "facilitator",
                datetime.now(UTC),
                session.id,
            )


async def test_the_table_holds_every_number_of_the_chart(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela = agreed.circle.participants[0]
    await course(house, agreed, bela.id, 16, 15, None, 12)
    text = await read(guest, f"people/{bela.id}/course")
    body = re.search(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    assert body
    cells = [
        re.sub(r"<[^>]+>", " ", one).split() for one in re.findall(r"<td>(.*?)</td>", body[1], re.DOTALL)
    ]
    assert ["16"] in cells
    assert ["15"] in cells
    assert ["12"] in cells
    assert text.count('class="chart-dot"') == 3


async def test_prompts_show_until_a_facilitator_has_looked(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela = agreed.circle.participants[0]
    await course(house, agreed, bela.id, 12, 12, 12, 18)
    path = f"people/{bela.id}/course"
    text = await read(guest, path)
    assert set(re.findall(r'data-prompt="(\w+)"', text)) == {"deterioration", "sudden_rise"}
    key = re.findall(r'name="prompt" value="(deterioration[^"]*)"', text)[0]
    assert await send(guest, f"{path}/looked", {"prompt": key}) == (303, f"/s/{guest.place}/{path}")
    assert re.findall(r'data-prompt="(\w+)"', await read(guest, path)) == ["sudden_rise"]
    assert (await send(guest, f"{path}/looked", {"prompt": "deterioration.phq9.made-up"}))[0] == 303
    assert re.findall(r'data-prompt="(\w+)"', await read(guest, path)) == ["sudden_rise"]


async def test_a_look_is_logged_and_the_member_page_links_the_course(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela = agreed.circle.participants[0]
    await course(house, agreed, bela.id, 16)
    assert f"people/{bela.id}/course" in await read(guest, f"people/{bela.id}")
    await read(guest, f"people/{bela.id}/course")
    async with house.db.read() as tx:
        lines = await access_log.entries(tx, bela.person)
    assert {"member page", "course page"} <= {one.purpose for one in lines if one.action == "scores"}


async def test_the_brief_tells_the_move_the_wish_and_open_forms(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela, cleo = agreed.circle.participants[:2]
    await course(house, agreed, bela.id, 12, 12, 9)
    now = datetime.now(UTC)
    async with house.db.write() as tx:
        await fill(
            tx,
            house.keys,
            bela.id,
            agreed.circle.session,
            now,
            number=6,
            total=14,
            also={"want_today": "room to speak", "mood": 4},
        )
        await ask(tx, cleo.id, agreed.circle.session, now, "mid")
    text = await read(guest, f"brief/{agreed.circle.session}")
    assert "PHQ-9 14 (moderate), 5 higher than the time before" in text
    assert "room to speak" in text
    assert "mood 4 of 10" in text
    assert "A sudden rise: PHQ-9 14, last time 9." in text
    assert "form still open: In the middle" in text


async def test_a_wish_for_another_session_is_not_todays(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela = agreed.circle.participants[0]
    at = agreed.sessions[1].starts_at
    async with house.db.write() as tx:
        also: dict[str, Any] = {"want_today": "last month's wish"}
        await fill(tx, house.keys, bela.id, agreed.sessions[1].id, at, number=2, also=also)
    assert "last month's wish" not in await read(guest, f"brief/{agreed.circle.session}")


async def test_the_overview_has_letters_and_no_name(enter: Enter) -> None:
    house, agreed, guest = await enter()
    for one in agreed.circle.participants:
        await course(house, agreed, one.id, 16, 15, 9)
    text = await read(guest, "overview")
    assert re.findall(r'<th scope="row">(\w)</th>', text) == [*"ABCD", *"ABCD"]
    for name in ("Bela", "Cleo", "Dora", "Emil"):
        assert name not in text
    for one in agreed.circle.participants:
        assert one.id not in text
        assert one.person not in text


async def test_the_export_holds_nothing_about_fewer_than_five_and_is_noted(enter: Enter) -> None:
    house, agreed, guest = await enter()
    for one in agreed.circle.participants:
        await course(house, agreed, one.id, 16, 15, 9)
    text = await read(guest, "export/scores.csv")
    lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert lines[0] == ["row", "measure", "round", "number", "people", "mean", "count"]
    assert ["mean", "phq9", "pre", "1", "<5", "", ""] in lines
    assert all(line[4] == "<5" and line[5] == "" for line in lines[1:])
    async with house.db.read() as tx:
        assert "scores_exported" in {
            one.action for one in await store.audit.of_group(tx, agreed.circle.group, limit=50)
        }


async def test_a_member_reads_what_they_sent_last_in_their_own_words_and_no_verdict(enter: Enter) -> None:
    house, agreed, _guest = await enter()
    bela = agreed.circle.participants[0]
    own = await house.guest(bela)
    assert "You have not sent a form yet." in await read(own, "course")
    device = await device_of(house, own)
    async with house.db.write() as tx:
        at = datetime.now(UTC)
        given = {PHQ9: totalling(PHQ9, 27)}
        await fill(tx, house.keys, bela.id, agreed.sessions[4].id, at, number=5, given=given, device=device)
    text = await read(own, "course")
    assert text.count("Nearly every day") == 9
    for word in ("severe", "27", "symptom level", 'class="chart'):
        assert word not in text


async def device_of(house: House, guest: Guest) -> str:
    """The public name of this browser's device."""
    cookies = guest.http.cookie_jar.filter_cookies(URL(house.origin))
    async with house.db.read() as tx:
        token = cookies[f"seat-{guest.place}"].value
        found = await store.signins.find(tx, guest.place, token, datetime.now(UTC))
    assert found is not None
    return found.device


async def test_what_was_given_on_another_device_is_not_read_back(enter: Enter) -> None:
    house, agreed, _guest = await enter()
    bela = agreed.circle.participants[0]
    async with house.db.write() as tx:
        given = {GAD7: totalling(GAD7, 21)}
        at = datetime.now(UTC)
        await fill(tx, house.keys, bela.id, agreed.sessions[4].id, at, number=5, given=given, device="other")
    text = await read(await house.guest(bela), "course")
    assert text.count("answered on another device, so not shown here") == 7
    assert "Nearly every day" not in text


async def test_nobody_else_opens_any_of_it(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela, cleo = agreed.circle.participants[:2]
    await course(house, agreed, bela.id, 16, 15)
    closed = (f"people/{bela.id}/course", "overview", "export/scores.csv")
    for member in (bela, cleo, agreed.circle.coordinator):
        other = await house.guest(member)
        for path in closed:
            await read(other, path, 404)
        status, _ = await send(other, f"people/{bela.id}/course/looked", {"prompt": "x"})
        assert status == 404
    await read(await house.guest(agreed.circle.coordinator), "course", 404)
    await read(guest, "course", 404)
    await read(guest, f"people/{agreed.circle.coordinator.id}/course", 404)
