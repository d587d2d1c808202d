"""What the two people of an individual meeting are told: booked, moved, called off. Each with its calendar
entry, each in the transaction of its cause, under a key that holds the entry's own sequence and no time.
Before that a member is told once that there are times to choose from."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from care import delivery
from care.delivery import MessageKind
from care.meetings import Window
from store import individual
from store import outbox as messages
from store.groups import Member

BOOKED, MOVED, CANCELLED = "meeting_booked", "meeting_moved", "meeting_cancelled"
AT_LEAST = timedelta(hours=1)


async def put(
    tx: AsyncConnection,
    kind: str,
    booking_id: str,
    session_id: str,
    sequence: int,
    people: Iterable[Member],
    worth_until: datetime,
    now: datetime,
) -> None:
    """Queues one message to each of these people. What was not sent yet about an earlier state of the same
    meeting is called back: nobody is told of an hour that has passed away meanwhile."""
    for one in people:
        for earlier in range(sequence):
            for former in (BOOKED, MOVED):
                await messages.withdraw(tx, key(former, one.id, booking_id, earlier), "changed_since", now)
        await messages.put(
            tx,
            key(kind, one.id, booking_id, sequence),
            kind,
            one.person,
            {
                "member": one.id,
                "meeting": booking_id,
                "sessions": [{"session": session_id, "sequence": sequence}],
            },
            due_at=now,
            expires_at=max(worth_until, now + AT_LEAST),
            now=now,
        )


async def put_offer(
    tx: AsyncConnection, people: Iterable[Member], topic: str, window: Window, now: datetime
) -> None:
    """Queues a word about times to choose from, once for each member and topic, to whoever has not chosen.
    Before the weeks of the meeting begin nobody is asked."""
    for one in people:
        if one.role != "participant" or await individual.settled(tx, one.id, topic) is not None:
            continue
        await messages.put(
            tx,
            offer_key(one.id, topic),
            MessageKind.MEETING_OFFERED.value,
            one.person,
            {"member": one.id, "topic": topic},
            due_at=max(now, window.opens_at),
            expires_at=window.closes_at,
            now=now,
        )


async def chosen(tx: AsyncConnection, member_id: str, topic: str, now: datetime) -> None:
    """Calls back the word about times to choose from: there is nothing to choose any more."""
    await messages.withdraw(tx, offer_key(member_id, topic), "chosen", now)


def offer_key(member_id: str, topic: str) -> str:
    """The unique key of the word about times to choose from."""
    return delivery.key(MessageKind.MEETING_OFFERED, member_id, topic)


def key(kind: str, member_id: str, booking_id: str, sequence: int) -> str:
    """The unique key of one such message."""
    return "|".join((kind, member_id, booking_id, "", str(sequence)))
