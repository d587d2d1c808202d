"""Individual meetings: one time for one member, whoever presses at once, and no group ever hears of them."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from care.meeting_states import State
from care.roles import Action
from store import (
    attendance,
    audit,
    booking,
    checklists,
    dates,
    decided,
    doors,
    duties,
    groups,
    individual,
    ledger,
    link_requests,
    meeting_decisions,
    meeting_leaders,
    meeting_times,
    occasions,
    openable,
    outbox,
    pauses,
    presence,
    proposing,
    record,
    staff,
    standing,
    tasks,
    worklist,
)
from store.booking import Refused
from store.doors import NotAllowed
from store.tables import access_log, meeting_decision, session
from store.tables import individual as table
from tests.services.circle import HOUR, NOW, make_circle, make_person
from tests.services.evenings import later
from tests.services.meetings import arranged, facts_of, offered

DAY = timedelta(days=1)
WEEKS = 12


@pytest.fixture
async def circle(database, keys):
    """A group of three members with its twelve sessions, the first in ten days."""
    async with database.write() as tx:
        made = await make_circle(tx, keys, 3, NOW - 8 * DAY)
        first = {"starts_at": NOW + 10 * DAY, "ends_at": NOW + 10 * DAY + 1.5 * HOUR}
        await tx.execute(update(session).where(session.c.id == made.session).values(first))
        for ordinal in range(2, WEEKS + 1):
            await later(tx, made, ordinal, NOW + 10 * DAY + timedelta(weeks=ordinal - 1))
    return made


async def test_a_booked_time_is_a_session_of_the_member_with_its_own_room(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
    async with database.read() as tx:
        found = await openable.find(tx, made.session)
        (row,) = await individual.bookings_of_group(tx, circle.group)
    assert (found.member, found.group, found.ordinal) == (ada.id, circle.group, 0)
    assert (row.topic, row.state, row.member) == ("pre", State.BOOKED, ada.id)
    assert row.starts_at == found.starts_at


async def test_of_two_who_press_at_once_one_gets_the_time_and_the_other_is_told(database, keys, circle):
    async with database.write() as tx:
        slot = await offered(tx, circle.facilitator, "pre", NOW + DAY, NOW)

    async def press(who):
        try:
            async with database.write() as tx:
                return await booking.book(tx, keys, who, slot, who, NOW)
        except Refused as refused:
            return refused.code

    came = await asyncio.gather(*(press(one) for one in circle.participants))
    assert sorted(one for one in came if isinstance(one, str)) == ["taken", "taken"]
    async with database.read() as tx:
        assert len(await individual.bookings_of_group(tx, circle.group)) == 1
        assert len((await tx.execute(select(session.c.id).where(session.c.member.is_not(None)))).all()) == 1


async def test_one_member_who_presses_two_times_at_once_has_one_meeting(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        slots = [
            await offered(tx, circle.facilitator, "pre", NOW + (number + 1) * DAY, NOW) for number in range(4)
        ]

    async def press(slot):
        try:
            async with database.write() as tx:
                return await booking.book(tx, keys, ada, slot, ada, NOW)
        except Refused as refused:
            return refused.code

    came = await asyncio.gather(*(press(slot) for slot in slots))
    assert [one for one in came if isinstance(one, str)] == ["settled"] * 3


async def test_the_database_itself_refuses_a_second_one(database, keys, circle):
    ada, bela = circle.participants[:2]
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        row = (await tx.execute(select(table).where(table.c.id == made.id))).one()._asdict()
        for own in ("one", "two"):
            values = {"local_at": "2026-03-03T18:00", "zone": "UTC", "tzdata": "x", "state": "planned"}
            values |= {"starts_at": NOW, "ends_at": NOW + HOUR, "sequence": 0}
            await tx.execute(insert(session).values(id=own, member=bela.id, uid=own, **values))
    same_slot = row | {"id": "x", "member": bela.id, "session": "one"}
    same_topic = row | {"id": "y", "session": "two"}
    for wrong in (same_slot, same_topic):
        with pytest.raises(IntegrityError):
            async with database.write() as tx:
                await tx.execute(insert(table).values(**wrong))


async def test_a_session_is_a_groups_or_a_members_and_nothing_else(database, circle):
    base = {"local_at": "2026-03-03T18:00", "zone": "UTC", "tzdata": "x", "state": "planned"}
    base |= {"starts_at": NOW, "ends_at": NOW + HOUR, "sequence": 0, "id": "s", "uid": "u"}
    ada = circle.participants[0].id
    for wrong in ({}, {"group": circle.group, "member": ada, "ordinal": 40}, {"member": ada, "ordinal": 1}):
        with pytest.raises(IntegrityError):
            async with database.write() as tx:
                await tx.execute(insert(session).values(**base, **wrong))


async def test_nothing_about_a_group_changes_by_a_booked_meeting(database, keys, circle):
    """Every reading of a group's sessions, before and after: byte by byte the same."""

    async def readings():
        async with database.read() as tx:
            home = circle.coordinator.person
            return repr(
                [
                    await groups.sessions_of(tx, circle.group),
                    await groups.starting_between(tx, NOW, NOW + 365 * DAY),
                    await groups.due_to_close(tx, NOW + 365 * DAY),
                    await groups.closed_between(tx, NOW, NOW + 365 * DAY),
                    await dates.series(tx, circle.group),
                    await standing.grid(tx, circle.group, NOW),
                    await standing.of_group(tx, circle.group, NOW),
                    await record.load(tx, circle.group, NOW),
                    await occasions.of_group(tx, circle.group),
                    await occasions.to_come(tx, circle.group, NOW),
                    await occasions.groups_dated_otherwise(tx, "another", NOW),
                    await decided.of_group(tx, circle.group),
                    await decided.undecided(tx, circle.group),
                    await ledger.balances(tx, circle.group),
                    await worklist.groups(tx, home, NOW),
                    await worklist.groups(tx, circle.facilitator.person, NOW),
                    [one for one in await duties.wanted(tx, circle.group, NOW) if "meeting" not in one.kind],
                    await link_requests.next_session(tx, circle.group, NOW),
                ]
            )

    before = await readings()
    async with database.write() as tx:
        for who in circle.participants:
            made = await arranged(tx, keys, circle.facilitator, who, "pre", NOW)
        await groups.set_session_state(tx, made.session, "open", NOW)
    assert await readings() == before
    async with database.write() as tx:
        found = await openable.find(tx, made.session)
        await groups.set_session_state(tx, made.session, "closed", found.ends_at)
        await proposing.propose(tx, found, found.ends_at)
    assert await readings() == before


