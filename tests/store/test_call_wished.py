"""Who wishes for a call after the group gets one: a task for the facilitators, and for nobody else."""

from datetime import timedelta
from gettext import NullTranslations

import pytest
from sqlalchemy import select

from care import forms
from server.pages import audit_words
from store import audit_view, checkins, duties, filling, tasks
from store.filling import Hand
from store.tables import audit
from tests.services.asked import ask
from tests.services.circle import NOW, make_circle


@pytest.fixture
async def circle(database, keys):
    async with database.write() as tx:
        return await make_circle(tx, keys)


async def followup(database, circle, months=1):
    """A follow-up of Ada's that takes answers."""
    async with database.write() as tx:
        name = await ask(tx, circle.participants[0].id, circle.session, NOW, "followup", number=months)
        assert await checkins.mark_opened(tx, name, "followup.1", NOW)
        return await checkins.find(tx, name)


async def say(database, keys, one, said, hand=None):
    hand = hand or Hand(member=one.member, role="participant", device="a" * 16)
    async with database.write() as tx:
        await filling.give(tx, keys, one, forms.build("followup.1", {}), {"call_wished": said}, hand, NOW)


async def calls(database, circle):
    async with database.read() as tx:
        return [one for one in await tasks.of_groups(tx, [circle.group], NOW) if one.kind == "call_wished"]


async def test_a_yes_opens_a_task_for_the_facilitators(database, keys, circle):
    one = await followup(database, circle)
    await say(database, keys, one, "yes")
    (call,) = await calls(database, circle)
    assert (call.member, call.owner_role, call.reasons) == (one.member, "facilitator", ())
    assert NOW < call.due_at <= NOW + timedelta(days=3)


@pytest.mark.parametrize("said", ["no", "unsure", None])
async def test_anything_else_opens_none(database, keys, circle, said):
    await say(database, keys, await followup(database, circle), said)
    assert await calls(database, circle) == []


async def test_it_is_opened_once_for_each_form(database, keys, circle):
    one = await followup(database, circle)
    for said in ("yes", "no", "yes"):
        await say(database, keys, one, said)
    (call,) = await calls(database, circle)
    async with database.write() as tx:
        await tasks.finish(tx, keys, call.id, circle.facilitator.id, "facilitator", "reached", NOW)
    for said in ("no", "yes"):
        await say(database, keys, one, said)
    assert await calls(database, circle) == []
    await say(database, keys, await followup(database, circle, months=3), "yes")
    assert len(await calls(database, circle)) == 1


async def test_the_clock_leaves_it_open(database, keys, circle):
    await say(database, keys, await followup(database, circle), "yes")
    async with database.write() as tx:
        await duties.renew(tx, circle.group, NOW + timedelta(days=30))
    assert len(await calls(database, circle)) == 1


async def test_what_a_facilitator_writes_down_counts_too(database, keys, circle):
    hand = Hand(member=circle.facilitator.id, role="facilitator", device="b" * 16, mode="phone")
    await say(database, keys, await followup(database, circle), "yes", hand)
    assert len(await calls(database, circle)) == 1


async def test_the_history_a_coordinator_sees_does_not_tell_it(database, keys, circle):
    known = audit_words.acts(NullTranslations())
    await say(database, keys, await followup(database, circle), "yes")
    (call,) = await calls(database, circle)
    async with database.write() as tx:
        await tasks.finish(tx, keys, call.id, circle.facilitator.id, "facilitator", "reached", NOW)
    async with database.read() as tx:
        seen = await audit_view.of_group(tx, circle.group, known)
        kept = set((await tx.execute(select(audit.c.action))).scalars())
    assert not [one for one in seen if "task" in one.action]
    assert {"answered_task_opened", "answered_task_worked_on"} <= kept
