"""What is to be sent, one row per purpose. The row is written in the transaction of its cause; the key makes
a second row for the same purpose impossible. A row holds ids, never a token, an address or a finished text.

pending -> claimed -> transmitting -> sent | failed; a crash while transmitting leaves `uncertain`, because
nobody can know whether the provider took the message. The promise: never two sends of one purpose by
design or by concurrency; at most one repeat, recorded, after such a crash.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import delivery
from care.delivery import Channel
from store import upsert
from store.ids import fresh_id
from store.tables import outbox, person

LEASE_S = 60.0
# Written out, so that a prepared statement can use the index over what waits.
PENDING = outbox.c.state == literal_column("'pending'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One row. `token` proves a claim while it lasts; `result` is the last reply or reason in a few words."""

    id: str
    key: str
    kind: str
    person: str
    channel: Channel
    urgent: bool
    payload: Mapping[str, Any]
    state: str
    attempts: int
    repeats: int
    token: str | None
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    lease_until: datetime | None
    message_id: str | None
    result: str
    finished_at: datetime | None


async def put(
    tx: AsyncConnection,
    key: str,
    kind: str,
    person: str,
    payload: Mapping[str, Any],
    due_at: datetime,
    expires_at: datetime,
    now: datetime,
    channel: Channel = Channel.MAIL,
) -> bool:
    """Queues a message; False when the key exists. One that is still pending then takes the new times and
    payload where its end or payload differ: a moved session moves its reminder. Otherwise it stays as it is,
    as it may wait for the end of somebody's quiet hours."""
    fresh = upsert.insert(tx, outbox).values(
        id=fresh_id(),
        key=key,
        kind=kind,
        person=person,
        channel=channel.value,
        urgent=delivery.urgent(kind),
        payload=dict(payload),
        created_at=now,
        due_at=due_at,
        expires_at=expires_at,
        state="pending",
        attempts=0,
        repeats=0,
        result="",
    )
    done = await tx.execute(fresh.on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id))
    if done.first() is not None:
        return True
    await tx.execute(
        update(outbox)
        .where(
            outbox.c.key == key,
            outbox.c.state == "pending",
            outbox.c.attempts == 0,
            or_(outbox.c.expires_at != expires_at, outbox.c.payload != dict(payload)),
        )
        .values(payload=dict(payload), due_at=due_at, expires_at=expires_at)
    )
    return False


async def put_near(
    tx: AsyncConnection,
    key: str,
    kind: str,
    person_id: str,
    payload: Mapping[str, Any],
    due_at: datetime,
    expires_at: datetime,
    now: datetime,
    soonest: datetime,
) -> bool:
    """Queues a mail, and with it a text to somebody who allows texts where what it speaks of is near.
    Returns whether the mail is new."""
    new = await put(tx, key, kind, person_id, payload, due_at, expires_at, now)
    if kind in delivery.TEXTED and soonest - now <= delivery.TEXTED_WITHIN:
        allows = await tx.execute(select(person.c.texts).where(person.c.id == person_id))
        if allows.scalar_one_or_none():
            by_text = delivery.by_channel(key, Channel.TEXT)
            await put(tx, by_text, kind, person_id, payload, due_at, expires_at, now, Channel.TEXT)
    return new