async def test_by_its_id_a_meeting_is_no_session_of_the_group(database, keys, circle):
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, circle.participants[0], "pre", NOW)
        assert await groups.session(tx, made.session) is None
        assert await openable.find(tx, circle.session) == await groups.session(tx, circle.session)


async def test_who_may_know_of_it(database, keys, circle):
    ada, bela = circle.participants[:2]
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        found = await openable.find(tx, made.session)
        for who, may in ((ada, True), (circle.facilitator, True), (bela, False), (circle.coordinator, False)):
            assert openable.open_to(found, who.group, who.id, who.role) is may, who.role
        assert not openable.open_to(found, "another", circle.facilitator.id, "facilitator")
        await doors.by_session(tx, circle.facilitator.id, Action.OPEN_SHEET, made.session, ada.id)
        for actor, about in ((circle.facilitator, bela), (bela, ada), (circle.coordinator, ada)):
            with pytest.raises(NotAllowed):
                await doors.by_session(tx, actor.id, Action.OPEN_SHEET, made.session, about.id)


async def test_a_moved_meeting_keeps_its_name_raises_its_sequence_and_frees_its_time(database, keys, circle):
    ada, bela = circle.participants[:2]
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        first = (await occasions.of_ids(tx, [made.session]))[0]
        other = await offered(tx, circle.facilitator, "pre", NOW + 5 * DAY, NOW)
        moved = await booking.reschedule(tx, keys, made, other, ada, NOW)
        then = (await occasions.of_ids(tx, [made.session]))[0]
        free = [one.starts_at for one in await meeting_times.free(tx, bela, "pre", NOW)]
    assert (moved.id, moved.session, moved.starts_at) == (made.id, made.session, NOW + 5 * DAY)
    assert (then.uid, then.sequence, then.moved_from) == (first.uid, first.sequence + 1, first.starts_at)
    assert free == [first.starts_at]


