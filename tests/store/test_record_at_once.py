"""Everybody at once on one group: nothing is lost, nothing is doubled, nobody waits for ever."""

import asyncio
from datetime import timedelta

from care.decision import Change, Reason
from care.verdict import Status
from store import (
    absence,
    audit,
    by_hand,
    decided,
    decisions,
    duties,
    groups,
    ledger,
    proposing,
    questions,
    tasks,
)
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, later, over

AFTER = NOW + LASTS + timedelta(minutes=5)
MISSED = {Status.NO_SHOW, Status.EXCUSED, Status.LATE_CANCEL, Status.LATE_NOT_ADMITTED}


async def test_two_coordinators_a_facilitator_the_clock_and_members_at_once(database, keys):
    async with database.write() as tx:
        circle = await make_circle(tx, keys, participants=4)
        coming = await later(tx, circle, 2, NOW + timedelta(weeks=1))
        ada, bela, cleo, dora = circle.participants
        await over(tx, circle.session, {ada.id: (0, 90), bela.id: (0, 5)})
        await duties.renew(tx, circle.group, AFTER)
    fay, cory = circle.facilitator.id, circle.coordinator.id

    async def confirm(number):
        chosen = {bela.id: Change(status=Status.PARTIAL, reason=Reason.FACILITATOR_SAW)}
        async with database.write() as tx:
            await decisions.confirm_all(
                tx, keys, circle.session, chosen, fay, "facilitator", AFTER, f"confirm-{number % 2}"
            )

    async def correct(number):
        status, form = ("excused" if number % 2 else "attended"), f"correct-{number}"
        async with database.write() as tx:
            await decisions.decide(
                tx,
                keys,
                circle.session,
                cleo.id,
                status,
                "other",
                "",
                cory,
                "coordinator",
                AFTER,
                form,
            )

    async def say_away(number):
        async with database.write() as tx:
            await absence.give(tx, keys, dora.id, coming, "ill", "", dora.id, AFTER)

    async def ask(number):
        async with database.write() as tx:
            await questions.ask(tx, keys, ada.id, circle.session, "Was I there?", AFTER, "one form")

    async def tick(number):
        async with database.write() as tx:
            await duties.renew(tx, circle.group, AFTER + timedelta(minutes=number))

    async def close_again(number):
        async with database.write() as tx:
            await tasks.hold(tx, circle.group)
            await proposing.propose(tx, await groups.session(tx, circle.session), AFTER)

    async def call(number):
        async with database.read() as tx:
            found = await tasks.of_groups(tx, [circle.group], AFTER)
        for one in found:
            async with database.write() as tx:
                await tasks.finish(tx, keys, one.id, cory, "coordinator", "reached", AFTER)

    async def telephone(number):
        async with database.write() as tx:
            await by_hand.enter(
                tx,
                keys,
                circle.session,
                dora.id,
                "phone",
                NOW,
                NOW + LASTS,
                None,
                "phone",
                fay,
                "facilitator",
                AFTER,
                "one entry",
            )

    work = (confirm, correct, say_away, ask, tick, close_again, call, telephone)
    await asyncio.gather(*(do(number) for number in range(4) for do in work))
    async with database.read() as tx:
        said = await decided.of_session(tx, circle.session)
        balances = await ledger.balances(tx, circle.group)
        assert await audit.verify(tx, keys) is None
        assert len(await questions.of_group(tx, keys, circle.group)) == 1
        assert len(await by_hand.of_session(tx, circle.session)) == 1
        assert len(await absence.of_session(tx, coming)) == 1
        open_now = await tasks.of_groups(tx, [circle.group], AFTER)
    for member, history in said.items():
        assert balances.get(member, 0) == (history[-1].status in MISSED)
        assert [one.replaces for one in history] == [None, *(one.status for one in history[:-1])]
    assert len(said[cleo.id]) >= 4
    assert len(open_now) == len({one.key for one in open_now})
