"""What members are told about a change of dates: at most one message with new dates and one with cancelled
ones for each person. They wait a few minutes, so that a slip can be undone before anybody reads of it,
unless a session is near."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import delivery
from care.changes import STAND_IN as LED_BY
from care.delivery import Channel
from care.preview import Preview
from care.series import Dated
from store import groups
from store import outbox as messages
from store.tables import outbox

UNDO_FOR = timedelta(minutes=5)
SOON = timedelta(minutes=30)
"""What begins before this is told at once."""
AT_LEAST = timedelta(hours=1)
MOVED, CHANGED, CANCELLED, LED = "session_moved", "dates_changed", "session_cancelled", "session_led"
SUFFIXES = ("request", "cancel", "led")
OUT = ("transmitting", "sent", "uncertain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message of a change: what it is about."""

    kind: str
    suffix: str
    sessions: Sequence[Dated]
    soonest: datetime
    worth_until: datetime


def told(preview: Preview, added: Sequence[Dated], now: datetime) -> list[Told]:
    """The messages of a change: new dates in one, cancelled ones in another; a stand-in changes no date."""
    moved = {one.id for one in preview.moved}
    back = [one for one in preview.appended if one.id is not None]
    dated = [one for one in preview.after if one.id in moved] + back + list(added)
    led = [] if preview.kind != LED_BY else [one for one in preview.after if one not in preview.before]
    old = {one.id: one.starts_at for one in preview.before}
    found = (
        (MOVED if len(dated) == 1 else CHANGED, "request", dated),
        (CANCELLED, "cancel", preview.cancelled),
        (LED, "led", led),
    )
    return [
        Told(
            kind=kind,
            suffix=suffix,
            sessions=sessions,
            soonest=min(min(one.starts_at, old.get(one.id, one.starts_at)) for one in sessions),
            worth_until=max(now + AT_LEAST, *(max(one.starts_at, old.get(one.id, now)) for one in sessions)),
        )
        for kind, suffix, sessions in found
        if sessions
    ]


async def put(
    tx: AsyncConnection,
    change: str,
    group_id: str,
    preview: Preview,
    added: Sequence[Dated],
    now: datetime,
) -> None:
    """Queues the messages of a change to every present member who has a seat."""
    seated = [one for one in await groups.members(tx, group_id) if one.seat is not None]
    for one in told(preview, added, now):
        sessions = [{"session": each.id, "sequence": each.sequence} for each in one.sessions]
        for member in seated:
            await messages.put_near(
                tx,
                f"dates:{change}:{member.id}:{one.suffix}",
                one.kind,
                member.person,
                {"member": member.id, "change": change, "sessions": sessions},
                due_at=now if one.soonest - now < SOON else now + UNDO_FOR,
                expires_at=one.worth_until,
                now=now,
                soonest=one.soonest,
            )


async def withdraw(tx: AsyncConnection, change: str, group_id: str, now: datetime) -> bool:
    """Calls back every message of a change; False when one is out already."""
    await tx.execute(
        update(outbox)
        .where(
            outbox.c.key.in_(await keys_of(tx, change, group_id)),
            outbox.c.state.in_(("pending", "claimed")),
        )
        .values(state="withdrawn", token=None, lease_until=None, result="undone", finished_at=now)
    )
    return not await gone(tx, change, group_id)


async def gone(tx: AsyncConnection, change: str, group_id: str) -> bool:
    """True when a message of a change was sent, or may have been."""
    found = await tx.execute(
        select(outbox.c.id)
        .where(outbox.c.key.in_(await keys_of(tx, change, group_id)), outbox.c.state.in_(OUT))
        .limit(1)
    )
    return found.first() is not None


async def keys_of(tx: AsyncConnection, change: str, group_id: str) -> list[str]:
    """The keys that messages of a change have."""
    roster = await groups.roster(tx, group_id)
    mails = [f"dates:{change}:{one.id}:{suffix}" for one in roster for suffix in SUFFIXES]
    return [delivery.by_channel(key, channel) for key in mails for channel in Channel]
