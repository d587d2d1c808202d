"""Attendance is confirmed by a person: in few presses, with both values kept, by whom and when."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import update

import store.attendance
import store.by_hand
import store.decisions
import store.groups
import store.questions
from care.verdict import Status
from store import proposing
from store.tables import group, member
from tests.server.house import Guest, House, OpenHouse
from tests.server.pages.held import FULL, Came, held_session

WHO_CAME = {number: FULL for number in range(6)} | {6: Came(0, 60)}
"""Of eight members the last was missed."""


@pytest.fixture
async def after(houses: OpenHouse, sqlite, sqlite_keys) -> House:
    """A house whose session is over and not confirmed."""
    async with sqlite.write() as tx:
        circle = await held_session(tx, sqlite_keys, datetime.now(UTC), WHO_CAME)
    return await houses(circle=circle)


def address(guest: Guest) -> str:
    """The attendance page."""
    return f"{guest.house.origin}/s/{guest.place}/attendance/{guest.house.circle.session}"


async def read(guest: Guest) -> str:
    """The page's text."""
    async with guest.http.get(address(guest)) as reply:
        assert reply.status == 200
        return unescape(await reply.text())


async def seen(guest: Guest) -> dict[str, str]:
    """The hidden fields that say what the page proposes."""
    async with guest.http.get(address(guest)) as reply:
        return dict(re.findall(r'name="(seen-[^"]+|confirms)" value="([^"]*)"', await reply.text()))


async def send(guest: Guest, fields: Mapping[str, str], path: str = "") -> tuple[int, str]:
    """Sends the form as a browser does, with what its page shows now; what follows."""
    data = {"csrf": await guest.csrf(), "key": "one-form", **await seen(guest), **fields}
    headers = {"Origin": guest.house.origin}
    async with guest.http.post(
        address(guest) + path, data=data, headers=headers, allow_redirects=False
    ) as reply:
        return reply.status, unescape(await reply.text())


async def decided(house: House) -> dict[str, list[Status]]:
    """Every decision by member, oldest first."""
    async with house.db.read() as tx:
        found = await store.decisions.of_session(tx, house.circle.session)
    return {member: [one.status for one in made] for member, made in found.items()}


