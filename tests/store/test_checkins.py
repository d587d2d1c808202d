"""Check-ins and proposals: planned once, moved while unopened, never touched when done."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from care.attendance import Proposal
from care.verdict import Status
from store import attendance, checkins, delivered, outbox, ticks
from store import tables as t
from tests.services.checkins import put
from tests.services.circle import HOUR, NOW, make_circle


async def planned(tx, keys, opens=NOW):
    circle = await make_circle(tx, keys)
    ada = circle.participants[0]
    key = await put(tx, ada.id, "mid", opens, opens + HOUR, session=circle.session)
    return circle, ada, key


async def test_a_check_in_is_found_by_its_id_its_member_and_its_group(database, keys):
    async with database.write() as tx:
        circle, ada, key = await planned(tx, keys)
        found = await checkins.find(tx, key)
        assert (found.member, found.person, found.group) == (ada.id, ada.person, circle.group)
        assert (found.wave, found.number, found.session) == ("mid", 1, circle.session)
        assert await checkins.find(tx, "none") is None
        assert await checkins.of_member(tx, ada.id) == [found]
        assert await checkins.of_group(tx, circle.group) == [found]
        assert await checkins.of_member(tx, circle.participants[1].id) == []


async def test_what_is_submitted_stays_so_under_the_form_it_was_opened_with(database, keys):
    async with database.write() as tx:
        _, _, key = await planned(tx, keys)
        assert not await checkins.submit(tx, key, NOW), "nobody opened it"
        assert await checkins.mark_opened(tx, key, "mid-1", NOW)
        assert await checkins.mark_opened(tx, key, "mid-2", NOW), "it goes on"
        assert await checkins.submit(tx, key, NOW)
        assert not await checkins.submit(tx, key, NOW)
        assert not await checkins.mark_opened(tx, key, "mid-2", NOW)
        await checkins.advance(tx, NOW + 2 * HOUR)
        found = await checkins.find(tx, key)
        assert (found.state, found.form, found.done_at) == ("submitted", "mid-1", NOW)


async def test_time_opens_a_window_notes_the_invitation_and_ends_it(database, keys):
    async with database.write() as tx:
        _, ada, key = await planned(tx, keys, opens=NOW + HOUR)
        await tx.execute(update(t.checkin).values(state="planned"))

        async def state(at):
            await checkins.advance(tx, at)
            return (await checkins.find(tx, key)).state

        assert await state(NOW) == "planned"
        assert await state(NOW + HOUR) == "due"
        invitation = f"checkin_invitation|{ada.id}|mid|1|0"
        about = (ada.person, {"member": ada.id}, NOW, NOW + 2 * HOUR, NOW)
        await outbox.put(tx, invitation, "checkin_invitation", *about)
        assert await state(NOW + HOUR) == "due"
        await tx.execute(update(t.outbox).values(state="sent"))
        assert await state(NOW + HOUR) == "invited"
        assert await state(NOW + 2 * HOUR) == "expired"


async def test_there_is_one_check_in_for_each_round(database, keys):
    async with database.write() as tx:
        _, ada, _ = await planned(tx, keys)
        other = await put(tx, ada.id, "mid", NOW, NOW + HOUR, number=2)
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tx.execute(update(t.checkin).where(t.checkin.c.id == other).values(number=1))


async def test_a_window_that_ends_before_it_opens_is_refused(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await put(tx, circle.participants[0].id, "mid", NOW, NOW)


def proposal(circle, member, status=Status.ATTENDED):
    return Proposal(
        session=circle.session,
        member=member.id,
        status=status,
        present=timedelta(minutes=80),
        window=timedelta(minutes=90),
        share=Fraction(8, 9),
        late=timedelta(),
        early=timedelta(),
        arrived_at=NOW,
        gaps=(),
        devices=1,
        reasons=("listening_only",),
        decide=False,
        policy="1",
        evidence="e",
    )


async def test_proposals_come_back_and_the_same_again_writes_nothing(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        both = [proposal(circle, member) for member in circle.participants]
        assert await attendance.save(tx, circle.session, both, NOW) == 2
        assert await attendance.save(tx, circle.session, both, NOW + HOUR) == 0
        found = await attendance.proposals(tx, circle.session)
        assert sorted(found, key=lambda one: one.member) == sorted(both, key=lambda one: one.member)
        later = replace(both[0], status=Status.NO_SHOW)
        assert await attendance.save(tx, circle.session, [later], NOW + HOUR) == 1
        assert {one.member: one.status for one in await attendance.proposals(tx, circle.session)} == {
            both[0].member: Status.NO_SHOW,
            both[1].member: Status.ATTENDED,
        }


async def test_delivered_messages_are_shown_newest_first(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        person = circle.participants[0].person
        await delivered.put(tx, keys, person, "invitation", "Hello", "the body", NOW)
        await delivered.put(tx, keys, person, "join_link", "Again", "another body", NOW + HOUR)
    async with database.read() as tx:
        found = await delivered.listing(tx, keys)
    assert [(one.subject, one.body, one.at) for one in found] == [
        ("Again", "another body", NOW + HOUR),
        ("Hello", "the body", NOW),
    ]


async def test_the_last_run_of_each_tick_is_remembered(database):
    async with database.write() as tx:
        await ticks.beat(tx, "outbox", NOW)
        await ticks.beat(tx, "outbox", NOW + HOUR)
        await ticks.beat(tx, "sessions", NOW)
        assert await ticks.last(tx) == {"outbox": NOW + HOUR, "sessions": NOW}


async def test_only_an_open_window_takes_answers(database, keys):
    async with database.write() as tx:
        _, _, key = await planned(tx, keys)
        assert not await checkins.mark_opened(tx, key, "mid-1", NOW - HOUR)
        assert not await checkins.mark_opened(tx, key, "mid-1", NOW + HOUR)
        assert await checkins.mark_opened(tx, key, "mid-1", NOW)
        assert not await checkins.submit(tx, key, NOW + HOUR)


async def test_a_waived_check_in_is_over_and_the_audit_says_why(database, keys):
    async with database.write() as tx:
        circle, ada, item = await planned(tx, keys)
        key = "checkin_reminder|" + "|".join((ada.id, "mid", "1", "1", "0"))
        soon = (NOW + HOUR / 2, NOW + HOUR, NOW)
        await outbox.put(tx, key, "checkin_reminder", ada.person, {"member": ada.id}, *soon)
        with pytest.raises(ValueError, match="reason"):
            await checkins.waive(tx, keys, item, "a story", circle.coordinator.id, "coordinator", NOW)
        by = (circle.coordinator.id, "coordinator")
        assert await checkins.waive(tx, keys, item, "not_wanted", *by, NOW)
        assert not await checkins.waive(tx, keys, item, "not_wanted", *by, NOW)
        assert not await checkins.mark_opened(tx, item, "mid-1", NOW)
        assert (await outbox.find(tx, key)).state == "withdrawn"
        entries = (await tx.execute(select(t.audit.c.action, t.audit.c.reason, t.audit.c.group))).all()
    assert [tuple(row) for row in entries] == [("checkin_waived", "not_wanted", circle.group)]


async def test_the_database_refuses_a_state_nobody_can_be_in(database, keys):
    async with database.write() as tx:
        await planned(tx, keys)
    for impossible in (
        {"state": "done"},
        {"state": "opened"},
        {"state": "submitted"},
        {"state": "waived"},
        {"form": "mid-1"},
        {"number": 0},
        {"target_at": NOW - HOUR},
    ):
        with pytest.raises(IntegrityError):
            async with database.write() as tx:
                await tx.execute(update(t.checkin).values(**impossible))