async def test_each_change_tells_both_once_and_takes_back_what_was_not_sent(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        other = await offered(tx, circle.facilitator, "pre", NOW + 5 * DAY, NOW)
        moved = await booking.reschedule(tx, keys, made, other, ada, NOW)
        await booking.cancel(tx, keys, moved, ada, "member", NOW)
    async with database.read() as tx:
        listed = [one for one in await outbox.listing(tx) if one.kind.startswith("meeting_")]
    reminders = [one for one in listed if one.kind == "meeting_reminder"]
    rows = [one for one in listed if one not in reminders]
    assert reminders
    assert {one.state for one in reminders} == {"withdrawn"}
    told = sorted((one.kind, one.state, one.person == ada.person) for one in rows)
    assert told == [
        ("meeting_booked", "withdrawn", False),
        ("meeting_booked", "withdrawn", True),
        ("meeting_cancelled", "pending", False),
        ("meeting_cancelled", "pending", True),
        ("meeting_moved", "withdrawn", False),
        ("meeting_moved", "withdrawn", True),
    ]
    assert {one.payload["sessions"][0]["sequence"] for one in rows if one.state == "pending"} == {2}


async def test_a_cancelled_meeting_is_needed_again_and_its_room_is_closed_for_good(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        await booking.cancel(tx, keys, made, circle.facilitator, "facilitator_away", NOW)
        assert await individual.settled(tx, ada.id, "pre") is None
        assert (await openable.find(tx, made.session)).state == "cancelled"
        assert await meeting_times.free(tx, ada, "pre", NOW) == []  # the facilitator is not there then
        again = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        with pytest.raises(Refused, match="gone"):
            await booking.cancel(tx, keys, made, ada, "member", NOW)
    assert again.id != made.id


async def test_with_the_place_of_a_member_end_their_meetings_and_the_facilitator_hears_of_it(
    database, keys, circle
):
    ada, bela = circle.participants[:2]
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        kept = await arranged(tx, keys, circle.facilitator, bela, "pre", NOW)
        assert await pauses.leave(tx, keys, ada.id, "moved", "none", ada.id, NOW)
        assert not await pauses.leave(tx, keys, ada.id, "moved", "none", ada.id, NOW)
    async with database.read() as tx:
        assert (await openable.find(tx, made.session)).state == "cancelled"
        assert (await openable.find(tx, kept.session)).state == "planned"
        told = [one for one in await outbox.listing(tx, state="pending") if one.kind == "meeting_cancelled"]
        assert circle.facilitator.person in {one.person for one in told}
        free = [one.starts_at for one in await meeting_times.free(tx, circle.participants[2], "pre", NOW)]
        assert made.starts_at in free


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (timedelta(minutes=5), "past"),
        (-DAY, "past"),
        (10 * DAY - timedelta(minutes=10), "outside_window"),
        (30 * DAY, "outside_window"),
    ],
)
async def test_a_time_that_cannot_be_is_refused_when_it_is_taken(database, keys, circle, at, code):
    async with database.write() as tx:
        slot = await offered(tx, circle.facilitator, "pre", NOW + at, NOW)
    with pytest.raises(Refused, match=code):
        async with database.write() as tx:
            await booking.book(tx, keys, circle.participants[0], slot, circle.participants[0], NOW)


