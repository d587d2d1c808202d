"""What members hear about their contract: a reminder while it is unsigned, their dates once they signed.

A first contract is reminded of after three and six days; then a person calls. An amendment is told at once.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.outbox
import store.promised_to
from care import delivery
from care.delivery import MessageKind
from store.database import Database
from store.promised_to import Awaited, Signed

FIRST = (timedelta(days=3), timedelta(days=6))
AMENDED = (timedelta(0), *FIRST)
FRESH = timedelta(days=3)  # a reminder is worth sending this long; then the next one or a call follows
DATES_WORTH = timedelta(days=7)
LOOKS_BACK = timedelta(days=2)  # a tick that did not run for longer leaves the dates to the page


async def tick(db: Database, now: datetime) -> None:
    """Queues what is due. Keys make each purpose happen once, however often this runs."""
    async with db.read() as tx:
        unsigned = await store.promised_to.awaited(tx, now - max(AMENDED) - FRESH)
        signed = await store.promised_to.signed(tx, now - LOOKS_BACK)
    due = [(each, step) for each in unsigned for step in steps(each, now)]
    if due or signed:
        async with db.write() as tx:
            for each, step in due:
                await remind(tx, each, step, now)
            for one in signed:
                await tell_dates(tx, one, now)


def steps(awaited: Awaited, now: datetime) -> list[int]:
    """The reminders that are due now and still worth it, by their number in days."""
    chain = AMENDED if awaited.version > 1 else FIRST
    return [step.days for step in chain if awaited.since + step <= now < awaited.since + step + FRESH]


async def remind(tx: AsyncConnection, awaited: Awaited, step: int, now: datetime) -> bool:
    """Queues one reminder; False when it was queued before."""
    due_at = awaited.since + timedelta(days=step)
    return await store.outbox.put(
        tx,
        delivery.key(MessageKind.CONTRACT_REMINDER, awaited.member, str(awaited.version), str(step)),
        MessageKind.CONTRACT_REMINDER.value,
        awaited.person,
        {"member": awaited.member, "version": awaited.version},
        due_at=due_at,
        expires_at=due_at + FRESH,
        now=now,
    )


async def tell_dates(tx: AsyncConnection, signed: Signed, now: datetime) -> bool:
    """Queues all dates with their calendar entries; False when that was done before."""
    return await store.outbox.put(
        tx,
        delivery.key(MessageKind.DATES, signed.member, signed.group),
        MessageKind.DATES.value,
        signed.person,
        {"member": signed.member},
        due_at=signed.at,
        expires_at=signed.at + DATES_WORTH,
        now=now,
    )
