"""A small group to test with: people who do not exist, one session, everybody's place."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from store import groups, people
from store.groups import Member
from store.sealing import Keys

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ("Ada", "Bela", "Cleo", "Dora", "Emil", "Fritz", "Gwen", "Hugo", "Ines", "Jan", "Kira", "Lena")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """One group: a facilitator on seat 0, participants from seat 1, a coordinator, and one session from
    NOW on."""

    group: str
    session: str
    facilitator: Member
    participants: tuple[Member, ...]
    coordinator: Member


async def make_circle(tx: AsyncConnection, keys: Keys, participants: int = 2, now: datetime = NOW) -> Circle:
    """Stores a circle."""
    group = await groups.create_group(tx, "Tuesday group", "Europe/Berlin", 12, now)
    seated = []
    for seat in range(participants + 1):
        person = await make_person(tx, keys, NAMES[seat], now)
        role = "participant" if seat else "facilitator"
        seated.append(await groups.add_member(tx, group, person, role, seat, now))
    office = await make_person(tx, keys, "Olga", now)
    coordinator = await groups.add_member(tx, group, office, "coordinator", None, now)
    session = await groups.create_session(tx, group, 1, now, now + 1.5 * HOUR, "Europe/Berlin")
    return Circle(
        group=group,
        session=session,
        facilitator=seated[0],
        participants=tuple(seated[1:]),
        coordinator=coordinator,
    )


async def make_person(tx: AsyncConnection, keys: Keys, name: str, now: datetime = NOW) -> str:
    """Stores a person with an address and an emergency contact made from the name."""
    return await people.create(
        tx,
        keys,
        f"{name} Findable-Name",
        f"{name.lower()}@findable.example",
        f"Findable Emergency of {name}, +49 30 1234567",
        "Europe/Berlin",
        "en",
        now,
    )
