"""Fills an empty database with groups in mid-course whose present session is open now.

Everything goes through the store's own functions, so that the demo shows what the product does and
nothing else. Every person in it is invented.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.links
import store.people
from care.timetable import weekly
from command import cast
from command.link_sheet import PersonalLink, RoomLinks
from store.database import Database
from store.sealing import Keys

SESSIONS = 12
PRESENT = 6
"""The session that is open now: half of the course is behind the group."""
STAFF_LINK_LASTS = timedelta(hours=12)
AFTER_THE_END = timedelta(hours=2)
"""A join link outlives its session by this much, for whoever dropped out at the end."""
ZONE = "Europe/Berlin"
LOCALE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much demo to make."""

    base_url: str
    rooms: int = 1
    members: int = 10
    began_ago: timedelta = timedelta(minutes=5)
    lasts: timedelta = timedelta(minutes=90)


async def load(db: Database, keys: Keys, plan: Plan, now: datetime) -> list[RoomLinks]:
    """Makes the groups of `plan` and gives everyone's links, one transaction for each group."""
    titles = cast.titles()
    rooms = []
    for _ in range(plan.rooms):
        async with db.write() as tx:
            rooms.append(await _load_group(tx, keys, plan, next(titles), now))
    return rooms


async def _load_group(tx: AsyncConnection, keys: Keys, plan: Plan, title: str, now: datetime) -> RoomLinks:
    group = await store.groups.create_group(tx, title, ZONE, SESSIONS, now)
    session, starts_at, ends_at = await _create_sessions(tx, group, plan, now)
    people: dict[str, list[PersonalLink]] = {"coordinator": [], "facilitator": [], "participant": []}
    for part in [cast.Part(name=cast.COORDINATOR, role="coordinator", seat=None), *cast.parts(plan.members)]:
        people[part.role].append(await _enrol(tx, keys, plan, group, part, ends_at, now))
    return RoomLinks(
        session=session,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        coordinator=tuple(people["coordinator"]),
        facilitators=tuple(people["facilitator"]),
        participants=tuple(people["participant"]),
    )


async def _create_sessions(
    tx: AsyncConnection, group: str, plan: Plan, now: datetime
) -> tuple[str, datetime, datetime]:
    """Weekly sessions around now. Gives the present one with its start and end."""
    began = (now - plan.began_ago).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    first = began - timedelta(weeks=PRESENT - 1)
    present = ("", now, now)
    for ordinal, instant in enumerate(weekly(first, ZoneInfo(ZONE), SESSIONS), 1):
        # The present session begins when it was asked to, even in the hour that comes twice.
        starts_at = now - plan.began_ago if ordinal == PRESENT else instant
        ends_at = starts_at + plan.lasts
        session = await store.groups.create_session(tx, group, ordinal, starts_at, ends_at, ZONE)
        if ordinal < PRESENT:
            await store.groups.set_session_state(tx, session, "closed", now)
        elif ordinal == PRESENT:
            present = (session, starts_at, ends_at)
    return present


async def _enrol(
    tx: AsyncConnection, keys: Keys, plan: Plan, group: str, part: cast.Part, ends_at: datetime, now: datetime
) -> PersonalLink:
    person = await store.people.create(
        tx,
        keys,
        name=part.name,
        contact=f"{part.name.lower()}@example.invalid",
        emergency="A friend, 030 0000000",
        zone=ZONE,
        locale=LOCALE,
        now=now,
    )
    member = await store.groups.add_member(tx, group, person, part.role, part.seat, now)
    staff = part.role != "participant"
    purpose = "staff" if staff else "join"
    expires_at = now + STAFF_LINK_LASTS if staff else ends_at + AFTER_THE_END
    token = await store.links.mint(tx, member.id, purpose, now, expires_at)
    return PersonalLink(
        member=member.id, place=member.place, name=part.name, link=f"{plan.base_url}/j#{token}"
    )
