"""The messages a plan wants, in the outbox: added, moved, called back and wanted anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.delivery import Channel, MessageKind
from care.planned import Place
from care.reminders import Message
from care.replan import NOT_ASKED, OUT, PLANNED_KINDS, Mail, Row
from care.waves import Wave
from store.digests import MERGED
from store.ids import fresh_id
from store.tables import outbox

AT = "planned_at"
"""In the payload: when the plan last wanted the message to go, in ISO 8601."""
INVITATIONS = frozenset({MessageKind.CHECKIN_INVITATION.value, MessageKind.WEEKLY_CHECKIN.value})
Key = tuple[str, Wave, int]


async def of_members(tx: AsyncConnection, places: Sequence[Place]) -> list[Row]:
    """The messages about these places that only a plan writes."""
    if not places:
        return []
    own = {place.id for place in places}
    rows = await tx.execute(
        select(
            outbox.c.id,
            outbox.c.key,
            outbox.c.state,
            outbox.c.result,
            outbox.c.payload,
            outbox.c.expires_at,
        )
        .where(
            outbox.c.person.in_(sorted({place.person for place in places})),
            outbox.c.kind.in_(sorted(PLANNED_KINDS)),
            outbox.c.channel == Channel.MAIL.value,
        )
        .order_by(outbox.c.key)
    )
    return [as_row(row) for row in rows if row.payload.get("member") in own]


def as_row(row: Any) -> Row:
    """The message of a row."""
    planned_at = row.payload.get(AT)
    return Row(
        id=row.id,
        key=row.key,
        state=row.state,
        result=row.result,
        planned_at=None if planned_at is None else datetime.fromisoformat(planned_at),
        expires_at=row.expires_at,
    )


def told(rows: Iterable[Row]) -> frozenset[tuple[str, str, int]]:
    """Member, wave and number of the rounds whose invitation went out, or may have."""
    found = set()
    for row in rows:
        kind, *parts = row.key.split("|")
        out = row.state in OUT or (row.state, row.result) == ("withdrawn", MERGED)
        if kind in INVITATIONS and out and len(parts) == 4:
            found.add((parts[0], parts[1], int(parts[2])))
    return frozenset(found)


def applied(rows: Sequence[Row], wanted: Iterable[Message]) -> list[Row]:
    """The messages as they would be once these are in the outbox."""
    asked = {one.key: one for one in wanted}
    kept = [row for row in rows if row.state not in ("pending", "claimed") or row.key in asked]
    known = {row.key for row in kept}
    fresh = [
        Row(id="", key=one.key, state="pending", result="", planned_at=one.due_at, expires_at=one.expires_at)
        for one in asked.values()
        if one.key not in known
    ]
    return [
        replace(row, planned_at=asked[row.key].due_at, expires_at=asked[row.key].expires_at)
        if row.state == "pending"
        else row
        for row in kept
    ] + fresh


async def write(tx: AsyncConnection, letters: Mail, checkins: Mapping[Key, str], now: datetime) -> None:
    """Brings the outbox to what is wanted. What is being sent at this moment is looked at again there."""
    if letters.added:
        rows = [fresh(one, payload(one, checkins), now) for one in letters.added]
        await tx.execute(insert(outbox), rows)
    for row, message in (*letters.moved, *letters.back):
        await tx.execute(
            update(outbox)
            .where(outbox.c.id == row.id, outbox.c.state == row.state)
            .values(
                payload=payload(message, checkins),
                due_at=message.due_at,
                expires_at=message.expires_at,
                state="pending",
                result="",
                finished_at=None,
            )
        )
    if letters.withdrawn:
        await tx.execute(
            update(outbox)
            .where(
                outbox.c.id.in_([row.id for row in letters.withdrawn]),
                outbox.c.state.in_(("pending", "claimed")),
            )
            .values(state="withdrawn", token=None, lease_until=None, result=NOT_ASKED, finished_at=now)
        )


def fresh(one: Message, about: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A new row of the outbox."""
    return {
        "id": fresh_id(),
        "key": one.key,
        "kind": one.kind.value,
        "person": one.person,
        "channel": Channel.MAIL.value,
        "urgent": False,
        "payload": about,
        "created_at": now,
        "due_at": one.due_at,
        "expires_at": one.expires_at,
        "state": "pending",
        "attempts": 0,
        "repeats": 0,
        "result": "",
    }


def payload(one: Message, checkins: Mapping[Key, str]) -> dict[str, Any]:
    """Ids and numbers for the sender."""
    about = dict(one.about)
    found: dict[str, Any] = {"member": one.member, AT: one.due_at.isoformat()}
    if "wave" in about:
        found["checkin"] = checkins[one.member, Wave(str(about["wave"])), int(about["number"] or 0)]
    else:
        found |= about
    return found
