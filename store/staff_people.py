"""What the pages of the staff show of colleagues and groups: names, addresses, titles, places."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.sealing import Keys
from store.staff import StaffPlace
from store.tables import group, member, person

STAFF_ROLES = ("facilitator", "coordinator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person of the staff as colleagues know them."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Titled:
    """A group by id and title."""

    id: str
    title: str


async def known(tx: AsyncConnection, keys: Keys, people: Iterable[str]) -> dict[str, Known]:
    """Name and work address of these people of the staff, by person. For accounts of the staff only: whose
    work address it is that they sign in with."""
    wanted = list(people)
    rows = (await tx.execute(select(person).where(person.c.id.in_(wanted)))).all()
    opened = await keys.of(tx, wanted)
    return {
        row.id: Known(
            name=opened[row.id].open("person", "name", row.id, row.name_sealed),
            address=opened[row.id].open("person", "contact", row.id, row.contact_sealed),
            zone=row.zone,
            locale=row.locale,
        )
        for row in rows
        if row.id in opened
    }


async def groups(tx: AsyncConnection) -> list[Titled]:
    """Every group that has not ended, by title."""
    rows = await tx.execute(
        select(group.c.id, group.c.title).where(group.c.state != "ended").order_by(group.c.title, group.c.id)
    )
    return [Titled(row.id, row.title) for row in rows]


async def places(tx: AsyncConnection, people: Iterable[str]) -> dict[str, list[StaffPlace]]:
    """The present places of these people as staff, by person, in one query."""
    rows = await tx.execute(
        select(member, group.c.title, group.c.state)
        .join(group, group.c.id == member.c.group)
        .where(member.c.person.in_(list(people)), member.c.left_at.is_(None), member.c.role.in_(STAFF_ROLES))
        .order_by(group.c.title, group.c.id)
    )
    found: dict[str, list[StaffPlace]] = {}
    for row in rows:
        place = StaffPlace(
            member=row.id,
            place=row.place,
            group=row.group,
            role=row.role,
            title=row.title,
            state=row.state,
        )
        found.setdefault(row.person, []).append(place)
    return found
