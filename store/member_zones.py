"""In which time zone members live, to look ahead for them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.tables import member, person


async def of_members(tx: AsyncConnection, member_ids: Iterable[str]) -> dict[str, str]:
    """The IANA zone of each member. Erased people are left out."""
    rows = await tx.execute(
        select(member.c.id, person.c.zone)
        .join(person, person.c.id == member.c.person)
        .where(member.c.id.in_(list(member_ids)), person.c.erased_at.is_(None))
    )
    return {row.id: row.zone for row in rows}
