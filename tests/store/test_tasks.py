"""Tasks: opened once for a cause, withdrawn with it, finished by people."""

import asyncio
from datetime import timedelta

import pytest

from care.decision import Change, Reason
from care.thresholds import Kind, Owner, Wanted
from care.verdict import Status
from store import audit, decisions, duties, groups, people, questions, standing, tasks
from store.tasks import UnknownOutcome
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, later, over

END = NOW + LASTS
AFTER = END + timedelta(minutes=5)


@pytest.fixture
async def circle(database, keys):
    """Ada was there in session 1; of Bela nothing was seen or heard."""
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        await later(tx, made, 2, NOW + timedelta(weeks=1))
        await over(tx, made.session, {made.participants[0].id: (0, 90)})
        await duties.renew(tx, made.group, AFTER)
    return made


async def open_tasks(database, circle, now=AFTER):
    async with database.read() as tx:
        return {one.kind: one for one in await tasks.of_groups(tx, [circle.group], now)}


async def test_a_session_that_is_over_opens_what_is_to_be_done(database, circle):
    found = await open_tasks(database, circle)
    assert set(found) == {"confirm_attendance", "call_2h", "call_this_week"}
    call = found["call_2h"]
    assert (call.member, call.session, call.due_at) == (
        circle.participants[1].id,
        circle.session,
        END + timedelta(hours=2),
    )
    assert call.reasons == ("no_show", "session:1")


async def test_working_them_out_again_changes_nothing(database, circle):
    before = await open_tasks(database, circle)
    async with database.write() as tx:
        await duties.renew(tx, circle.group, AFTER + timedelta(minutes=1))
    assert await open_tasks(database, circle) == before


async def test_two_at_once_open_each_task_once(database, keys):
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        await over(tx, made.session, {})

    async def renew():
        async with database.write() as tx:
            await duties.renew(tx, made.group, AFTER)

    await asyncio.gather(*(renew() for _ in range(4)))
    async with database.read() as tx:
        found = await tasks.of_groups(tx, [made.group], AFTER)
    assert len(found) == len({one.key for one in found})
    assert [one.kind for one in found].count("confirm_attendance") == 1


async def test_confirming_ends_the_task_in_the_same_transaction(database, keys, circle):
    async with database.write() as tx:
        await decisions.confirm_all(
            tx, keys, circle.session, {}, circle.facilitator.id, "facilitator", AFTER, "form"
        )
    assert set(await open_tasks(database, circle)) == {"call_2h", "call_this_week"}


async def test_a_correction_withdraws_the_call_and_another_opens_it_again(database, keys, circle):
    bela = circle.participants[1]
    for status, expected in (("attended", False), ("no_show", True)):
        async with database.write() as tx:
            await decisions.decide(
                tx,
                keys,
                circle.session,
                bela.id,
                status,
                "wrong_record",
                "",
                circle.coordinator.id,
                "coordinator",
                AFTER,
                status,
            )
        assert ("call_2h" in await open_tasks(database, circle)) is expected


async def finish(database, keys, circle, task, outcome, now=AFTER):
    async with database.write() as tx:
        return await tasks.finish(tx, keys, task.id, circle.coordinator.id, "coordinator", outcome, now)


async def test_what_a_person_finished_is_not_opened_again(database, keys, circle):
    call = (await open_tasks(database, circle))["call_2h"]
    done = await finish(database, keys, circle, call, "reached")
    assert (done.state, done.finished_by, done.outcome) == ("done", circle.coordinator.id, "reached")
    async with database.write() as tx:
        await duties.renew(tx, circle.group, AFTER)
    assert "call_2h" not in await open_tasks(database, circle)


@pytest.mark.parametrize(
    ("kind", "comes_back"), [(Kind.CONTRACT_UNSIGNED, True), (Kind.TECHNICAL_HELP, False)]
)
async def test_a_contract_still_unsigned_comes_back_when_the_next_reminder_would(
    database, keys, circle, kind, comes_back
):
    ada = circle.participants[0]
    asked = Wanted(
        key=f"{kind}|{ada.id}|1",
        kind=kind,
        group=circle.group,
        member=ada.id,
        session=None,
        reasons=("unsigned",),
        due_at=AFTER,
        owner_role=Owner.COORDINATOR,
    )
    async with database.write() as tx:
        await tasks.sync(tx, circle.group, [asked], AFTER)
    task = (await open_tasks(database, circle))[kind]
    assert (await finish(database, keys, circle, task, "reached")).state == "done"
    for days, open_again in ((0, False), (2, False), (3, comes_back), (4, comes_back)):
        async with database.write() as tx:
            await tasks.sync(tx, circle.group, [asked], AFTER + timedelta(days=days))
            found = await tasks.find(tx, task.id)
        assert (found.state == "open", found.finished_by is None) == (open_again, open_again)
    async with database.write() as tx:
        await tasks.sync(tx, circle.group, [], AFTER + timedelta(days=5))
        assert (await tasks.find(tx, task.id)).state == ("withdrawn" if comes_back else "done")


async def test_a_double_click_finishes_once(database, keys, circle):
    call = (await open_tasks(database, circle))["call_2h"]
    done = await asyncio.gather(*(finish(database, keys, circle, call, "reached") for _ in range(3)))
    assert sum(one is not None for one in done) == 1
    async with database.read() as tx:
        assert len(await audit.of_object(tx, circle.group, f"task:{call.id}")) == 1


