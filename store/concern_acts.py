"""What a person does with a concern: has it, hands it on, spoke with the member, says what came of it. Each
act is one line of its history. Only `close` ends one, and only with words."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import concern as clockwork
from care.concern import State
from store import alerts, audit, chain, concern_doors, concern_rows, outbox, tasks
from store.concern_rows import Concern, find_known, move, note, place_of
from store.doors import NotAllowed
from store.sealing import Keys
from store.tables import alert, concern

TRIED = ("no_answer", "message_left", "wrong_number")


async def acknowledge(
    tx: AsyncConnection, keys: Keys, concern_id: str, person: str, now: datetime
) -> Concern:
    """ "I have it": the alerts that still wait are withdrawn, and the clock for the call goes on. Raises
    NotAllowed, NotPossible for a closed one."""
    found = await held(tx, concern_id, person)
    await move(tx, found, clockwork.acknowledged(found.clock, now), now, owner=person)
    await note(tx, keys, found, "acknowledged", person, now)
    await tx.execute(
        update(alert)
        .where(alert.c.concern == found.id, alert.c.person == person, alert.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now)
    )
    await withdraw(tx, found, "acknowledged", now)
    return await find_known(tx, found.id)


async def hand_on(
    tx: AsyncConnection, keys: Keys, concern_id: str, person: str, to: str, words: str, now: datetime
) -> Concern:
    """Another person is told at once; until they say that they have it, nobody has. Raises NotAllowed, also
    where the other could not open it, ValueError without words or to oneself."""
    found = await held(tx, concern_id, person)
    if to == person or not words.strip():
        raise ValueError("to whom, and what they need to know")
    if to not in await concern_doors.could_take(tx, found):
        raise NotAllowed("concern")
    await move(tx, found, clockwork.handed_on(found.clock, now), now, owner=None)
    await note(tx, keys, found, "handed_on", person, now, code=to, text=words)
    await alerts.tell(tx, keys, await find_known(tx, found.id), "handed_on", [to], now)
    return await find_known(tx, found.id)


async def tried(
    tx: AsyncConnection, keys: Keys, concern_id: str, person: str, how: str, now: datetime
) -> None:
    """A call that reached nobody: written down, and the clock goes on. Raises ValueError, NotAllowed."""
    if how not in TRIED:
        raise ValueError("no such way of not reaching somebody")
    found = await held(tx, concern_id, person)
    await note(tx, keys, found, "tried", person, now, code=how)


async def contacted(
    tx: AsyncConnection, keys: Keys, concern_id: str, person: str, words: str, now: datetime
) -> Concern:
    """Somebody spoke with the member. What was agreed goes with it, and the outcome is still to come."""
    found = await held(tx, concern_id, person)
    if not words.strip():
        raise ValueError("what was said, in a few words")
    await move(tx, found, clockwork.contacted(found.clock, now), now, owner=person, contacted_at=now)
    await note(tx, keys, found, "contacted", person, now, text=words)
    await withdraw(tx, found, "contacted", now)
    await tasks.touch(tx, found.group)
    return await find_known(tx, found.id)


async def close(
    tx: AsyncConnection,
    keys: Keys,
    concern_id: str,
    person: str,
    outcome: str,
    now: datetime,
    uncalled: str = "",
) -> Concern:
    """What came of it, in words; the concern is over. `uncalled` is why nobody called a member who wished for
    it. Raises NotPossible without words, or before somebody has it: nothing is dismissed unread; CallOwed
    where a wish for a call is still open."""
    found = await held(tx, concern_id, person)
    owed = clockwork.call_owed(found.state, found.wish)
    clock = clockwork.closed(found.clock, outcome, found.wish, uncalled)
    if found.state == State.OPEN:
        raise clockwork.NotPossible("nobody has said yet that they have it")
    about = await place_of(tx, found.member)
    sealed = await keys.seal(tx, about.person, "concern", "outcome", found.id, outcome.strip())
    await move(tx, found, clock, now, closed_at=now, closed_by=person, outcome_sealed=sealed)
    if owed:
        await note(tx, keys, found, "uncalled", person, now, text=uncalled.strip())
    await note(tx, keys, found, "outcome", person, now, text=outcome)
    await withdraw(tx, found, "closed", now)
    await tasks.touch(tx, found.group)
    await audit.append(
        tx,
        keys,
        actor=person,
        role="clinician",
        action="concern_closed",
        object=f"concern:{found.id}",
        now=now,
    )
    return await find_known(tx, found.id)


async def held(tx: AsyncConnection, concern_id: str, person: str) -> Concern:
    """The open concern, held until the transaction ends, for somebody who may work on it. Raises NotAllowed,
    NotPossible for a closed one."""
    await chain.hold(tx)
    await tx.execute(select(concern.c.id).where(concern.c.id == concern_id).with_for_update())
    found = await concern_doors.of_staff(tx, concern_id, person)
    if found.state == State.CLOSED:
        raise clockwork.NotPossible("the concern is closed")
    return found


async def withdraw(tx: AsyncConnection, about: Concern, why: str, now: datetime) -> None:
    """Alerts that are still waiting to be sent are not needed any more."""
    rows = await tx.execute(select(alert.c.id).where(alert.c.concern == about.id))
    for key in rows.scalars().all():
        await outbox.withdraw(tx, alerts.key_of(key), why, now)


async def hop(tx: AsyncConnection, keys: Keys, about: Concern, now: datetime) -> None:
    """The clock's own act: the next person is told. It never ends anything."""
    clock = clockwork.hopped(about.clock, now)
    lapsed = about.state == State.ACKNOWLEDGED
    await concern_rows.move(tx, about, clock, now)
    if lapsed:
        await note(tx, keys, about, "lapsed", alerts.PROCESS, now)
    await alerts.take_step(tx, keys, await find_known(tx, about.id), now)
