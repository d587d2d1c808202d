"""Who opened protected data, when and why. Append-only; each line's keyed seal covers the line before it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import chain
from store.sealing import Keys
from store.tables import access_log


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One opening. `person` is whose data it was, `actor` the member or command that looked."""

    at: datetime
    actor: str
    action: str
    person: str
    session: str | None
    purpose: str


async def append(
    tx: AsyncConnection,
    keys: Keys,
    *,
    actor: str,
    action: str,
    person: str,
    purpose: str,
    now: datetime,
    session: str | None = None,
) -> None:
    """Writes one line in the caller's transaction: no reading without its line."""
    await chain.hold(tx)
    last = await tx.execute(select(access_log.c.seal).order_by(access_log.c.seq.desc()).limit(1))
    previous = last.scalar_one_or_none() or chain.FIRST
    line = canonical(now, actor, action, person, session, purpose)
    await tx.execute(
        insert(access_log).values(
            at=now,
            actor=actor,
            action=action,
            person=person,
            session=session,
            purpose=purpose,
            previous=previous,
            seal=keys.witness(previous, line),
        )
    )


async def entries(tx: AsyncConnection, person: str) -> list[Access]:
    """Every opening of one person's data, oldest first."""
    rows = await tx.execute(
        select(access_log).where(access_log.c.person == person).order_by(access_log.c.seq)
    )
    return [
        Access(at=r.at, actor=r.actor, action=r.action, person=r.person, session=r.session, purpose=r.purpose)
        for r in rows
    ]


async def verify(tx: AsyncConnection, keys: Keys) -> int | None:
    """The number of the first line that was altered, removed or inserted by hand; None when the log is
    whole. A log cut short at its end cannot be told from one that never was longer: keep its last seal
    elsewhere."""
    rows = (await tx.execute(select(access_log).order_by(access_log.c.seq))).all()
    return chain.first_bad(
        keys,
        chain.FIRST,
        rows,
        lambda row: canonical(row.at, row.actor, row.action, row.person, row.session, row.purpose),
    )[0]


def canonical(at: datetime, actor: str, action: str, person: str, session: str | None, purpose: str) -> str:
    """The one text of a line that its seal covers."""
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    return "\x1f".join((instant, actor, action, person, session or "", purpose))