async def test_nobody_is_in_two_places_at_once(database, keys, circle):
    ada, bela = circle.participants[:2]
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        beside = await offered(tx, circle.facilitator, "pre", made.starts_at + timedelta(minutes=10), NOW)
    with pytest.raises(Refused, match="not_free"):
        async with database.write() as tx:
            await booking.book(tx, keys, bela, beside, bela, NOW)


async def test_times_that_cannot_be_offered_are_left_out_with_their_reason(database, keys, circle):
    first = (NOW + DAY).date()
    async with database.write() as tx:
        made = await meeting_times.offer(
            tx, keys, circle.facilitator, "pre", [first, first + 20 * DAY],
            [(NOW + HOUR).time(), (NOW + HOUR + timedelta(minutes=30)).time()], "UTC", 60, NOW,
        )  # fmt: skip
        again = await meeting_times.offer(
            tx, keys, circle.facilitator, "pre", [first], [(NOW + HOUR).time()], "UTC", 60, NOW
        )
    assert [one.refused for one in made] == ["", "taken", "outside_window", "outside_window"]
    assert [one.refused for one in again] == ["taken"]


async def test_who_has_not_chosen_is_told_once_that_there_are_times(database, keys, circle):
    leader, (ada, bela, *_) = circle.facilitator, circle.participants
    async with database.write() as tx:
        await arranged(tx, keys, leader, ada, "pre", NOW)
        for day in (NOW + 2 * DAY, NOW + 3 * DAY):
            await meeting_times.offer(tx, keys, leader, "pre", [day.date()], [day.time()], "UTC", 60, NOW)
    letters = await of_kind(database, "meeting_offered")
    told = {one.payload["member"]: one for one in letters}
    assert len(letters) == len(told), "two offers, one word"
    assert set(told) == {one.id for one in circle.participants} - {ada.id}
    assert all(one.state == "pending" for one in told.values())
    async with database.write() as tx:
        (slot, *_) = await meeting_times.free(tx, bela, "pre", NOW)
        await booking.book(tx, keys, bela, slot.id, bela, NOW)
    states = {one.payload["member"]: one.state for one in await of_kind(database, "meeting_offered")}
    assert states[bela.id] == "withdrawn"


async def of_kind(database, kind):
    """The messages of a kind."""
    async with database.read() as tx:
        return [one for one in await outbox.listing(tx) if one.kind == kind]


async def test_another_groups_time_is_nobodys_business(database, keys, circle):
    async with database.write() as tx:
        other = await make_circle(tx, keys, 1, NOW + 10 * DAY)
        slot = await offered(tx, circle.facilitator, "pre", NOW + DAY, NOW)
        with pytest.raises(Refused, match="gone"):
            await booking.book(tx, keys, other.participants[0], slot, other.participants[0], NOW)


async def held(tx, keys, circle, who, *, came=True):
    """A meeting that is over: closed and proposed by the facts, as the clock does it."""
    made = await arranged(tx, keys, circle.facilitator, who, "pre", NOW)
    found = await openable.find(tx, made.session)
    if came:
        await presence.append(tx, facts_of(found, who.id))
    await groups.set_session_state(tx, made.session, "closed", found.ends_at)
    closed = await openable.find(tx, made.session)
    await proposing.propose(tx, closed, found.ends_at)
    return made, found.ends_at


