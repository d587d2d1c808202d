"""A facilitator's own pages: what waits first, the brief, sheets and signatures."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from yarl import URL

import store.absence
import store.audit
import store.groups
import store.sheets
import store.signatures
import store.staff
import store.staff_signins
from store.tables import session
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.agreed import Agreed, agreed_group
from tests.server.pages.held import FULL, held_session
from tests.server.pages.reading import read, send

Enter = Callable[..., Awaitable[tuple[House, Agreed, Guest]]]
SHEET = {
    "main": "transition",
    "secondary": "grief",
    "goal-1": "Call my sister once a week",
    "goal-2": "",
    "goal-3": "",
}


@pytest.fixture
def enter(houses: OpenHouse, sqlite: Any, sqlite_keys: Any) -> Enter:
    """A house with a group under a contract, and its facilitator signed in."""

    async def make(**about: Any) -> tuple[House, Agreed, Guest]:
        async with sqlite.write() as tx:
            agreed = await agreed_group(tx, sqlite_keys, datetime.now(UTC), **about)
        house = await houses(circle=agreed.circle)
        return house, agreed, await house.guest(agreed.circle.facilitator)

    return make


async def test_sessions_that_wait_for_a_word_stand_first(
    houses: OpenHouse, sqlite: Any, sqlite_keys: Any
) -> None:
    async with sqlite.write() as tx:
        circle = await held_session(tx, sqlite_keys, datetime.now(UTC), {0: FULL, 1: FULL}, participants=2)
    house = await houses(circle=circle)
    guest = await house.guest(circle.facilitator)
    text = await read(guest)
    assert text.index("waits for your word") < text.index("There is no session ahead.")
    page = await read(guest, f"attendance/{circle.session}")
    shown = dict(re.findall(r'name="(seen-[^"]+|confirms)" value="([^"]*)"', page))
    await send(guest, f"attendance/{circle.session}", {"key": "one", **shown})
    assert "waits for your word" not in await read(guest)


async def test_the_brief_says_who_comes_where_the_group_stands_and_what_it_needs(enter: Enter) -> None:
    house, agreed, guest = await enter()
    async with house.db.write() as tx:
        await store.absence.give(
            tx,
            house.keys,
            agreed.circle.participants[1].id,
            agreed.circle.session,
            "ill",
            "a cold",
            agreed.circle.participants[1].id,
            datetime.now(UTC),
        )
    text = await read(guest, f"brief/{agreed.circle.session}")
    assert "Session 6 of 12" in text
    assert "Working phase" in text
    assert "3 members are expected" in text
    assert f'data-away="{agreed.circle.participants[1].id}"' in text
    assert "ill" in text
    assert "a cold" in text
    assert "Halfway: look back together" in text
    assert re.search(r"days to the last session</dt><dd>4[0-9]", text)


async def test_an_unsigned_contract_is_seen_and_the_admission_has_a_reason(enter: Enter) -> None:
    house, agreed, guest = await enter(starts_in=timedelta(hours=1))
    address = f"brief/{agreed.circle.session}"
    text = await read(guest, address)
    assert text.count("contract unsigned") == 4
    member = agreed.circle.participants[0]
    status, _ = await send(guest, f"{address}/admit", {"member": member.id, "reason": "will_sign_later"})
    assert status == 303
    assert "comes in unsigned: will sign later" in await read(guest, address)
    async with house.db.read() as tx:
        kept = await store.signatures.admitted(tx, agreed.circle.session)
        lines = await store.audit.of_group(tx, agreed.circle.group)
    assert kept[member.id].by == agreed.circle.facilitator.id
    assert lines[0].action == "admitted_unsigned"


async def test_an_admission_needs_a_person_and_a_reason(enter: Enter) -> None:
    house, agreed, guest = await enter(starts_in=timedelta(hours=1))
    status, text = await send(guest, f"brief/{agreed.circle.session}/admit", {"member": "", "reason": ""})
    assert status == 422
    assert text.count("Please choose who it is.") == 2
    assert text.count("Please choose why they come in.") == 2
    async with house.db.read() as tx:
        assert await store.signatures.admitted(tx, agreed.circle.session) == {}


async def test_the_brief_is_for_facilitators_alone(enter: Enter) -> None:
    house, agreed, _guest = await enter()
    for member in (agreed.circle.coordinator, agreed.circle.participants[0]):
        other = await house.guest(member)
        await read(other, f"brief/{agreed.circle.session}", status=404)
        status, _ = await send(other, f"brief/{agreed.circle.session}/admit", {})
        assert status == 404


async def test_a_sheet_is_written_together_and_then_both_sides_sign_one_text(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    address = f"contract/{member.id}"
    status, _ = await send(guest, f"{address}/sheet", SHEET)
    assert status == 303
    bela = await house.guest(member)
    text = await read(bela, "contract")
    assert "Call my sister once a week" in text
    fields = dict(re.findall(r'<input type="hidden" name="(version|text)" value="(\w+)">', text))
    await send(bela, "contract", fields | {"agree": "yes", "video": "yes"})
    text = await read(guest, address)
    ours = dict(re.findall(r'<input type="hidden" name="(text)" value="(\w+)">', text))
    assert ours["text"] == fields["text"]
    status, _ = await send(guest, f"{address}/sign", ours)
    assert status == 303
    text = await read(guest, "contract")
    assert re.search(rf'data-member="{member.id}" data-state="signed"', text)
    assert "For the service it was signed by Ada Findable-Name" in await read(bela, "contract")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("main", "", "Please choose the main area."),
        ("secondary", "transition", "The second area is another one, or none."),
        ("goal-1", "", "Please write down one goal"),
        ("goal-2", "long " * 80, "That is too long; one sentence is enough."),
    ],
)
async def test_a_sheet_that_cannot_be_is_told_beside_its_field(
    enter: Enter, field: str, value: str, words: str
) -> None:
    house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    status, text = await send(guest, f"contract/{member.id}/sheet", SHEET | {field: value})
    assert status == 422
    assert text.count(words) == 2
    async with house.db.write() as tx:
        kept = await store.sheets.access_sheet(
            tx, house.keys, member.id, member.id, "test", datetime.now(UTC)
        )
    assert kept is None


async def test_no_coordinator_and_no_other_member_reads_a_sheet(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    await send(guest, f"contract/{member.id}/sheet", SHEET)
    for other in (agreed.circle.coordinator, agreed.circle.participants[1]):
        reader = await house.guest(other)
        await read(reader, f"contract/{member.id}", status=404)
        async with reader.http.get(f"{house.origin}/s/{reader.place}/contract") as reply:
            assert "Call my sister" not in await reply.text()


async def test_a_member_of_another_group_is_not_found(enter: Enter, sqlite: Any, sqlite_keys: Any) -> None:
    _house, _agreed, guest = await enter()
    async with sqlite.write() as tx:
        other = await agreed_group(tx, sqlite_keys, datetime.now(UTC), timedelta(hours=3))
    await read(guest, f"contract/{other.circle.participants[0].id}", status=404)
    await read(guest, f"brief/{other.circle.session}", status=404)
    await read(guest, f"attendance/{other.circle.session}", status=404)


async def test_a_session_called_off_is_named_so_and_by_no_number(enter: Enter, sqlite: Any) -> None:
    _house, agreed, guest = await enter()
    gone = agreed.sessions[7]
    async with sqlite.write() as tx:
        await store.groups.set_session_state(tx, gone.id, "cancelled", datetime.now(UTC))
        await tx.execute(update(session).where(session.c.id == gone.id).values(ordinal=None))
    assert "Called off" not in await read(guest), "its day has not come"
    async with sqlite.write() as tx:
        past = {"starts_at": agreed.sessions[0].starts_at, "ends_at": agreed.sessions[0].ends_at}
        await tx.execute(update(session).where(session.c.id == gone.id).values(**past))
    text = await read(guest)
    assert "Called off" in text
    assert "Session 0" not in text
    assert "session 0" not in await read(guest, f"attendance/{gone.id}")
    bela = await _house.guest(agreed.circle.participants[0])
    text = await read(bela)
    assert "called off by us" in text
    assert "Session 0" not in text


async def test_the_work_list_is_linked_where_the_desk_is_open(enter: Enter) -> None:
    house, agreed, guest = await enter()
    assert 'data-action="work-list"' not in await read(guest)
    now = datetime.now(UTC)
    async with house.db.write() as tx:
        staff = await store.staff.for_person(tx, house.keys, agreed.circle.facilitator.person, now)
        opened = await store.staff_signins.open_one(tx, staff.id, "link", now, "Chrome on Linux")
    guest.http.cookie_jar.update_cookies({f"desk-{staff.desk}": opened.token}, URL(house.origin))
    for path in ("", "contract", f"brief/{agreed.circle.session}"):
        assert f'href="/w/{staff.desk}/" data-action="work-list"' in await read(guest, path)


async def test_a_member_reads_what_is_true_now_where_only_the_facilitator_signed(enter: Enter) -> None:
    house, agreed, guest = await enter()
    member = agreed.circle.participants[0]
    address = f"contract/{member.id}"
    await send(guest, f"{address}/sheet", SHEET)
    ours = dict(re.findall(r'<input type="hidden" name="(text)" value="(\w+)">', await read(guest, address)))
    assert (await send(guest, f"{address}/sign", ours))[0] == 303
    await send(guest, f"{address}/sheet", SHEET | {"goal-1": "Have lunch with a colleague"})
    bela = await house.guest(member)
    text = await read(bela, "contract")
    assert "Have lunch with a colleague" in text
    assert "Call my sister" not in text
    shown = dict(re.findall(r'<input type="hidden" name="(version|text)" value="(\w+)">', text))
    assert (await send(bela, "contract", shown | {"agree": "yes", "video": "yes"}))[0] == 303
    await send(guest, f"{address}/sheet", SHEET | {"goal-1": "Something newer"})
    text = await read(bela, "contract")
    assert "Have lunch with a colleague" in text, "the text as it was signed"
    assert "Below stands the text as you signed it." in text


async def test_days_before_a_session_nobody_is_let_in_yet(enter: Enter) -> None:
    _house, agreed, guest = await enter()
    text = await read(guest, f"brief/{agreed.circle.session}")
    assert "contract unsigned" in text
    assert 'data-action="admit-unsigned"' not in text


async def test_facilitators_hear_what_a_member_has_asked_for(enter: Enter) -> None:
    house, agreed, guest = await enter()
    bela = await house.guest(agreed.circle.participants[0])
    assert "data-told" not in await read(guest)
    await send(bela, "leave", {"wish": "talk"})
    await send(bela, "not-me", {})
    for path in ("", f"brief/{agreed.circle.session}"):
        text = await read(guest, path)
        assert "would like to talk about leaving the group" in text
        assert "says that somebody else opened their link" in text
