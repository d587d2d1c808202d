"""The tick that keeps the list of what staff have to do true."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

import store.attendance
import store.by_hand
import store.outbox
import store.people
from scheduler import sessions, tasks
from scheduler.observe import Metrics
from store import decisions, duties
from store import tasks as stored
from store.groups import create_group
from store.sealing import Keys
from store.tables import group
from tests.scheduler.house import END, START, House

SOON = END + timedelta(seconds=5)


async def kinds(home: House) -> set[str]:
    async with home.db.read() as tx:
        found = {one.kind for one in await stored.of_groups(tx, [home.group], SOON)}
    # The house knows nothing of its first five sessions, so nobody can reach the minimum any more; nor of
    # individual meetings.
    return found - {"minimum_at_risk", "meeting_unbooked"}


async def reminders(home: House) -> list[store.outbox.Message]:
    async with home.db.read() as tx:
        return [one for one in await store.outbox.listing(tx) if one.kind == "confirm_attendance"]


async def held(home: House) -> None:
    await home.held()
    await sessions.tick(home.db, Metrics(), SOON)


async def test_closing_a_session_opens_its_tasks_in_the_same_transaction(home: House) -> None:
    await held(home)
    assert await kinds(home) == {"confirm_attendance", "call_same_day"}


async def test_the_tick_and_the_closing_come_to_the_same_in_either_order(home: House) -> None:
    await tasks.tick(home.db, SOON)
    await held(home)
    first = await kinds(home)
    for later in range(3):
        await tasks.tick(home.db, SOON + timedelta(minutes=6 * later))
    assert await kinds(home) == first


async def test_two_schedulers_at_once_open_each_task_once(home: House) -> None:
    await held(home)
    async with home.db.write() as tx:
        await stored.touch(tx, home.group)
    await asyncio.gather(*(tasks.tick(home.db, SOON + timedelta(hours=25)) for _ in range(2)))
    async with home.db.read() as tx:
        found = await stored.of_groups(tx, [home.group], SOON)
    assert len(found) == len({one.key for one in found})
    assert await kinds(home) == {"call_same_day", "confirm_attendance", "confirm_overdue"}


async def test_after_a_day_without_confirmation_the_coordinator_is_told(home: House) -> None:
    await held(home)
    await tasks.tick(home.db, END + timedelta(hours=23))
    assert "confirm_overdue" not in await kinds(home)
    await tasks.tick(home.db, END + timedelta(hours=24, minutes=1))
    assert "confirm_overdue" in await kinds(home)


async def test_half_a_day_before_the_time_is_over_each_facilitator_is_reminded_once(home: House) -> None:
    await held(home)
    await tasks.tick(home.db, END + timedelta(hours=11))
    assert await reminders(home) == []
    for hours in (13, 14, 20):
        await tasks.tick(home.db, END + timedelta(hours=hours))
    (reminder,) = await reminders(home)
    assert reminder.person == home.members["Fay"].person
    assert reminder.payload == {"member": home.members["Fay"].id, "session": home.session}


async def test_nobody_is_reminded_of_what_is_confirmed(home: House, keys: Keys) -> None:
    await held(home)
    async with home.db.write() as tx:
        await decisions.confirm_all(
            tx, keys, home.session, {}, home.members["Fay"].id, "facilitator", SOON, "form"
        )
    await tasks.tick(home.db, END + timedelta(hours=13))
    assert await reminders(home) == []
    assert await kinds(home) == {"call_same_day"}


async def test_no_task_writes_to_a_member(home: House) -> None:
    await held(home)
    async with home.db.read() as tx:
        before = {one.key for one in await store.outbox.listing(tx)}
    for hours in range(0, 200, 12):
        await tasks.tick(home.db, END + timedelta(hours=hours, minutes=1))
    async with home.db.read() as tx:
        written = [one for one in await store.outbox.listing(tx) if one.key not in before]
    assert {one.person for one in written} == {home.members["Fay"].person}


async def test_a_refused_address_becomes_a_task_at_the_next_look(home: House) -> None:
    await held(home)
    async with home.db.write() as tx:
        await store.people.flag_contact(tx, home.members["Ada"].person, "550", SOON)
    await tasks.tick(home.db, SOON + timedelta(minutes=6))
    assert "bounced_contact" in await kinds(home)


async def test_a_poisoned_group_stops_no_other_and_waits_for_its_turn(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with home.db.write() as tx:
        bad = await create_group(tx, "Bad", "Europe/Berlin", 12, START)
        await tx.execute(update(group).where(group.c.id == home.group).values(tasks_at=START))
    await held(home)
    renew = duties.renew

    async def poisoned(tx: object, group_id: str, now: object) -> None:
        if group_id == bad:
            raise ValueError("poison")
        await renew(tx, group_id, now)  # type: ignore[arg-type]

    monkeypatch.setattr(duties, "renew", poisoned)
    await tasks.tick(home.db, SOON + timedelta(hours=30))
    assert "confirm_overdue" in await kinds(home)
    async with home.db.read() as tx:
        assert await stored.longest_ago(tx, SOON, 10) == []


async def test_a_thousand_groups_take_turns(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with home.db.write() as tx:
        for _ in range(3):
            await create_group(tx, "Another", "Europe/Berlin", 12, START)
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    looked = []
    for _ in range(3):
        await tasks.tick(home.db, SOON)
        async with home.db.read() as tx:
            looked.append(len(await stored.longest_ago(tx, SOON - timedelta(minutes=5), 10)))
    assert looked == [2, 0, 0]


async def test_proposals_are_renewed_with_what_was_entered_by_hand(home: House, keys: Keys) -> None:
    await held(home)
    ben = home.members["Ben"]
    async with home.db.write() as tx:
        await store.by_hand.enter(
            tx,
            keys,
            home.session,
            ben.id,
            "phone",
            START,
            END,
            None,
            "phone",
            home.members["Fay"].id,
            "facilitator",
            SOON,
            "form",
        )
    await sessions.tick(home.db, Metrics(), SOON + timedelta(minutes=1))
    async with home.db.read() as tx:
        found = {one.member: one.status for one in await store.attendance.proposals(tx, home.session)}
    assert found[ben.id] == "attended"
    assert "call_same_day" not in await kinds(home)