async def test_what_the_facts_propose_is_about_the_member_alone(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        made, _ = await held(tx, keys, circle, ada)
        (one,) = await attendance.proposals(tx, made.session)
    assert (one.member, one.status.value) == (ada.id, "attended")


async def test_a_person_says_that_it_was_held_once_and_no_ledger_hears_of_it(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        made, ends_at = await held(tx, keys, circle, ada)
        for _ in range(2):
            now = await meeting_decisions.decide(
                tx, keys, made, "held", "as_proposed", circle.facilitator, ends_at + HOUR, "form"
            )
        history = await meeting_decisions.history(tx, made.id)
        assert await ledger.balances(tx, circle.group) == {}
        assert await decided.of_group(tx, circle.group) == {}
    assert now.state is State.HELD
    assert [(one.state, one.reason.value, one.proposal.value) for one in history] == [
        (State.HELD, "as_proposed", "attended")
    ]


async def test_a_word_that_the_facts_do_not_bear_out_needs_its_own_reason(database, keys, circle):
    ada, bela = circle.participants[:2]
    async with database.write() as tx:
        made, ends_at = await held(tx, keys, circle, ada, came=False)
    with pytest.raises(Refused, match="not_as_proposed"):
        async with database.write() as tx:
            await meeting_decisions.decide(
                tx, keys, made, "held", "as_proposed", circle.facilitator, ends_at, "a"
            )
    async with database.write() as tx:
        said = await meeting_decisions.decide(
            tx, keys, made, "held", "by_phone", circle.facilitator, ends_at, "b"
        )
        assert said.state is State.HELD
        ahead = await arranged(tx, keys, circle.facilitator, bela, "pre", NOW)
    with pytest.raises(Refused, match="not_over"):
        async with database.write() as tx:
            await meeting_decisions.decide(tx, keys, ahead, "held", "by_phone", circle.facilitator, NOW, "c")


async def test_words_about_meetings_are_never_edited(database, keys, circle):
    async with database.write() as tx:
        made, ends_at = await held(tx, keys, circle, circle.participants[0])
        await meeting_decisions.decide(
            tx, keys, made, "held", "as_proposed", circle.facilitator, ends_at, "form"
        )
    for statement in (meeting_decision.update().values(state="not_held"), meeting_decision.delete()):
        with pytest.raises(DBAPIError):
            async with database.write() as tx:
                await tx.execute(statement)


async def test_tasks_come_and_go_with_what_is_booked(database, keys, circle):
    ada = circle.participants[0]

    async def kinds(now):
        async with database.write() as tx:
            await duties.renew(tx, circle.group, now)
            return sorted(
                (one.kind, one.owner_role, one.member == ada.id)
                for one in await tasks.of_groups(tx, [circle.group], now)
                if one.kind.startswith("meeting_")
            )

    asked = ("meeting_unbooked", "coordinator")
    assert await kinds(NOW - 7 * DAY) == []
    assert await kinds(NOW) == [(*asked, False), (*asked, False), (*asked, True)]
    async with database.write() as tx:
        made, ends_at = await held(tx, keys, circle, ada)
    assert await kinds(ends_at) == [
        ("meeting_confirm", "facilitator", True), (*asked, False), (*asked, False),
    ]  # fmt: skip
    assert ("meeting_confirm_overdue", "coordinator", True) in await kinds(ends_at + 25 * HOUR)
    async with database.write() as tx:
        await meeting_decisions.decide(
            tx, keys, made, "not_held", "our_side", circle.facilitator, ends_at + 25 * HOUR, "form"
        )
    assert (*asked, True) in await kinds(ends_at + 26 * HOUR)


async def test_what_was_ticked_is_sealed_logged_and_not_the_coordinators(database, keys, circle):
    ada, bela = circle.participants[:2]
    leader = circle.facilitator.id
    async with database.write() as tx:
        made = await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)
        await checklists.save(tx, keys, leader, made.id, ["risk", "no such item", "goals"], NOW)
        assert await checklists.access_ticks(tx, keys, leader, made.id, "meeting", NOW) == ("risk", "goals")
        (line,) = (await tx.execute(select(access_log))).all()
        assert (line.actor, line.action, line.person) == (leader, "meeting_checklist", ada.person)
        for other in (ada.id, bela.id, circle.coordinator.id):
            with pytest.raises(NotAllowed):
                await checklists.access_ticks(tx, keys, other, made.id, "meeting", NOW)


async def test_a_waived_meeting_is_waited_for_by_nobody(database, keys, circle):
    ada = circle.participants[0]
    async with database.write() as tx:
        made = await booking.waive(tx, keys, ada, "pre", circle.coordinator, "agreed", NOW)
        assert made.state is State.WAIVED
        with pytest.raises(Refused, match="settled"):
            await arranged(tx, keys, circle.facilitator, ada, "pre", NOW)


async def unled(tx, circle, now=NOW):
    return [
        (one.owner_role, one.reasons, one.due_at)
        for one in await tasks.of_groups(tx, [circle.group], now)
        if one.kind == "meetings_unled"
    ]


@pytest.fixture
async def alone(database, keys, circle):
    """Two meetings whose facilitator leaves, and another facilitator who stays."""
    async with database.write() as tx:
        made = [
            await arranged(tx, keys, circle.facilitator, one, "pre", NOW) for one in circle.participants[:2]
        ]
        person = await make_person(tx, keys, "Zora", NOW)
        other = await groups.add_member(tx, circle.group, person, "facilitator", 5, NOW)
        await duties.renew(tx, circle.group, NOW)
        assert await unled(tx, circle) == []
    return made, other


async def test_meetings_of_a_facilitator_who_leaves_are_a_task_until_each_is_led_or_called_off(
    database, keys, circle, alone
):
    (first, second), other = alone
    office = circle.coordinator
    async with database.write() as tx:
        assert await staff.withdraw(tx, keys, circle.facilitator.id, "command", NOW)
        await duties.renew(tx, circle.group, NOW)
        assert await unled(tx, circle) == [("coordinator", ("unled:2",), first.starts_at)]
        led = await meeting_leaders.hand_over(tx, keys, first, other.id, office, NOW)
        assert (led.id, led.starts_at, led.facilitator) == (first.id, first.starts_at, other.id)
        assert (led.session, led.sequence) == (first.session, first.sequence + 1)
        told = {
            one.person
            for one in await outbox.listing(tx, state="pending")
            if one.kind == "meeting_booked" and one.payload["sessions"][0]["sequence"] == led.sequence
        }
        assert told == {circle.participants[0].person, other.person}
        assert "meeting_handed_over" in {one.action for one in await audit.latest(tx)}
        await duties.renew(tx, circle.group, NOW)
        assert await unled(tx, circle) == [("coordinator", ("unled:1",), second.starts_at)]
        with pytest.raises(Refused, match="gone"):
            await meeting_leaders.hand_over(tx, keys, first, other.id, office, NOW)
        await booking.cancel(tx, keys, second, office, "facilitator_left", NOW)
        await duties.renew(tx, circle.group, NOW)
        assert await unled(tx, circle) == []


async def test_a_closed_account_leaves_its_meetings_too_and_nobody_takes_two_at_once(
    database, keys, circle, alone
):
    (first, second), other = alone
    async with database.write() as tx:
        account = await staff.for_person(tx, keys, circle.facilitator.person, NOW)
        await staff.disable(tx, keys, account.id, "command", NOW)
        await duties.renew(tx, circle.group, NOW)
        assert len(await unled(tx, circle)) == 1
        cleo = circle.participants[2]
        free = await offered(tx, circle.facilitator, "pre", second.starts_at + DAY, NOW)
        assert free not in {one.id for one in await meeting_times.of_group(tx, circle.group, NOW)}
        with pytest.raises(Refused, match="gone"):
            await booking.book(tx, keys, cleo, free, cleo, NOW)
        slot = await offered(tx, other, "pre", first.starts_at, NOW)
        await booking.book(tx, keys, circle.participants[2], slot, circle.participants[2], NOW)
        with pytest.raises(Refused, match="not_free"):
            await meeting_leaders.hand_over(tx, keys, first, other.id, circle.coordinator, NOW)
        for not_there in (circle.facilitator.id, circle.coordinator.id):
            with pytest.raises(Refused, match="gone"):
                await meeting_leaders.hand_over(tx, keys, second, not_there, circle.coordinator, NOW)
        with pytest.raises(Refused, match="begun"):
            await meeting_leaders.hand_over(tx, keys, second, other.id, circle.coordinator, second.starts_at)
