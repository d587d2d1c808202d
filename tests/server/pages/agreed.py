"""A group under a contract, half-way: sessions 1 to 5 over, the sixth now or soon, the rest ahead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

import store.contracts
import store.groups
from care.contract import Terms
from store.groups import Session
from store.sealing import Keys
from tests.services.circle import Circle, make_person

ZONE = "Europe/Berlin"
WEEK = timedelta(weeks=1)
PRESENT = 6
NAMES = ("Ada", "Bela", "Cleo", "Dora", "Emil")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The circle and all its sessions in order; `circle.session` is the sixth."""

    circle: Circle
    sessions: tuple[Session, ...]


async def agreed_group(
    tx: AsyncConnection,
    keys: Keys,
    now: datetime,
    starts_in: timedelta = timedelta(hours=30),
    *,
    summaries: bool = False,
) -> Agreed:
    """Stores the group; its sixth session starts that much after `now`. With `summaries` its contract
    promises them."""
    local = (now + starts_in).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, second=0, microsecond=0)
    terms = Terms(zone=ZONE, first_local=local - (PRESENT - 1) * WEEK, summaries=summaries)
    joined_at = now - 8 * WEEK
    group = await store.groups.create_group(tx, "Tuesday group", ZONE, terms.sessions, joined_at)
    members = []
    for seat, name in enumerate(NAMES):
        person = await make_person(tx, keys, name, joined_at)
        role = "participant" if seat else "facilitator"
        members.append(await store.groups.add_member(tx, group, person, role, seat, joined_at))
    office = await make_person(tx, keys, "Olga", joined_at)
    coordinator = await store.groups.add_member(tx, group, office, "coordinator", None, joined_at)
    for ordinal in range(1, terms.sessions + 1):
        starts_at = (terms.first_local + (ordinal - 1) * WEEK).replace(tzinfo=ZoneInfo(ZONE))
        one = await store.groups.create_session(
            tx, group, ordinal, starts_at, starts_at + timedelta(minutes=terms.minutes), ZONE
        )
        if ordinal < PRESENT:
            await store.groups.set_session_state(tx, one, "closed", now)
    await store.contracts.offer(tx, keys, group, terms, coordinator.id, joined_at, expected=0)
    sessions = await store.groups.sessions_of(tx, group)
    circle = Circle(
        group=group,
        session=sessions[PRESENT - 1].id,
        facilitator=members[0],
        participants=tuple(members[1:]),
        coordinator=coordinator,
    )
    return Agreed(circle=circle, sessions=tuple(sessions))
