"""What is deleted when. One table of rules; `due` counts without deleting, `purge` deletes in bounded steps.

Decisions, proposals, contracts, check-ins with their answers and individual meetings stay: how long is the
clinic's to say. The audit and the access log stay: they answer for years who did and who saw what. Concerns,
their history, the answers that were looked at, and the versions of the on-call chain stay, too. So does the
work with a member, try-outs and summaries of sessions, the words of questionnaires, and who looked at which
prompt about scores.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, Table, and_, delete, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from store import tables as t

MOST = 2000
YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of one table that are over at a moment."""

    table: Table
    over: Callable[[datetime], ColumnElement[bool]]


def older(column: Column[datetime], **age: float) -> Callable[[datetime], ColumnElement[bool]]:
    """True for rows whose instant lies further back."""
    return lambda now: column <= now - timedelta(**age)


def session_closed(column: Column[str], **age: float) -> Callable[[datetime], ColumnElement[bool]]:
    """True for rows of sessions that ended further back."""
    return lambda now: exists().where(
        t.session.c.id == column, t.session.c.closed_at <= now - timedelta(**age)
    )


RULES = {
    "doorstep": Rule(t.doorstep, older(t.doorstep.c.at, hours=72)),
    "signals": Rule(t.signal, older(t.signal.c.at, hours=1)),
    "codes": Rule(t.link, lambda now: and_(t.link.c.single_use, older(t.link.c.expires_at, days=1)(now))),
    "links": Rule(t.link, lambda now: and_(~t.link.c.single_use, older(t.link.c.expires_at, days=30)(now))),
    "facts": Rule(t.fact, session_closed(t.fact.c.session, days=90)),
    "boots": Rule(t.boot, older(t.boot.c.closed_at, days=90)),
    "messages": Rule(t.outbox, older(t.outbox.c.finished_at, days=365)),
    "delivered": Rule(t.delivered, older(t.delivered.c.at, days=30)),
    "alerts": Rule(t.alert, older(t.alert.c.made_at, days=365)),
    "staff_signins": Rule(t.staff_signin, older(t.staff_signin.c.expires_at, days=30)),
    "staff_tokens": Rule(t.staff_token, older(t.staff_token.c.expires_at, days=30)),
    "drafts": Rule(
        t.group_draft,
        lambda now: and_(t.group_draft.c.group.is_(None), older(t.group_draft.c.updated_at, days=90)(now)),
    ),
    "calendar_feeds": Rule(t.calendar_feed, older(t.calendar_feed.c.revoked_at, days=30)),
    # A time somebody met at stays with its meeting.
    "slots": Rule(
        t.slot,
        lambda now: and_(
            older(t.slot.c.ends_at, days=90)(now), ~exists().where(t.individual.c.slot == t.slot.c.id)
        ),
    ),
    "devices": Rule(
        t.device,
        lambda now: exists().where(
            t.member.c.id == t.device.c.member, t.member.c.left_at <= now - timedelta(days=30)
        ),
    ),
}


async def due(tx: AsyncConnection, now: datetime) -> dict[str, int]:
    """How many rows each rule would delete now."""
    return {
        name: (
            await tx.execute(select(func.count()).select_from(rule.table).where(rule.over(now)))
        ).scalar_one()
        for name, rule in RULES.items()
    }


async def people_over(tx: AsyncConnection, years: int, now: datetime) -> list[str]:
    """Participants whose every group ended more than `years` ago: by the clinic's policy nothing of theirs is
    kept any longer. A person erases them (`store.erasing`); nothing here does."""
    since = now - timedelta(days=YEAR * years)
    kept = (
        select(t.member.c.id)
        .join(t.group, t.group.c.id == t.member.c.group)
        .where(
            t.member.c.person == t.person.c.id, or_(t.group.c.ended_at.is_(None), t.group.c.ended_at > since)
        )
    )
    was = select(t.member.c.id).where(t.member.c.person == t.person.c.id, t.member.c.role == "participant")
    rows = await tx.execute(
        select(t.person.c.id)
        .where(t.person.c.erased_at.is_(None), exists(was), ~exists(kept))
        .order_by(t.person.c.id)
    )
    return list(rows.scalars())


async def purge(tx: AsyncConnection, now: datetime, most: int = MOST) -> dict[str, int]:
    """Deletes at most `most` rows by each rule, so that nobody waits long for the writer; returns how
    many. The next call goes on."""
    gone = {}
    for name, rule in RULES.items():
        keys = list(rule.table.primary_key)
        some = select(*keys).where(rule.over(now)).limit(most)
        gone[name] = (await tx.execute(delete(rule.table).where(tuple_(*keys).in_(some)))).rowcount
    return gone
