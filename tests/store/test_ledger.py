"""The stored ledger is the one the decisions make, entry by entry."""

import random
from datetime import timedelta

import pytest

from care import ledger as pure
from care.decision import CHOOSABLE
from store import decided, decisions, ledger
from tests.services.circle import NOW, make_circle
from tests.services.evenings import LASTS, later, over

AFTER = NOW + LASTS + timedelta(hours=1)


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_any_history_the_stored_entries_are_those_of_the_decisions(database, keys, seed):
    chance = random.Random(seed)
    async with database.write() as tx:
        circle = await make_circle(tx, keys)
        second = await later(tx, circle, 2, NOW + timedelta(hours=3))
        for session in (circle.session, second):
            await over(tx, session, {})
        sessions, ada = (circle.session, second), circle.participants[0]
    for number in range(20):
        session, status = chance.choice(sessions), chance.choice(sorted(CHOOSABLE))
        async with database.write() as tx:
            await decisions.decide(
                tx,
                keys,
                session,
                ada.id,
                status,
                "other",
                "",
                circle.coordinator.id,
                "coordinator",
                AFTER + timedelta(hours=4),
                f"form-{number}",
            )
    async with database.read() as tx:
        made = [one for session in sessions for one in await decided.history(tx, session, ada.id)]
        stored = await ledger.of_member(tx, ada.id)
        balances = await ledger.balances(tx, circle.group)
        of_place = [one for session in sessions for one in await ledger.of_place(tx, session, ada.id)]
    assert {one.id: one for one in stored} == {one.id: one for one in pure.entries(made)}
    assert sorted(one.id for one in of_place) == sorted(one.id for one in stored)
    assert balances.get(ada.id, 0) == pure.balance(stored) == len(pure.standing(stored))
