"""Whatever changes a group changes what is planned for it, in the same transaction."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, select, update

from care import changes
from care.contract import Terms
from store import checkins, contracts, dates, enrol, groups, outbox, pauses, people_own, plan, setup_rows
from store import tables as t
from store.enrol import Enrolment
from tests.services.circle import NOW, make_circle

TERMS = Terms(zone="Europe/Berlin", first_local=datetime(2026, 3, 10, 18, 0))
OFFICE, DAY, HOUR = "office", timedelta(days=1), timedelta(hours=1)
BY = (OFFICE, NOW)


@pytest.fixture
async def group(database, keys):
    """A circle a week before its first session, planned."""
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        await tx.execute(t.session.delete())
        await setup_rows.put_dates(tx, circle.group, TERMS, OFFICE, NOW)
        await contracts.offer(tx, keys, circle.group, TERMS, OFFICE, NOW, 0)
        await plan.reconcile(tx, circle.group, NOW)
    return circle


async def rounds(tx, member):
    return {(one.wave, one.number): one for one in await checkins.of_member(tx, member)}


async def messages(tx, state="pending"):
    return {one.key: one for one in await outbox.listing(tx, state=state)}


async def change(database, keys, group, kind, *args, now=NOW):
    async with database.write() as tx:
        held, number = await dates.series(tx, group.group), await dates.revision(tx, group.group)
        preview = getattr(changes, kind)(held, *args, now=now)
        told = await plan.foresee(tx, group.group, preview.after, now)
        made = await dates.apply(tx, keys, group.group, preview, OFFICE, "holiday", now, number)
        return made, told


async def test_planning_again_writes_nothing(database, group):
    async with database.write() as tx:
        before = (await checkins.of_group(tx, group.group), await messages(tx))
        assert not await plan.reconcile(tx, group.group, NOW)
        assert await plan.settled(tx, group.group, NOW)
        assert (await checkins.of_group(tx, group.group), await messages(tx)) == before
    assert len(before[0]) == 2 * 18


async def test_moving_a_session_moves_what_nobody_opened_and_says_so_before(database, keys, group):
    ada, bela = (one.id for one in group.participants)
    async with database.write() as tx:
        was = await rounds(tx, ada)
    now = NOW + 7 * DAY
    async with database.write() as tx:
        await plan.reconcile(tx, group.group, now)
        await checkins.mark_opened(tx, was["weekly", 1].id, "weekly-1", now)
        held = await dates.series(tx, group.group)
    _, told = await change(database, keys, group, "move", 1, held[0].local + DAY, now=now)
    async with database.read() as tx:
        of_ada, of_bela = await rounds(tx, ada), await rounds(tx, bela)
        waiting = await messages(tx)
    assert of_ada["weekly", 1].state == "opened"
    assert of_ada["weekly", 1].opens_at == was["weekly", 1].opens_at
    assert of_ada["weekly", 1].closes_at == was["weekly", 1].closes_at + DAY
    assert of_bela["weekly", 1].opens_at == was["weekly", 1].opens_at + DAY
    assert told.open_stay == 1
    assert told.moved == 4, "the weekly look and the first check-in of two"
    assert told.messages_moved > 0
    assert all(one.due_at < one.expires_at for one in waiting.values())
    async with database.read() as tx:
        assert await plan.settled(tx, group.group, now)


async def test_a_preview_counts_and_changes_nothing(database, keys, group):
    async with database.read() as tx:
        held = await dates.series(tx, group.group)
        before = await checkins.of_group(tx, group.group)
        told = await plan.foresee(tx, group.group, changes.cancel(held, 3, now=NOW).after, NOW)
        assert await checkins.of_group(tx, group.group) == before
        same = await plan.foresee(tx, group.group, held, NOW)
    # Eleven are left: the twelfth look goes and nine of each member move. The middle is the same evening.
    assert (told.withdrawn, told.planned, told.open_stay) == (2, 0, 0)
    assert told.moved == 2 * 9
    assert not same


async def test_a_cancelled_session_comes_back_with_all_its_rounds(database, keys, group):
    async with database.read() as tx:
        before = await checkins.of_group(tx, group.group)
    made, _ = await change(database, keys, group, "cancel", 4)
    async with database.write() as tx:
        states = {one.state for one in await checkins.of_group(tx, group.group) if one.number == 12}
        assert states == {"superseded"}
        await dates.undo(tx, keys, made.id, OFFICE, NOW)
    async with database.read() as tx:
        assert await checkins.of_group(tx, group.group) == before


@pytest.mark.parametrize("opened", [False, True])
async def test_a_waiver_taken_back_brings_the_round_and_its_messages_until_the_window_is_over(
    database, keys, group, opened
):
    ada, by = group.participants[0], (group.coordinator.id, "coordinator")
    async with database.write() as tx:
        one = (await rounds(tx, ada.id))["pre", 1]
        if opened:
            assert await checkins.mark_opened(tx, one.id, "pre-1", NOW)
        before = (await rounds(tx, ada.id))["pre", 1]
        await plan.reconcile(tx, group.group, NOW)
        waiting = set(await messages(tx))
        assert await checkins.waive(tx, keys, one.id, "away", *by, NOW)
        await plan.reconcile(tx, group.group, NOW)
        assert not await checkins.mark_opened(tx, one.id, "pre-1", NOW), "a waived form takes nothing"
        assert set(await messages(tx)) < waiting
        assert await checkins.take_back(tx, keys, one.id, *by, NOW)
        assert not await checkins.take_back(tx, keys, one.id, *by, NOW)
        assert (await rounds(tx, ada.id))["pre", 1] == before
        assert set(await messages(tx)) == waiting
        assert await plan.settled(tx, group.group, NOW)
        actions = (await tx.execute(select(t.audit.c.action).order_by(t.audit.c.seq))).scalars().all()
        assert actions[-2:] == ["checkin_waived", "checkin_asked_again"]
        await checkins.waive(tx, keys, one.id, "away", *by, NOW)
        assert not await checkins.take_back(tx, keys, one.id, *by, before.closes_at)


async def test_whoever_is_enrolled_is_invited_once_and_once_only(database, keys, group):
    row = Enrolment(name="Cleo Test", contact="cleo@example.invalid", zone="Europe/Berlin", locale="en")
    async with database.write() as tx:
        (cleo,) = await enrol.enrol(tx, keys, group.group, [row], OFFICE, NOW)
        first = await messages(tx)
        await plan.reconcile(tx, group.group, NOW + HOUR)
        assert await messages(tx) == first
        mine = [one for one in first.values() if one.person == cleo.person]
        assert [one.kind for one in mine if one.due_at <= NOW + DAY] == ["checkin_invitation"]
        assert len(await checkins.of_member(tx, cleo.id)) == 18


async def test_leaving_withdraws_everything_and_coming_back_brings_the_same_rounds(database, keys, group):
    ada = group.participants[0]
    async with database.write() as tx:
        before = await rounds(tx, ada.id)
        await tx.execute(
            update(t.outbox).where(t.outbox.c.key == f"checkin_invitation|{ada.id}|pre|1|0").values(
                state="sent", finished_at=NOW
            )
        )  # fmt: skip
        await checkins.mark_opened(tx, before["pre", 1].id, "pre-1", NOW)
        await pauses.leave(tx, keys, ada.id, "moved", "none", OFFICE, NOW + HOUR)
        assert {one.state for one in (await rounds(tx, ada.id)).values()} == {"superseded"}
        assert not [one for one in (await messages(tx)).values() if one.person == ada.person]
        await pauses.come_back(tx, keys, ada.id, OFFICE, NOW + 2 * HOUR)
        after = await rounds(tx, ada.id)
        again = [one.kind for one in (await messages(tx)).values() if one.person == ada.person]
    assert {key: one.id for key, one in after.items()} == {key: one.id for key, one in before.items()}
    assert after["pre", 1].state == "opened"
    assert "checkin_invitation" not in again, "it went out before"
    assert "checkin_reminder" in again


async def test_a_pause_takes_its_sessions_and_its_end_brings_them_back(database, keys, group):
    ada = group.participants[0].id
    async with database.write() as tx:
        await pauses.pause(tx, keys, ada, NOW + 10 * DAY, NOW + 20 * DAY, "illness", OFFICE, NOW)
        found = await rounds(tx, ada)
        assert [found["weekly", number].state for number in (1, 2, 3)] == ["planned", "superseded", "planned"]
        await pauses.resume(tx, keys, ada, OFFICE, NOW)
        assert (await rounds(tx, ada))["weekly", 2].state == "planned"


async def test_a_member_in_another_zone_is_not_written_to_in_their_evening(database, keys, group):
    ada = group.participants[0]
    async with database.write() as tx:
        before = await messages(tx)
        await people_own.change(
            tx, keys, ada.person, by=ada.id, role="participant", now=NOW, zone="Asia/Tokyo"
        )
        after = await messages(tx)
    mine = [one for one in after.values() if one.person == ada.person and "reminder" in one.kind]
    assert {one.due_at for one in mine} != {before[one.key].due_at for one in mine if one.key in before}
    assert all(8 <= (one.due_at + 9 * HOUR).hour < 20 for one in mine)


async def test_a_done_check_in_is_reminded_of_no_more(database, group):
    ada = group.participants[0]
    async with database.write() as tx:
        first = (await rounds(tx, ada.id))["pre", 1]
        await checkins.mark_opened(tx, first.id, "pre-1", NOW)
        await plan.reconcile(tx, group.group, NOW)
        await checkins.submit(tx, first.id, NOW)
        left = [key for key in await messages(tx) if f"|{ada.id}|pre|" in key]
        assert left == []
        await plan.reconcile(tx, group.group, NOW)
        assert not [key for key in await messages(tx) if f"|{ada.id}|pre|" in key]


async def test_what_a_sender_withdrew_for_a_reason_of_its_own_stays_withdrawn(database, group):
    ada = group.participants[0]
    key = f"checkin_invitation|{ada.id}|pre|1|0"
    async with database.write() as tx:
        await outbox.withdraw(tx, key, "not_by_mail", NOW)
        await plan.reconcile(tx, group.group, NOW)
        assert (await outbox.find(tx, key)).state == "withdrawn"


async def test_a_message_that_waits_for_the_morning_is_not_made_due_again(database, group):
    key = f"checkin_invitation|{group.participants[0].id}|pre|1|0"
    async with database.write() as tx:
        await tx.execute(update(t.outbox).where(t.outbox.c.key == key).values(due_at=NOW + 15 * HOUR))
        await plan.reconcile(tx, group.group, NOW)
        assert (await outbox.find(tx, key)).due_at == NOW + 15 * HOUR


async def test_one_group_is_planned_without_a_look_at_any_other(database, keys, group):
    async with database.write() as tx:
        other = await make_circle(tx, keys, now=NOW + DAY)
        await groups.create_session(tx, other.group, 2, NOW + 9 * DAY, NOW + 9 * DAY + HOUR, "Europe/Berlin")
        await plan.reconcile(tx, other.group, NOW + DAY)
        held = (await tx.execute(select(func.count()).select_from(t.checkin))).scalar_one()
    asked = []
    async with database.write() as tx:
        engine = tx.sync_connection

        def note(conn, cursor, statement, parameters, context, executemany):
            asked.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        await plan.reconcile(tx, group.group, NOW)
        event.remove(engine, "before_cursor_execute", note)
    assert held > 36
    assert len(asked) <= 12, "a fixed number of questions, whatever there is"
    reads = [(statement, values) for statement, values in asked if statement.lstrip().startswith("SELECT")]
    people = {one.person for one in group.participants}
    for statement, values in reads:
        flat = set(values.values() if isinstance(values, dict) else values)
        assert group.group in flat or people <= flat, statement


async def test_a_group_that_ended_keeps_its_follow_ups(database, group):
    over = NOW + 84 * DAY
    async with database.write() as tx:
        await tx.execute(t.session.update().values(state="closed", closed_at=t.session.c.ends_at))
        await tx.execute(
            t.group.update().where(t.group.c.id == group.group).values(state="ended", ended_at=over)
        )
        await plan.reconcile(tx, group.group, over)
        states = {
            one.number: one.state
            for one in await checkins.of_group(tx, group.group)
            if one.wave == "followup"
        }
        assert states == {1: "planned", 3: "planned", 6: "planned"}
        assert await plan.longest_ago(tx, over + DAY, 50) == [group.group]
        end = over + 250 * DAY
        await checkins.advance(tx, end)
        assert await plan.longest_ago(tx, end, 50) == []
