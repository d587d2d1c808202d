"""How far each member of a group has come with a personal link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.delivery import MessageKind
from store.tables import device, link, member, outbox

LINKS = (MessageKind.INVITATION.value, MessageKind.JOIN_LINK.value, MessageKind.JOIN_LINK_AGAIN.value)
COMING = frozenset({"pending", "claimed", "transmitting"})


@dataclass(frozen=True, slots=True)
class LinkState:
    """`opened` on a device, `sent` and not opened, `waiting` to be sent, or `none` at any time; `at` is when
    it was first opened, last sent, or is to be sent."""

    state: Literal["opened", "sent", "waiting", "none"]
    at: datetime | None


async def of_group(tx: AsyncConnection, group_id: str) -> dict[str, LinkState]:
    """The state of each present participant, by member. Three statements, whatever the size of the group."""
    here = (member.c.group == group_id, member.c.role == "participant", member.c.left_at.is_(None))
    opened = await tx.execute(
        select(member.c.id, func.min(device.c.first_seen_at).label("at"))
        .outerjoin(device, device.c.member == member.c.id)
        .where(*here)
        .group_by(member.c.id)
    )
    found = {row.id: LinkState("opened" if row.at else "none", row.at) for row in opened}
    minted = await tx.execute(
        select(member.c.id, func.max(link.c.created_at).label("at"))
        .join(link, link.c.member == member.c.id)
        .where(*here, link.c.purpose == "join", ~link.c.single_use)
        .group_by(member.c.id)
    )
    sent = {row.id: row.at for row in minted}
    queued = await tx.execute(
        select(member.c.id, outbox.c.payload, outbox.c.state, outbox.c.due_at, outbox.c.finished_at)
        .join(outbox, outbox.c.person == member.c.person)
        .where(*here, outbox.c.kind.in_(LINKS), outbox.c.state.in_((*COMING, "sent")))
    )
    waiting: dict[str, datetime] = {}
    for row in queued:
        if row.payload.get("member") != row.id:
            continue
        if row.state in COMING:
            waiting[row.id] = row.due_at
        elif row.id not in sent:
            sent[row.id] = row.finished_at or row.due_at
    return {one: reached(state, sent.get(one), waiting.get(one)) for one, state in found.items()}


def reached(known: LinkState, sent: datetime | None, waiting: datetime | None) -> LinkState:
    """The furthest of what happened."""
    if known.state == "opened":
        return known
    if sent is not None:
        return LinkState("sent", sent)
    return LinkState("waiting", waiting) if waiting is not None else known