async def claim(
    tx: AsyncConnection,
    now: datetime,
    limit: int = 20,
    lease_s: float = LEASE_S,
    channels: Sequence[Channel] = tuple(Channel),
    urgent: bool = False,
) -> list[Message]:
    """Takes due, unexpired rows, oldest first, for `lease_s` seconds: the urgent ones or all others. Rows
    another sender is taking are passed over."""
    due = (
        select(outbox.c.id)
        .where(
            PENDING,
            outbox.c.urgent == urgent,
            outbox.c.due_at <= now,
            outbox.c.expires_at > now,
            outbox.c.channel.in_([one.value for one in channels]),
        )
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = [await take(tx, key, now, lease_s) for key in (await tx.execute(due)).scalars().all()]
    return [message for message in taken if message is not None]


async def take(tx: AsyncConnection, key: str, now: datetime, lease_s: float) -> Message | None:
    """Claims one row if it is still pending."""
    row = (
        await tx.execute(
            update(outbox)
            .where(outbox.c.id == key, outbox.c.state == "pending")
            .values(state="claimed", token=fresh_id(), lease_until=now + timedelta(seconds=lease_s))
            .returning(outbox)
        )
    ).first()
    return None if row is None else as_message(row)


async def transmitting(tx: AsyncConnection, message: str, token: str, message_id: str, now: datetime) -> bool:
    """From here on a crash leaves the row uncertain. False when the claim no longer holds: do not send.
    Commit before speaking to the provider."""
    return await changed(
        tx,
        update(outbox)
        .where(
            outbox.c.id == message,
            outbox.c.state == "claimed",
            outbox.c.token == token,
            outbox.c.lease_until > now,
        )
        .values(state="transmitting", message_id=message_id, attempts=outbox.c.attempts + 1),
    )


async def sent(tx: AsyncConnection, message: str, token: str, result: str, now: datetime) -> bool:
    """The provider accepted it. True also when a recovery had called the row uncertain meanwhile."""
    return await changed(
        tx,
        update(outbox)
        .where(outbox.c.id == message, mine_or_lost(token))
        .values(state="sent", token=None, lease_until=None, result=result, finished_at=now),
    )


async def retry(tx: AsyncConnection, message: str, token: str, due_at: datetime, result: str) -> bool:
    """The provider said "later": pending again, due then."""
    return await settle(tx, message, token, state="pending", due_at=due_at, result=result)


async def release(tx: AsyncConnection, message: str, token: str, due_at: datetime) -> bool:
    """Gives an unsent row back without counting an attempt: quiet hours, a daily cap, a provider that is
    down."""
    return await settle(tx, message, token, state="pending", due_at=due_at)


async def failed(tx: AsyncConnection, message: str, token: str, result: str, now: datetime) -> bool:
    """The provider refused for good."""
    return await settle(tx, message, token, state="failed", result=result, finished_at=now)


async def uncertain(tx: AsyncConnection, message: str, token: str, result: str, now: datetime) -> bool:
    """The connection broke after the message was handed over; a person or the one repeat decides."""
    return await settle(tx, message, token, state="uncertain", result=result, finished_at=now)


async def withdraw(tx: AsyncConnection, target: str, result: str, now: datetime) -> bool:
    """Ends a row by id or key that is pending or claimed; one already being transmitted cannot be called
    back."""
    return await changed(
        tx,
        update(outbox)
        .where(or_(outbox.c.id == target, outbox.c.key == target), outbox.c.state.in_(("pending", "claimed")))
        .values(state="withdrawn", token=None, lease_until=None, result=result, finished_at=now),
    )


async def expire(tx: AsyncConnection, now: datetime) -> int:
    """Ends what is too late to send; returns how many."""
    done = await tx.execute(
        update(outbox).where(PENDING, outbox.c.expires_at <= now).values(state="expired", finished_at=now)
    )
    return done.rowcount


async def recover(
    tx: AsyncConnection, now: datetime, urgent: bool | None = None
) -> tuple[list[Message], list[Message]]:
    """After a sender died: its claimed rows are pending again, its transmitting rows are uncertain.
    Returns both. `urgent` narrows it to those rows or to all others."""
    which = [] if urgent is None else [outbox.c.urgent == urgent]
    back = await tx.execute(
        over(now, "claimed")
        .where(*which)
        .values(state="pending", token=None, lease_until=None)
        .returning(outbox)
    )
    lost = await tx.execute(
        over(now, "transmitting")
        .where(*which)
        .values(state="uncertain", token=None, lease_until=None, result="the sender stopped", finished_at=now)
        .returning(outbox)
    )
    return [as_message(row) for row in back.all()], [as_message(row) for row in lost.all()]


async def put_back(tx: AsyncConnection, message: str, now: datetime, most: int = 1) -> bool:
    """Repeats an uncertain row under the same Message-ID, at most `most` times in its life and not after
    it expires."""
    return await changed(
        tx,
        update(outbox)
        .where(
            outbox.c.id == message,
            outbox.c.state == "uncertain",
            outbox.c.repeats < most,
            outbox.c.expires_at > now,
        )
        .values(state="pending", repeats=outbox.c.repeats + 1, due_at=now, finished_at=None),
    )


async def listing(tx: AsyncConnection, limit: int = 200, state: str | None = None) -> list[Message]:
    """Rows for the operations page, newest due first."""
    query = select(outbox).order_by(outbox.c.due_at.desc(), outbox.c.id).limit(limit)
    rows = await tx.execute(query if state is None else query.where(outbox.c.state == state))
    return [as_message(row) for row in rows]


async def find(tx: AsyncConnection, target: str) -> Message | None:
    """A row by id or key."""
    row = (await tx.execute(select(outbox).where(or_(outbox.c.id == target, outbox.c.key == target)))).first()
    return None if row is None else as_message(row)


async def sent_since(tx: AsyncConnection, person: str, since: datetime) -> int:
    """How many messages a person was sent, for the daily cap. Uncertain ones count: they may have arrived."""
    query = select(func.count()).where(
        outbox.c.person == person, outbox.c.state.in_(("sent", "uncertain")), outbox.c.finished_at >= since
    )
    return (await tx.execute(query)).scalar_one()


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """Rows by state, for the metrics."""
    rows = await tx.execute(select(outbox.c.state, func.count().label("rows")).group_by(outbox.c.state))
    return {row.state: row.rows for row in rows}


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a purpose: the same at each attempt, so that a mailbox can tell a repeat (RFC 5322
    3.6.4)."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


async def settle(tx: AsyncConnection, message: str, token: str, **values: Any) -> bool:
    """Ends a claim that still holds."""
    return await changed(
        tx,
        update(outbox)
        .where(outbox.c.id == message, outbox.c.token == token)
        .values(token=None, lease_until=None, **values),
    )


def mine_or_lost(token: str) -> Any:
    """Rows of this claim, or uncertain ones: an acceptance that arrives late is still an acceptance."""
    return or_(outbox.c.token == token, outbox.c.state == "uncertain")


def over(now: datetime, state: str) -> Update:
    """Rows whose lease has run out in this state."""
    return update(outbox).where(outbox.c.state == state, outbox.c.lease_until <= now)


async def changed(tx: AsyncConnection, statement: Update) -> bool:
    """True when exactly the meant row changed."""
    return (await tx.execute(statement)).rowcount == 1


def as_message(row: Row[tuple[Any, ...]]) -> Message:
    """The message of a row."""
    return Message(**{**row._mapping, "channel": Channel(row.channel)})
