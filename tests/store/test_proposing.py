"""Proposals by the group's own contract; another policy changes nothing until somebody says so."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from care.contract import Terms
from care.facts import Fact, Kind
from care.policy import Policy
from care.verdict import Status
from store import attendance, contracts, decisions, groups, presence, promised, proposing, standing
from store.tables import group, pause
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, MINUTE, later, over

END = NOW + LASTS
STRICT = Terms(
    zone="Europe/Berlin",
    first_local=datetime(2026, 3, 2, 18),
    late_after_min=20,
    confirm_within_hours=2,
    review_running=1,
)


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys, participants=2)


async def proposed(tx, session):
    return {one.member: one for one in await attendance.proposals(tx, session)}


async def test_a_group_is_judged_by_its_own_contract(database, keys, circle):
    ada, bela = circle.participants
    async with database.write() as tx:
        await contracts.offer(tx, keys, circle.group, STRICT, circle.coordinator.id, NOW, 0)
        await over(tx, circle.session, {ada.id: (15, 90), bela.id: (21, 90)})
        found = await proposed(tx, circle.session)
        assert (found[ada.id].status, found[bela.id].status) == (Status.ATTENDED, Status.ATTENDED_LATE)
        assert {one.policy for one in found.values()} == {"contract.1"}
        agreed = await promised.of_group(tx, circle.group, NOW)
    assert (agreed.rules.confirm_within, agreed.numbers.review_running) == (timedelta(hours=2), 1)
    assert agreed.phases is not None


async def test_an_amendment_judges_the_sessions_after_its_notice_and_none_before(database, keys, circle):
    ada, _ = circle.participants
    async with database.write() as tx:
        first = await contracts.offer(tx, keys, circle.group, STRICT, circle.coordinator.id, NOW, 0)
        later_terms = STRICT.with_changes({"late_after_min": 0})
        second = await contracts.offer(tx, keys, circle.group, later_terms, circle.coordinator.id, END, 1)
        assert first.notice_until <= NOW < second.notice_until
        await over(tx, circle.session, {ada.id: (15, 90)})
        after = await later(tx, circle, 2, second.notice_until)
        await over(tx, after, {ada.id: (15, 90)})
        before, now = await proposed(tx, circle.session), await proposed(tx, after)
    assert (before[ada.id].policy, before[ada.id].status) == ("contract.1", Status.ATTENDED)
    assert (now[ada.id].policy, now[ada.id].status) == ("contract.2", Status.ATTENDED_LATE)


async def test_a_dry_run_tells_what_another_policy_would_change_and_stores_nothing(database, keys, circle):
    ada, bela = circle.participants
    async with database.write() as tx:
        await over(tx, circle.session, {ada.id: (15, 90), bela.id: (0, 90)})
        before = await proposed(tx, circle.session)
        kinder = Policy(version="kinder", late_after=20 * MINUTE)
        (change,) = await proposing.dry_run(tx, circle.group, kinder, END)
        assert await proposed(tx, circle.session) == before
    assert (change.member, change.stored, change.would_be) == (
        ada.id,
        Status.ATTENDED_LATE,
        Status.ATTENDED,
    )


async def test_an_agreed_pause_is_no_absence_in_the_sessions_it_covers(database, keys, circle):
    ada = circle.participants[0]
    week = timedelta(weeks=1)
    row = {"id": "p", "member": ada.id, "reason": "illness", "agreed_by": "x", "created_at": NOW}
    async with database.write() as tx:
        await tx.execute(insert(pause).values(**row, starts_at=NOW - week, ends_at=NOW + week))
        second = await later(tx, circle, 2, NOW + week)
        for session in (circle.session, second):
            await over(tx, session, {})
        first, after = await proposed(tx, circle.session), await proposed(tx, second)
    assert (first[ada.id].status, after[ada.id].status) == (Status.AGREED_PAUSE, Status.NO_SHOW)


async def failed(tx, circle, session, members, starts_at):
    await presence.append(
        tx,
        [
            Fact(
                id=f"{session}-{member}",
                session=session,
                member=member,
                kind=Kind.LINK_OPENED,
                at=starts_at,
                mono_ms=0,
                boot="boot-9",
            )
            for member in members
        ],
    )
    await over(tx, session, {})


async def test_the_third_technical_failure_asks_for_a_person_unless_one_was_decided_otherwise(
    database, keys, circle
):
    ada = circle.participants[0]
    async with database.write() as tx:
        dates = [NOW + timedelta(weeks=n) for n in range(4)]
        sessions = [circle.session, *[await later(tx, circle, n + 1, dates[n]) for n in (1, 2, 3)]]
        for session, at in zip(sessions[:3], dates, strict=False):
            await failed(tx, circle, session, [ada.id], at)
        assert [(await proposed(tx, one))[ada.id].decide for one in sessions[:3]] == [False, False, True]
        await decisions.decide(
            tx, keys, sessions[0], ada.id, "attended", "phone", "", "x", "facilitator", dates[3], "form"
        )
        last = await groups.session(tx, sessions[3])
        assert (await proposing.technical_before(tx, last))[ada.id] == 2


async def test_a_failure_of_several_members_uses_up_nobodys_limit(database, keys, circle):
    both = [one.id for one in circle.participants]
    async with database.write() as tx:
        after = await later(tx, circle, 2, NOW + timedelta(weeks=1))
        await failed(tx, circle, circle.session, both, NOW)
        counts = await proposing.technical_before(tx, await groups.session(tx, after))
        assert all(not counts.get(one, 0) for one in both)
        await decisions.confirm_all(tx, keys, circle.session, {}, "x", "facilitator", END, "form")
        counts = await proposing.technical_before(tx, await groups.session(tx, after))
    assert all(not counts.get(one, 0) for one in both)


async def test_facts_after_the_record_is_closed_never_overwrite_it(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        await over(tx, circle.session, {ada.id: (0, 40)})
        before = await proposed(tx, circle.session)
        next_day = NOW + timedelta(days=1)
        told = [(0, Kind.ROOM_OPENED, None, None), (0, Kind.TRANSPORT_UP, ada.id, "again")]
        told += [(60, Kind.TRANSPORT_DOWN, ada.id, "again"), (60, Kind.ROOM_CLOSED, None, None)]
        await presence.append(
            tx,
            [
                Fact(
                    id=f"reopened-{n}",
                    session=circle.session,
                    member=member,
                    connection=connection,
                    kind=kind,
                    at=next_day + minute * MINUTE,
                    mono_ms=minute,
                    boot="boot-7",
                )
                for n, (minute, kind, member, connection) in enumerate(told)
            ],
        )
        assert await proposed(tx, circle.session) == before
        await proposing.propose(tx, await groups.session(tx, circle.session), next_day + LASTS)
        again = await proposed(tx, circle.session)
        assert not await groups.set_session_state(tx, circle.session, "open", next_day)
    same = [(one.status, one.present, one.window) for one in again.values()]
    assert same == [(one.status, one.present, one.window) for one in before.values()]


async def test_a_session_called_off_because_too_few_came_is_nobodys_absence(database, keys, circle):
    ada, bela = circle.participants
    async with database.write() as tx:
        await groups.set_session_state(tx, circle.session, "cancelled", NOW + 20 * MINUTE)
        grid = await standing.grid(tx, circle.group, END)
    assert [row.cells[0].status for row in grid.rows] == [Status.PROVIDER_CANCELLED] * 2
    assert {row.member for row in grid.rows} == {ada.id, bela.id}
    assert all(row.standing.misses == 0 and row.standing.rate is None for row in grid.rows)


async def test_a_session_cancelled_for_good_is_not_counted_as_still_to_come(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        await contracts.offer(tx, keys, circle.group, STRICT, circle.coordinator.id, NOW, 0)
        await tx.execute(update(group).where(group.c.id == circle.group).values(sessions=11))
        found = (await standing.of_group(tx, circle.group, NOW))[ada.id]
    assert (found.n, found.minimum, found.reachable.of) == (11, 8, 11)
