"""The ledger of misses, append-only. A decision writes here in its own transaction; nothing else does."""

from datetime import datetime

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import ledger
from care.decision import Decision
from care.ledger import Entry, Kind
from store.tables import ledger_entry, session


async def enter(tx: AsyncConnection, made: Decision, now: datetime) -> tuple[Entry, ...]:
    """Stores what this decision means for the ledger: an entry, a reversal, or nothing."""
    written = await of_place(tx, made.session, made.member)
    standing = ledger.standing(written)
    entries = ledger.following(standing[-1] if standing else None, made)
    for entry in entries:
        await tx.execute(
            insert(ledger_entry).values(
                id=entry.id,
                session=entry.session,
                member=entry.member,
                decision=entry.decision,
                amount=entry.amount,
                kind=entry.kind.value,
                reverses=entry.reverses,
                at=now,
            )
        )
    return entries


async def of_place(tx: AsyncConnection, session_id: str, member_id: str) -> list[Entry]:
    """The entries of one member about one session, oldest first."""
    rows = await tx.execute(
        select(ledger_entry)
        .where(ledger_entry.c.session == session_id, ledger_entry.c.member == member_id)
        .order_by(ledger_entry.c.seq)
    )
    return [as_entry(row) for row in rows]


async def of_member(tx: AsyncConnection, member_id: str) -> list[Entry]:
    """Every entry of a member, oldest first."""
    rows = await tx.execute(
        select(ledger_entry).where(ledger_entry.c.member == member_id).order_by(ledger_entry.c.seq)
    )
    return [as_entry(row) for row in rows]


async def balances(tx: AsyncConnection, group_id: str) -> dict[str, int]:
    """The misses that count, of each member of a group who has an entry."""
    rows = await tx.execute(
        select(ledger_entry.c.member, func.sum(ledger_entry.c.amount).label("misses"))
        .join(session, session.c.id == ledger_entry.c.session)
        .where(session.c.group == group_id)
        .group_by(ledger_entry.c.member)
    )
    return {row.member: int(row.misses) for row in rows}


def as_entry(row: Row[tuple[object, ...]]) -> Entry:
    """The entry of a row."""
    return Entry(
        id=row.id,
        session=row.session,
        member=row.member,
        decision=row.decision,
        amount=row.amount,
        kind=Kind(row.kind),
        reverses=row.reverses,
    )
