"""Sessions as something to write to people about: their dates, how they read in a calendar, what moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.calendar import Entry
from store.tables import member, session


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One session as the rows have it now. `moved_from` is where it was before its last move; `member` whose
    individual meeting it is, None for a session of the group."""

    id: str
    group: str
    state: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    uid: str
    sequence: int
    moved_from: datetime | None
    member: str | None = None

    @property
    def entry(self) -> Entry:
        """The session in a calendar."""
        return Entry(
            uid=self.uid,
            sequence=self.sequence,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            zone=self.zone,
            cancelled=self.state == "cancelled",
        )


async def of_ids(tx: AsyncConnection, ids: Iterable[str]) -> list[Occasion]:
    """The sessions with these ids, soonest first; unknown ids are left out."""
    return await _read(tx, session.c.id.in_(list(ids)))


async def of_group(tx: AsyncConnection, group: str) -> list[Occasion]:
    """Every session of a group, soonest first, cancelled ones included."""
    return await _read(tx, session.c.group == group)


async def to_come(tx: AsyncConnection, group: str, now: datetime) -> list[Occasion]:
    """The sessions of a group that are planned after `now`, soonest first."""
    found = await of_group(tx, group)
    return [each for each in found if each.state == "planned" and each.starts_at > now]


async def _read(tx: AsyncConnection, which: Any) -> list[Occasion]:
    rows = await tx.execute(
        select(session, func.coalesce(session.c.group, member.c.group).label("of_group"))
        .outerjoin(member, member.c.id == session.c.member)
        .where(which)
        .order_by(session.c.starts_at, session.c.id)
    )
    return [_as_occasion(row) for row in rows]


def _as_occasion(row: Row[Any]) -> Occasion:
    return Occasion(
        id=row.id,
        group=row.of_group,
        member=row.member,
        state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.zone,
        uid=row.uid,
        sequence=row.sequence,
        moved_from=row.moved_from,
    )


async def groups_dated_otherwise(tx: AsyncConnection, tzdata: str, now: datetime) -> list[str]:
    """The groups with sessions to come that were dated with other zone data than this version."""
    rows = await tx.execute(
        select(session.c.group)
        .where(
            session.c.group.is_not(None),
            session.c.state == "planned",
            session.c.starts_at > now,
            session.c.tzdata != tzdata,
        )
        .distinct()
        .order_by(session.c.group)
    )
    return list(rows.scalars())
