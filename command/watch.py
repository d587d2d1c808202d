"""The on-call chain of the demo: two clinicians, proved by a test alert every four weeks, so that the PHQ-9
is asked whole; and what they do when an answer worries. Everybody in it is invented."""

from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.alerts
import store.concern_acts
import store.on_call
import store.people_own
import store.staff
from care.chain import TEST_HOLDS, Chain, OnCall
from care.staffed import Calendar, Hours
from server.staff.passwords import NOBODY
from store.on_call import Rota
from store.sealing import Keys
from store.staff import Staff

DAY_AND_NIGHT = tuple(Hours(weekday=day, starts=time(0), ends=time(0)) for day in range(7))
"""A demo is looked at whenever somebody has time."""
SINCE = timedelta(days=150)
EVERY = TEST_HOLDS - timedelta(days=2)
NUMBERS = ("+49 30 5550101", "+49 30 5550102")
"""Such numbers are dialled in films; the demo sends nothing anyway."""
TAKEN_AFTER, SPOKEN_AFTER, CLOSED_AFTER = timedelta(minutes=18), timedelta(hours=2), timedelta(days=1)
SPOKEN = "Called at once. Tired of everything, no plan, not alone at home. We went through whom to call."
OUTCOME = (
    "Seen by her doctor the next day, who knows of it now. Safety plan written together and read out. "
    "We speak about it in the group when she wants to."
)


async def set_up(
    tx: AsyncConnection, keys: Keys, people: tuple[Staff, Staff], zone: str, now: datetime
) -> None:
    """Makes these two the chain, as it has been for as long as the demo's groups go back."""
    for one, number in zip(people, NUMBERS, strict=True):
        # They come in by links: no password fits.
        await store.staff.set_password(tx, keys, one.id, NOBODY, now)
        await store.people_own.change(tx, keys, one.person, by=one.id, role="staff", now=now, callback=number)
    at = now - SINCE
    while at < now:
        await _prove(tx, people, at)
        at += EVERY
    first, second = people
    rota = Rota(
        calendar=Calendar(zone=zone, hours=DAY_AND_NIGHT),
        chain=Chain(people=(OnCall(staff=first.id), OnCall(staff=second.id)), lead=first.id),
        phq9=True,
    )
    await store.on_call.set_rota(tx, keys, rota, first.id, now - SINCE + timedelta(hours=1))


async def _prove(tx: AsyncConnection, people: tuple[Staff, Staff], at: datetime) -> None:
    """A test alert to both, acknowledged some minutes later."""
    await store.alerts.send_tests(tx, [one.person for one in people], at)
    for one in people:
        for sent in await store.alerts.tests_of(tx, one.person, at - timedelta(minutes=1)):
            await store.alerts.acknowledge(tx, sent.id, at + timedelta(minutes=4))


async def work_on(tx: AsyncConnection, keys: Keys, concern: str, person: str, at: datetime) -> None:
    """Somebody has it, speaks with the member, and says the next day what came of it."""
    await store.concern_acts.acknowledge(tx, keys, concern, person, at + TAKEN_AFTER)
    await store.concern_acts.contacted(tx, keys, concern, person, SPOKEN, at + SPOKEN_AFTER)
    await store.concern_acts.close(tx, keys, concern, person, OUTCOME, at + CLOSED_AFTER)