async def test_a_call_nobody_answered_comes_back_a_day_later_until_the_third_try(database, keys, circle):
    call = (await open_tasks(database, circle))["call_2h"]
    for tries in (1, 2):
        now = AFTER + timedelta(days=tries)
        tried = await finish(database, keys, circle, call, "not_reached", now)
        assert (tried.state, tried.tried, tried.due_at) == ("open", tries, now + timedelta(days=1))
        async with database.write() as tx:
            await duties.renew(tx, circle.group, now)
        assert (await open_tasks(database, circle))["call_2h"] == tried
    last = await finish(database, keys, circle, call, "message_left", AFTER + timedelta(days=3))
    assert (last.state, last.outcome) == ("done", "message_left")


async def test_one_call_noted_three_times_counts_once(database, keys, circle):
    call = (await open_tasks(database, circle))["call_2h"]

    async def again():
        async with database.write() as tx:
            who = circle.coordinator.id
            return await tasks.finish(
                tx, keys, call.id, who, "coordinator", "not_reached", AFTER, tried=call.tried
            )

    done = await asyncio.gather(*(again() for _ in range(3)))
    assert sum(one is not None for one in done) == 1
    left = (await open_tasks(database, circle))["call_2h"]
    assert (left.state, left.tried) == ("open", 1)
    async with database.read() as tx:
        assert len(await audit.of_object(tx, circle.group, f"task:{call.id}")) == 1


async def test_nobody_finishes_a_task_with_an_unknown_word(database, keys, circle):
    call = (await open_tasks(database, circle))["call_2h"]
    with pytest.raises(UnknownOutcome):
        await finish(database, keys, circle, call, "expelled")
    async with database.read() as tx:
        assert await tasks.find(tx, "nothing") is None


async def test_a_wish_to_leave_stays_until_somebody_talked_about_it(database, keys, circle):
    ada = circle.participants[0]
    for expected in (True, False):
        async with database.write() as tx:
            opened = await tasks.open_one(
                tx,
                keys,
                circle.group,
                ada.id,
                "wants_to_leave",
                ["asked"],
                AFTER + timedelta(days=1),
                AFTER,
                by=ada.id,
                role="participant",
            )
            await duties.renew(tx, circle.group, AFTER)
        assert opened is expected
    assert (await open_tasks(database, circle))["wants_to_leave"].member == ada.id


async def test_a_refused_address_and_a_question_become_tasks(database, keys, circle):
    ada, bela = circle.participants
    async with database.write() as tx:
        await people.flag_contact(tx, ada.person, "550", AFTER)
        await questions.ask(tx, keys, bela.id, circle.session, "I was there", AFTER, "form")
    found = await open_tasks(database, circle)
    assert found["bounced_contact"].member == ada.id
    assert found["question_about_record"].member == bela.id


async def test_closed_sessions_nobody_recorded_put_no_minimum_at_risk(database, keys):
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        for ordinal in range(2, 13):
            other = await later(tx, made, ordinal, NOW + timedelta(weeks=ordinal - 1))
            if ordinal <= 6:
                await groups.set_session_state(tx, other, "closed", NOW + timedelta(weeks=ordinal))
        await groups.set_session_state(tx, made.session, "closed", AFTER)
        at = NOW + timedelta(weeks=6)
        await duties.renew(tx, made.group, at)
        line = await standing.of_member(tx, made.participants[0].id, at)
    assert "minimum_at_risk" not in await open_tasks(database, made, at)
    assert (line.standing.reachable.of, line.standing.can_reach, line.standing.rate) == (12, True, None)


async def test_a_group_that_is_over_wants_nothing(database, circle):
    async with database.write() as tx:
        await tx.execute(
            tasks.update(tasks.group)
            .where(tasks.group.c.id == circle.group)
            .values(state="ended", ended_at=AFTER)
        )
        await duties.renew(tx, circle.group, AFTER)
    assert await open_tasks(database, circle) == {}


async def test_those_looked_at_longest_ago_come_first(database, keys, circle):
    async with database.write() as tx:
        other = await make_circle(tx, keys)
        assert await tasks.longest_ago(tx, AFTER - timedelta(minutes=5), 10) == [other.group]
        await tasks.looked_at(tx, other.group, AFTER)
        assert await tasks.longest_ago(tx, AFTER - timedelta(minutes=5), 10) == []
        await tasks.touch(tx, circle.group)
        assert await tasks.longest_ago(tx, AFTER - timedelta(minutes=5), 10) == [circle.group]


async def test_choosing_for_a_brief_contact_ends_its_call(database, keys):
    async with database.write() as tx:
        made = await make_circle(tx, keys)
        ada = made.participants[0]
        await over(tx, made.session, {ada.id: (0, 5)})
        await duties.renew(tx, made.group, AFTER)
    assert "brief_contact_call" in await open_tasks(database, made)
    chosen = {ada.id: Change(status=Status.PARTIAL, reason=Reason.FACILITATOR_SAW)}
    async with database.write() as tx:
        done = await decisions.confirm_all(
            tx, keys, made.session, chosen, made.facilitator.id, "facilitator", AFTER, "form"
        )
        assert (await groups.session(tx, made.session)).state == "closed"
    assert done.left == ()
    assert "brief_contact_call" not in await open_tasks(database, made)
