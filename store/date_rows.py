"""Dated sessions as rows and as JSON: one preview written into the table of sessions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.series import Dated
from store import signals
from store.conflict import Conflict
from store.ids import fresh_id, fresh_uid
from store.tables import session as meeting

TOPIC = "sessions"
ASIDE = 1000
"""Added to numbers while they are exchanged, so that no two sessions have one meanwhile."""


def as_dated(row: Row[Any]) -> Dated:
    """The session of a row."""
    return Dated(
        id=row.id,
        uid=row.uid,
        sequence=row.sequence,
        ordinal=row.ordinal,
        local=datetime.fromisoformat(row.local_at),
        zone=row.zone,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state,
        tzdata=row.tzdata,
        stand_in=row.stand_in,
    )


def columns(one: Dated) -> dict[str, Any]:
    """A session's values for its row, but for its id and name."""
    return {
        "ordinal": one.ordinal,
        "local_at": one.local.isoformat(timespec="minutes"),
        "tzdata": one.tzdata,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "zone": one.zone,
        "state": one.state,
        "sequence": one.sequence,
        "stand_in": one.stand_in,
    }


async def write(
    tx: AsyncConnection, group_id: str, before: Sequence[Dated], after: Sequence[Dated], now: datetime
) -> tuple[Dated, ...]:
    """Makes the stored sessions those of `after`; returns the added ones with their ids. Numbers are
    exchanged in two steps, so that the rule "one session a number" holds after each statement. Raises
    Conflict."""
    old = {one.id: one for one in before}
    changed = [(old[one.id], one) for one in after if one.id is not None and old[one.id] != one]
    # Those that lose their number first, then those that exchange theirs, then the added ones.
    changed.sort(key=lambda pair: pair[1].state != "cancelled")
    moving = [new.id for was, new in changed if None not in (was.ordinal, new.ordinal)]
    for was, new in changed:
        if new.state == "cancelled":
            await store_one(tx, was, new, now)
    await tx.execute(
        update(meeting).where(meeting.c.id.in_(moving)).values(ordinal=meeting.c.ordinal + ASIDE)
    )
    for was, new in changed:
        if new.state != "cancelled":
            await store_one(tx, was, new, now)
    added = tuple([await add(tx, group_id, one) for one in after if one.id is None])
    await link_replaced(tx, changed, added)
    return added


async def store_one(tx: AsyncConnection, was: Dated, new: Dated, now: datetime) -> None:
    """One changed session, with what hangs on its time. Raises Conflict where it is no longer in the state
    it was."""
    values = columns(new)
    if new.state != was.state:
        values["closed_at"] = now if new.state == "cancelled" else None
        values["replaced_by"] = None
    if new.starts_at != was.starts_at:
        values["moved_from"] = was.starts_at
    done = await tx.execute(
        update(meeting).where(meeting.c.id == new.id, meeting.c.state == was.state).values(**values)
    )
    if done.rowcount != 1:
        # A room may open at any moment, and does not ask for the group first.
        raise Conflict("a session has begun meanwhile")
    if new.state == "cancelled" != was.state:
        await signals.put(tx, TOPIC, {"what": "cancelled", "session": new.id}, now)
        return
    if (new.starts_at, new.ends_at) != (was.starts_at, was.ends_at):
        # People may stand at its door already, in a room that knows the former hours.
        await signals.put(tx, TOPIC, {"what": "moved", "session": new.id}, now)


async def add(tx: AsyncConnection, group_id: str, one: Dated) -> Dated:
    """Stores a new session; returns it with its id and name."""
    made = replace(one, id=one.id or fresh_id(), uid=one.uid or fresh_uid())
    await tx.execute(insert(meeting).values(id=made.id, uid=made.uid, group=group_id, **columns(made)))
    return made


async def link_replaced(
    tx: AsyncConnection, changed: Sequence[tuple[Dated, Dated]], added: Sequence[Dated]
) -> None:
    """Where one session was cancelled and one was added, the first names the second."""
    gone = [new for was, new in changed if new.state == "cancelled" != was.state]
    if len(gone) == len(added) == 1:
        await tx.execute(update(meeting).where(meeting.c.id == gone[0].id).values(replaced_by=added[0].id))


def document(dated: Sequence[Dated]) -> list[dict[str, Any]]:
    """Sessions as JSON values."""
    return [
        {
            "id": one.id,
            "uid": one.uid,
            "sequence": one.sequence,
            "ordinal": one.ordinal,
            "local": one.local.isoformat(timespec="minutes"),
            "zone": one.zone,
            "starts_at": one.starts_at.astimezone(UTC).isoformat(),
            "ends_at": one.ends_at.astimezone(UTC).isoformat(),
            "state": one.state,
            "tzdata": one.tzdata,
            "stand_in": one.stand_in,
        }
        for one in dated
    ]


def read(values: Sequence[dict[str, Any]]) -> tuple[Dated, ...]:
    """The sessions of JSON values."""
    return tuple(
        Dated(
            id=one["id"],
            uid=one["uid"],
            sequence=one["sequence"],
            ordinal=one["ordinal"],
            local=datetime.fromisoformat(one["local"]),
            zone=one["zone"],
            starts_at=datetime.fromisoformat(one["starts_at"]),
            ends_at=datetime.fromisoformat(one["ends_at"]),
            state=one["state"],
            tzdata=one["tzdata"],
            stand_in=one["stand_in"],
        )
        for one in values
    )