async def test_eight_people_with_one_change_are_confirmed_by_one_form(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    missed = after.circle.participants[7].id
    status, _ = await send(guest, {f"choice-{missed}": "excused:notice_by_phone"})
    assert status == 303
    said = await decided(after)
    assert len(said) == 8
    assert said[missed] == [Status.EXCUSED]
    assert said[after.circle.participants[6].id] == [Status.LEFT_EARLY]
    text = await read(guest)
    assert 'data-left="0"' in text
    assert "proposed was: we missed them" in text
    assert "told us another way" in text
    assert "Ada Findable-Name" in text, "who confirmed it"
    assert "needs a call" not in text, "somebody has said why"


async def test_the_same_form_twice_decides_once(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    for _ in range(2):
        status, _text = await send(guest, {})
        assert status == 303
    assert {len(made) for made in (await decided(after)).values()} == {1}


async def test_confirming_all_where_nothing_is_proposed_says_why_nothing_was_stored(after: House) -> None:
    async with after.db.write() as tx:
        session = await store.groups.session(tx, after.circle.session)
        assert session is not None
        await proposing.propose(tx, session, session.starts_at - timedelta(hours=1))
    guest = await after.guest(after.circle.facilitator)
    status, text = await send(guest, {})
    assert (status, await decided(after)) == (422, {})
    assert "Nothing was stored: nobody waits to be confirmed as proposed." in text
    chosen = {f"choice-{after.circle.participants[0].id}": "attended:facilitator_saw"}
    assert (await send(guest, chosen))[0] == 303
    assert len(await decided(after)) == 1


async def test_confirming_all_where_only_choices_are_left_asks_for_them(after: House) -> None:
    async with after.db.write() as tx:
        session = await store.groups.session(tx, after.circle.session)
        assert session is not None
        stored = await store.attendance.proposals(tx, session.id)
        await store.attendance.save(
            tx, session.id, [replace(one, decide=True) for one in stored], session.ends_at
        )
    guest = await after.guest(after.circle.facilitator)
    status, text = await send(guest, {})
    assert (status, await decided(after)) == (422, {})
    assert "Here a person has to decide. Please choose what it was." in text


async def rang(house: House) -> str:
    """Somebody writes down that the last member was there by phone; their id."""
    member = house.circle.participants[7].id
    async with house.db.write() as tx:
        session = await store.groups.session(tx, house.circle.session)
        assert session is not None
        await store.by_hand.enter(
            tx, house.keys, session.id, member, "phone", session.starts_at, session.ends_at, None, "phone",
            house.circle.facilitator.id, "facilitator", datetime.now(UTC), "by-phone",
        )  # fmt: skip
    return member


async def test_nobody_confirms_a_proposal_that_became_another_after_the_page_was_sent(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    shown = await seen(guest)
    member = await rang(after)
    status, text = await send(guest, shown)
    assert status == 422
    assert "The proposal has changed meanwhile. Please look again." in text
    assert f'name="seen-{member}" value="attended"' in text, "the page shows the new one"
    assert await decided(after) == {}
    status, _ = await send(guest, {**shown, f"choice-{member}": "attended:phone"})
    assert status == 303
    assert (await decided(after))[member] == [Status.ATTENDED]


async def test_a_form_somebody_went_back_to_decides_what_it_says_now(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    member = after.circle.participants[7].id
    shown = await seen(guest)
    await send(guest, shown)
    for _ in range(2):
        status, _text = await send(guest, {**shown, f"choice-{member}": "technical_failure:technical_known"})
        assert status == 303
    assert (await decided(after))[member] == [Status.NO_SHOW, Status.TECHNICAL_FAILURE]


async def test_a_page_that_offered_no_confirmation_confirms_nobody(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    status, _ = await send(guest, {"confirms": ""})
    assert (status, await decided(after)) == (303, {})


async def test_a_note_confirms_what_was_shown_beside_it(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    shown = await seen(guest)
    member = await rang(after)
    status, text = await send(guest, {**shown, f"note-{member}": "kept words"})
    assert status == 422
    assert "kept words" in text
    assert await decided(after) == {}


@pytest.mark.parametrize("sent", ["", "nonsense"])
async def test_who_was_not_shown_is_not_confirmed(after: House, sent: str) -> None:
    guest = await after.guest(after.circle.facilitator)
    member = after.circle.participants[7].id
    status, _ = await send(guest, {f"seen-{member}": sent})
    assert status == 303
    assert (len(said := await decided(after)), member in said) == (7, False)


async def test_a_change_afterwards_keeps_both_values(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    member = after.circle.participants[7].id
    await send(guest, {})
    status, _ = await send(
        guest, {"key": "another", f"choice-{member}": "attended:phone", f"note-{member}": "rang at six"}
    )
    assert status == 303
    assert (await decided(after))[member] == [Status.NO_SHOW, Status.ATTENDED]
    text = await read(guest)
    assert "before: we missed them" in text
    assert "rang at six" in text


async def test_a_status_without_a_reason_is_refused_with_the_values_kept(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    member = after.circle.participants[7].id
    status, text = await send(guest, {f"status-{member}": "partial", f"note-{member}": "kept words"})
    assert status == 422
    assert "<title>Error: " in text
    assert text.count("Please choose why it is written down differently.") == 2, (
        "in the summary and at the field"
    )
    assert "kept words" in text
    assert re.search(r'<option value="partial" selected>', text)
    assert await decided(after) == {}


async def test_a_status_nobody_can_choose_is_refused(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    member = after.circle.participants[0].id
    for choice in ("expected:other", "nonsense:phone", "attended:nonsense"):
        status, _ = await send(guest, {f"choice-{member}": choice})
        assert status == 422
    assert await decided(after) == {}


async def test_the_evidence_is_a_picture_with_a_table_beside_it(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    text = await read(guest)
    assert text.count('<svg class="timeline"') == 8
    assert "timeline-present" in text
    assert "waited at the door" in text
    assert '<th scope="col">From</th>' in text


async def test_a_coordinator_sees_no_evidence_and_no_note(after: House) -> None:
    ada = await after.guest(after.circle.facilitator)
    member = after.circle.participants[7].id
    await send(ada, {f"choice-{member}": "attended:phone", f"note-{member}": "a private word"})
    nora = await after.guest(after.circle.coordinator)
    text = await read(nora)
    assert '<svg class="timeline"' not in text
    assert "a private word" not in text
    assert "minutes" not in text
    assert "Write down presence by hand" not in text
    assert "proposed was: we missed them" in text


async def test_a_coordinator_corrects_with_a_reason_and_confirms_nothing_early(after: House) -> None:
    nora = await after.guest(after.circle.coordinator)
    member = after.circle.participants[7].id
    status, _ = await send(nora, {f"choice-{member}": "excused:notice_by_phone"})
    assert status == 303
    assert await decided(after) == {member: [Status.EXCUSED]}


async def test_a_participant_confirms_nothing(after: House) -> None:
    guest = await after.guest(after.circle.participants[0])
    status, _ = await send(guest, {})
    assert status == 404
    assert await decided(after) == {}


async def test_presence_by_phone_changes_the_proposal(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    member = after.circle.participants[7].id
    async with after.db.read() as tx:
        session = await store.groups.session(tx, after.circle.session)
    assert session is not None
    fields = {
        "member": member,
        "kind": "phone",
        "from": local(session.starts_at),
        "until": local(session.ends_at),
    }
    status, _ = await send(guest, fields, "/by-hand")
    assert status == 303
    text = await read(guest)
    assert "entered by hand" in text
    row = re.search(rf'data-member="{member}" data-status="(\w+)"', text)
    assert row is not None
    assert row.group(1) == "attended"


def local(moment: datetime) -> str:
    """The time of day in the circle's zone."""
    from zoneinfo import ZoneInfo

    return f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}"


async def test_presence_by_hand_begins_with_the_hours_of_the_session(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    async with after.db.read() as tx:
        session = await store.groups.session(tx, after.circle.session)
    assert session is not None
    text = await read(guest)
    for name, at in (("from", session.starts_at), ("until", session.ends_at)):
        assert re.search(rf'name="{name}"[^>]*value="{local(at)}"', text)


async def test_an_entry_by_hand_can_be_taken_back(after: House) -> None:
    guest = await after.guest(after.circle.facilitator)
    member = after.circle.participants[7].id
    async with after.db.read() as tx:
        session = await store.groups.session(tx, after.circle.session)
    assert session is not None
    fields = {
        "member": member,
        "kind": "phone",
        "from": local(session.starts_at),
        "until": local(session.ends_at),
    }
    await send(guest, fields, "/by-hand")
    async with after.db.read() as tx:
        entry = (await store.by_hand.of_session(tx, after.circle.session))[0]
    status, _ = await send(guest, {}, f"/by-hand/{entry.id}/back")
    assert status == 303
    async with after.db.read() as tx:
        assert await store.by_hand.of_session(tx, after.circle.session) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"member": "", "kind": "phone", "from": "18:00", "until": "18:30"}, "Please choose who it was."),
        ({"kind": "", "from": "18:00", "until": "18:30"}, "Please choose how they were there."),
        ({"kind": "phone", "from": "half past", "until": "18:30"}, "Please enter a time"),
        ({"kind": "phone", "from": "18:30", "until": "18:30"}, "The end lies before the start."),
    ],
)
async def test_an_entry_that_cannot_be_is_told_beside_its_field(
    after: House, fields: dict[str, str], words: str
) -> None:
    guest = await after.guest(after.circle.facilitator)
    member = after.circle.participants[7].id
    status, text = await send(guest, {"member": member, **fields}, "/by-hand")
    assert status == 422
    assert text.count(words) == 2
    async with after.db.read() as tx:
        assert await store.by_hand.of_session(tx, after.circle.session) == []


async def test_a_running_session_cannot_be_confirmed(house: House) -> None:
    guest = await house.guest(house.circle.facilitator)
    member = house.circle.participants[0].id
    status, text = await send(guest, {f"choice-{member}": "attended:phone"})
    assert status == 422
    assert "not over yet" in text


async def test_a_members_question_stands_beside_their_line(after: House) -> None:
    member = after.circle.participants[7]
    async with after.db.write() as tx:
        await store.questions.ask(
            tx, after.keys, member.id, after.circle.session, "I rang in", datetime.now(UTC), "asked"
        )
    guest = await after.guest(after.circle.facilitator)
    text = await read(guest)
    assert text.count("says it was different") == 1
    assert "I rang in" in text


async def test_the_record_of_a_group_that_is_over_opens_again_for_a_reason(after: House) -> None:
    ada, nora = await after.guest(after.circle.facilitator), await after.guest(after.circle.coordinator)
    shown = await seen(ada)
    async with after.db.write() as tx:
        await tx.execute(
            update(group)
            .where(group.c.id == after.circle.group)
            .values(state="ended", ended_at=datetime.now(UTC))
        )
    assert "data-locked" in await read(ada)
    status, text = await send(ada, shown)
    assert status == 422
    assert "Please ask the coordinator to reopen it." in text
    status, _ = await send(ada, {"reopen": "wrong_record"}, "/reopen")
    assert status == 404
    status, text = await send(nora, {"reopen": ""}, "/reopen")
    assert status == 422
    assert text.count("Please choose why it is opened again.") == 2
    status, _ = await send(nora, {"reopen": "wrong_record"}, "/reopen")
    assert status == 303
    assert "data-locked" not in await read(ada)
    assert (await send(ada, {}))[0] == 303


async def test_who_joined_later_or_left_before_is_not_asked_about(after: House) -> None:
    late, gone = after.circle.participants[6], after.circle.participants[7]
    async with after.db.read() as tx:
        session = await store.groups.session(tx, after.circle.session)
    assert session is not None
    async with after.db.write() as tx:
        await tx.execute(update(member).where(member.c.id == late.id).values(joined_at=session.ends_at))
        await store.groups.withdraw_member(tx, gone.id, session.starts_at)
    guest = await after.guest(after.circle.facilitator)
    text = await read(guest)
    assert text.count("data-choice=") == 6
    assert late.id not in text
    assert gone.id not in text
