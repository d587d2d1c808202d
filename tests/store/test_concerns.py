"""An answer becomes a concern in its own transaction, with people told; nothing lowers or clears one."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from care.safety import Trigger, Unreadable
from store import (
    concern_acts,
    concern_rows,
    concerns,
    duties,
    groups,
    outbox,
    people,
    staff,
    tasks,
    worklist,
)
from store.safety_state import phq_version
from store.sealing import SealBroken
from store.tables import alert, assessed, concern, concern_event, group
from tests.services.circle import HOUR, NOW, make_circle
from tests.services.on_call import make_team

DAY = 24 * HOUR


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


@pytest.fixture
async def team(database, keys, circle):
    async with database.write() as tx:
        return await make_team(tx, keys, NOW)


async def answer(tx, keys, circle, value, *, checkin="c1", question="phq9_9", now=NOW):
    return await concerns.assess_answer(
        tx,
        keys,
        member=circle.participants[0].id,
        checkin=checkin,
        question=question,
        value=value,
        now=now,
    )


async def all_concerns(tx):
    rows = (await tx.execute(select(concern).order_by(concern.c.opened_at))).all()
    return [concern_rows.as_concern(row) for row in rows]


async def told(tx, kind="concern"):
    rows = await tx.execute(select(alert.c.person, alert.c.channel).where(alert.c.kind == kind))
    return {(row.person, row.channel) for row in rows}


async def test_nothing_is_opened_by_nought_and_it_is_still_written_down(database, keys, circle):
    async with database.write() as tx:
        assert await answer(tx, keys, circle, 0) is None
        assert await all_concerns(tx) == []
        assert len((await tx.execute(select(assessed))).all()) == 1


async def test_a_question_that_is_not_watched_leaves_no_trace(database, keys, circle):
    async with database.write() as tx:
        assert await answer(tx, keys, circle, 3, question="phq9_1") is None
        assert (await tx.execute(select(assessed))).all() == []


async def test_a_skipped_item_shows_nothing_tells_nobody_and_waits_for_the_next_contact(
    database, keys, circle
):
    async with database.write() as tx:
        assert await answer(tx, keys, circle, None) is None
        (found,) = await all_concerns(tx)
        assert (found.level, found.state, found.trigger) == ("ask", "open", "skipped")
        assert found.next_at == NOW + 7 * DAY
        assert await told(tx) == set()


async def contact_tasks(tx, circle, now=NOW):
    return [
        (one.member, one.owner_role, one.due_at)
        for one in await tasks.of_groups(tx, [circle.group], now)
        if one.kind == "clinical_contact"
    ]


@pytest.mark.parametrize("value", [None, ""])
async def test_a_skipped_item_where_nobody_leads_reaches_the_chain_and_the_coordinators_work_list(
    database, keys, circle, team, value
):
    async with database.write() as tx:
        assert await staff.withdraw(tx, keys, circle.facilitator.id, "command", NOW)
        assert await answer(tx, keys, circle, value) is None
        assert await told(tx) == {(team.first.person, "mail")}
        wanted = [(circle.participants[0].id, "coordinator", NOW + 7 * DAY)]
        assert await contact_tasks(tx, circle) == wanted
        (item,) = [
            one
            for one in await worklist.rows(tx, keys, circle.coordinator.person, NOW)
            if one.kind == "clinical_contact"
        ]
        assert (item.name.split()[0], item.reasons) == ("Bela", ("nobody_leads",))
        (found,) = await all_concerns(tx)
        await concern_acts.contacted(tx, keys, found.id, team.first.person, "We talked, all is well.", NOW)
        await duties.renew(tx, circle.group, NOW)
        assert await contact_tasks(tx, circle) == []


async def test_a_skipped_item_reaches_the_coordinator_when_the_last_facilitator_has_gone(
    database, keys, circle
):
    async with database.write() as tx:
        await answer(tx, keys, circle, None)
        assert await contact_tasks(tx, circle) == []
        await staff.withdraw(tx, keys, circle.facilitator.id, "command", NOW)
        await duties.renew(tx, circle.group, NOW)
        assert len(await contact_tasks(tx, circle)) == 1
        await tx.execute(update(group).where(group.c.id == circle.group).values(state="ended", ended_at=NOW))
        await duties.renew(tx, circle.group, NOW)
        assert len(await contact_tasks(tx, circle)) == 1
        await staff.grant(
            tx, keys, circle.facilitator.person, circle.group, "facilitator", "command", NOW + HOUR
        )
        await duties.renew(tx, circle.group, NOW + HOUR)
        assert await contact_tasks(tx, circle) == []


async def test_one_tells_the_facilitator_by_mail_and_nobody_else(database, keys, circle, team):
    async with database.write() as tx:
        found = await answer(tx, keys, circle, "1")
        assert found.screen == "support"
        assert await told(tx) == {(circle.facilitator.person, "mail")}
        (kept,) = await all_concerns(tx)
        assert (kept.level, kept.contact_by) == ("contact", NOW + DAY)


@pytest.mark.parametrize("value", ["2", 3])
async def test_two_or_three_tells_facilitator_and_on_call_at_once_also_by_text(
    database, keys, circle, team, value
):
    async with database.write() as tx:
        found = await answer(tx, keys, circle, value)
        assert found.screen == "call_now"
        assert await told(tx) == {
            (circle.facilitator.person, "mail"),
            (team.first.person, "mail"),
            (team.first.person, "text"),
        }
        (kept,) = await all_concerns(tx)
        assert kept.next_at == NOW + HOUR / 2
        assert kept.contact_by == NOW + 4 * HOUR
        waiting = await outbox.listing(tx, state="pending")
        mine = [one for one in waiting if one.kind == "on_call_alert"]
        assert len(mine) == 3
        assert all(set(one.payload) == {"alert"} and one.urgent for one in mine)
        assert sorted(one.channel for one in mine) == ["mail", "mail", "text"]


async def test_not_safe_now_is_immediate(database, keys, circle, team):
    async with database.write() as tx:
        assert (await answer(tx, keys, circle, "no", question="safe_now")).screen == "crisis"
        (kept,) = await all_concerns(tx)
        assert (kept.level, kept.next_at) == ("immediate", NOW + HOUR / 12)


async def test_an_impossible_answer_ends_the_transaction(database, keys, circle):
    with pytest.raises(Unreadable):
        async with database.write() as tx:
            await answer(tx, keys, circle, "7")


async def test_a_changed_answer_raises_and_never_lowers(database, keys, circle, team):
    async with database.write() as tx:
        await answer(tx, keys, circle, "1")
        assert (await answer(tx, keys, circle, "3", now=NOW + HOUR)).screen == "call_now"
        assert await answer(tx, keys, circle, "0", now=NOW + 2 * HOUR) is None
        (kept,) = await all_concerns(tx)
        assert (kept.level, kept.trigger, kept.state) == ("urgent", "many_days", "open")
        assert kept.contact_by == NOW + 5 * HOUR
        kinds = (await tx.execute(select(concern_event.c.kind).order_by(concern_event.c.seq))).scalars().all()
        assert [kind for kind in kinds if kind != "told"] == [
            "opened",
            "answered_again",
            "raised",
            "answered_again",
        ]


@pytest.mark.parametrize(("question", "value"), [("phq9_9", 3), ("safe_now", "no"), ("safe_now", "unsure")])
async def test_the_same_answer_after_somebody_spoke_with_the_member_calls_out_anew(
    database, keys, circle, team, question, value
):
    async with database.write() as tx:
        made = await answer(tx, keys, circle, value, question=question)
        await concern_acts.contacted(tx, keys, made.concern, circle.facilitator.person, "spoken with", NOW)
        before = len(await alerts_of(tx))
        await answer(tx, keys, circle, value, question=question, now=NOW + 5 * HOUR)
        (kept,) = await all_concerns(tx)
        assert kept.state == "open"
        assert NOW + 5 * HOUR < kept.next_at < NOW + 6 * HOUR
        assert kept.contact_by > kept.next_at
        assert len(await alerts_of(tx)) > before


async def test_while_somebody_has_it_the_same_answer_wakes_nobody(database, keys, circle, team):
    async with database.write() as tx:
        made = await answer(tx, keys, circle, 3)
        await concern_acts.acknowledge(tx, keys, made.concern, circle.facilitator.person, NOW)
        before = len(await alerts_of(tx))
        await answer(tx, keys, circle, 3, now=NOW + HOUR)
        (kept,) = await all_concerns(tx)
        assert (kept.state, len(await alerts_of(tx))) == ("acknowledged", before)


async def test_a_call_that_is_wished_for_after_the_call_is_a_call_again(database, keys, circle, team):
    member = circle.participants[0].id
    async with database.write() as tx:
        made = await answer(tx, keys, circle, 3)
        await concern_acts.contacted(tx, keys, made.concern, circle.facilitator.person, "spoken with", NOW)
        before = len(await alerts_of(tx))
        again = await concerns.wish(tx, keys, made.concern, member, "today", NOW + HOUR)
        assert (again.state, again.level) == ("open", "urgent")
        assert len(await alerts_of(tx)) > before


async def test_what_calls_out_anew_after_a_call_never_hides_what_was_worse(database, keys, circle, team):
    async with database.write() as tx:
        made = await answer(tx, keys, circle, 3)
        await concern_acts.contacted(tx, keys, made.concern, circle.facilitator.person, "spoken with", NOW)
        await answer(tx, keys, circle, 1, now=NOW + HOUR)
        (kept,) = await all_concerns(tx)
        assert (kept.state, kept.level, kept.trigger) == ("open", "urgent", "many_days")


async def alerts_of(tx):
    return (await tx.execute(select(alert.c.id).where(alert.c.kind == "concern"))).all()


async def test_newness_is_counted_by_checkin_and_not_by_answer(database, keys, circle):
    async with database.write() as tx:
        for checkin, value in (("c1", 0), ("c2", 1), ("c2", 0)):
            await answer(tx, keys, circle, value, checkin=checkin)
        await answer(tx, keys, circle, 1, checkin="c3", now=NOW + HOUR)
        by_checkin = {one.checkin: one.new for one in await all_concerns(tx)}
        assert by_checkin == {"c2": False, "c3": True}


async def test_a_rise_of_two_since_the_last_time_is_new(database, keys, circle):
    async with database.write() as tx:
        await answer(tx, keys, circle, 1, checkin="c1")
        await answer(tx, keys, circle, 3, checkin="c2", now=NOW + HOUR)
        assert [one.new for one in await all_concerns(tx)] == [False, True]


async def test_help_opens_one_concern_and_a_second_press_calls_out_again(database, keys, circle, team):
    member = circle.participants[0].id
    async with database.write() as tx:
        made = await concerns.ask_for_help(tx, keys, member, member, NOW)
        again = await concerns.ask_for_help(tx, keys, member, member, NOW + HOUR)
        assert made.id == again.id
        assert again.state == "open"
        assert again.next_at == NOW + HOUR + HOUR / 12
        assert len((await tx.execute(select(alert).where(alert.c.kind == "concern"))).all()) == 6


async def test_a_flag_needs_words_and_keeps_them_sealed(database, keys, circle):
    async with database.write() as tx:
        member = circle.participants[0].id
        with pytest.raises(ValueError, match="words"):
            await concerns.flag(tx, keys, member, circle.facilitator.person, " ", NOW)
        made = await concerns.flag(tx, keys, member, circle.facilitator.person, "unspoken words", NOW)
        assert made.trigger == Trigger.FLAGGED
        rows = (await tx.execute(select(concern_event.c.text_sealed))).scalars().all()
        assert not any(box is not None and b"unspoken" in box for box in rows)


async def test_a_wish_is_kept_and_raises(database, keys, circle, team):
    member = circle.participants[0].id
    async with database.write() as tx:
        found = await answer(tx, keys, circle, 1)
        assert (await concerns.wish(tx, keys, found.concern, member, "no", NOW)).level == "contact"
        assert (await concerns.wish(tx, keys, found.concern, member, "today", NOW)).level == "urgent"
        raised = await concerns.wish(tx, keys, found.concern, member, "now", NOW)
        assert (raised.level, raised.wish) == ("immediate", "now")
        with pytest.raises(LookupError):
            await concerns.wish(tx, keys, found.concern, circle.participants[1].id, "no", NOW)
        with pytest.raises(ValueError, match="wish"):
            await concerns.wish(tx, keys, found.concern, member, "later", NOW)


async def test_the_database_itself_refuses_to_forget(database, keys, circle):
    async with database.write() as tx:
        await answer(tx, keys, circle, 3)
    for statement in (
        update(concern).values(state="closed"),
        update(concern).values(next_at=None),
        concern.delete(),
        update(concern_event).values(kind="nothing"),
        concern_event.delete(),
        assessed.delete(),
    ):
        with pytest.raises(DBAPIError):
            async with database.write() as tx:
                await tx.execute(statement)


async def test_with_the_members_key_goes_what_was_answered(database, keys, circle):
    async with database.write() as tx:
        await answer(tx, keys, circle, 3)
        await people.erase(tx, circle.participants[0].person, NOW)
        row = (await tx.execute(select(concern))).one()
        with pytest.raises(SealBroken):
            await keys.open(tx, circle.participants[0].person, "concern", "value", row.id, row.value_sealed)


async def test_the_next_session_shortens_the_clock(database, keys, circle):
    async with database.write() as tx:
        await answer(tx, keys, circle, 1, now=NOW - 2 * HOUR)
        (kept,) = await all_concerns(tx)
        assert kept.contact_by == NOW
        assert kept.acknowledge_by == NOW - HOUR


async def test_without_a_chain_facilitator_coordinator_and_facilitator_again_are_left(database, keys, circle):
    async with database.write() as tx:
        await answer(tx, keys, circle, 3)
        assert await told(tx) == {(circle.facilitator.person, "mail")}


async def test_whoever_has_no_account_any_more_is_not_waited_for(database, keys, circle, team):
    async with database.write() as tx:
        gone = await staff.create(
            tx, keys, name="Gone", contact="gone@findable.example", zone="UTC", locale="en", now=NOW
        )
        await staff.grant(tx, keys, gone.person, circle.group, "facilitator", "command", NOW)
        fay = circle.facilitator
        await groups.withdraw_member(tx, fay.id, NOW)
        await staff.disable(tx, keys, gone.id, "command", NOW)
        assert await phq_version(tx, circle.group, NOW) == "phq8", "nobody who leads could be told"
        await answer(tx, keys, circle, 1)
        assert {who for who, _ in await told(tx)} == {team.first.person}
