"""Fills an empty database with groups in mid-course whose present session is open now.

Everything goes through the store's own functions, so that the demo shows what the product does and
nothing else. Every person in it is invented.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

import store.decisions
import store.groups
import store.links
import store.people
import store.presence
import store.staff
from care.timetable import weekly
from command import cast, evening_facts, stories, watch
from command.courses import Colleague, Course, Team
from command.evening_facts import Way
from command.link_sheet import PersonalLink, RoomLinks
from scheduler import sessions
from store.database import Database
from store.groups import Member
from store.sealing import Keys

SESSIONS = 12
PRESENT = 6
"""The session that is open now: half of the course is behind the group."""
STAFF_LINK_LASTS = timedelta(hours=12)
AFTER_THE_END = timedelta(hours=2)
"""A join link outlives its session by this much, for whoever dropped out at the end."""
STORY_LINK = timedelta(days=7)
WAYS = (Way.THERE, Way.LATE, Way.GAP, Way.THERE, Way.EARLY)
"""How one member came to each of the sessions before; everybody else was there from start to end."""
ZONE = "Europe/Berlin"
LOCALE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much demo to make. `stories` adds the groups of `command.stories` and accounts for colleagues."""

    base_url: str
    rooms: int = 1
    members: int = 10
    began_ago: timedelta = timedelta(minutes=5)
    lasts: timedelta = timedelta(minutes=90)
    stories: bool = False

    @property
    def past(self) -> bool:
        """Whether the sessions before the present one are told too: short ones are for trying one thing."""
        return self.stories and self.lasts >= timedelta(hours=1)


async def load(db: Database, keys: Keys, plan: Plan, now: datetime) -> list[RoomLinks]:
    """Makes the groups of `plan` and gives everyone's links, one transaction for each group."""
    titles = cast.titles()
    rooms = []
    team = await _team(db, keys, now) if plan.stories else None
    known = {} if team is None else team.by_name()
    for _ in range(plan.rooms):
        async with db.write() as tx:
            rooms.append(await _load_group(tx, keys, plan, next(titles), known, now))
    if team is not None:
        for story in stories.STORIES:
            group = await Course(db, keys, team, story, now).tell()
            async with db.write() as tx:
                rooms.append(await _links_of(tx, keys, plan, group, story, now))
    return rooms


async def _team(db: Database, keys: Keys, now: datetime) -> Team:
    """The colleagues with their accounts. They come in by links and have no password."""
    async with db.write() as tx:

        async def account(name: str, *, admin: bool = False, clinician: bool = False) -> Colleague:
            made = await store.staff.create(
                tx,
                keys,
                name=name,
                contact=f"{name.lower()}@example.invalid",
                zone=ZONE,
                locale=LOCALE,
                now=now,
                admin=admin,
                clinician=clinician,
            )
            return Colleague(name, made)

        team = Team(
            coordinator=await account(cast.COORDINATOR, admin=True),
            facilitators=(
                await account(cast.FACILITATORS[0], clinician=True),
                await account(cast.FACILITATORS[1]),
            ),
        )
        second = await account(cast.ON_CALL, clinician=True)
        await watch.set_up(tx, keys, (team.facilitators[0].staff, second.staff), ZONE, now)
        return team


async def _links_of(
    tx: AsyncConnection, keys: Keys, plan: Plan, group: str, story: stories.Story, now: datetime
) -> RoomLinks:
    """A link for everybody in a group that is there already; the session is the next one, or the last."""
    members = await store.groups.members(tx, group)
    names = await store.people.names(tx, keys, [one.id for one in members])
    sessions = [one for one in await store.groups.sessions_of(tx, group) if one.state != "cancelled"]
    session = next((one for one in sessions if one.ends_at > now), sessions[-1])
    people: dict[str, list[PersonalLink]] = {"coordinator": [], "facilitator": [], "participant": []}
    for one in members:
        people[one.role].append(await _link(tx, plan, one, names.get(one.id, ""), now + STORY_LINK, now))
    return RoomLinks(
        session=session.id,
        title=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        coordinator=tuple(people["coordinator"]),
        facilitators=tuple(people["facilitator"]),
        participants=tuple(people["participant"]),
        about=story.about,
        look=story.look,
    )


async def _load_group(
    tx: AsyncConnection, keys: Keys, plan: Plan, title: str, known: dict[str, str], now: datetime
) -> RoomLinks:
    group = await store.groups.create_group(tx, title, ZONE, SESSIONS, now)
    session, starts_at, ends_at = await _create_sessions(tx, group, plan, now)
    joined_at = starts_at - timedelta(weeks=PRESENT + 2)
    people: dict[str, list[PersonalLink]] = {"coordinator": [], "facilitator": [], "participant": []}
    for part in [cast.Part(name=cast.COORDINATOR, role="coordinator", seat=None), *cast.parts(plan.members)]:
        person = known.get(part.name) or await _person(tx, keys, part.name, now)
        people[part.role].append(await _enrol(tx, plan, group, part, person, joined_at, ends_at, now))
    if plan.past:
        await _hold_past(tx, keys, group, people)
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
        if ordinal < PRESENT and not plan.past:
            await store.groups.set_session_state(tx, session, "closed", now)
        elif ordinal == PRESENT:
            present = (session, starts_at, ends_at)
    return present


async def _hold_past(
    tx: AsyncConnection, keys: Keys, group: str, people: dict[str, list[PersonalLink]]
) -> None:
    """The sessions before the present one: nearly everybody was there, confirmed the same evening."""
    leader = people["facilitator"][0].member
    taking_part = [one.member for one in people["participant"]]
    past = (await store.groups.sessions_of(tx, group))[: PRESENT - 1]
    for number, session in enumerate(past):
        ways = dict.fromkeys(taking_part, Way.THERE)
        ways[taking_part[number % len(taking_part)]] = WAYS[number % len(WAYS)]
        await store.presence.append(tx, evening_facts.told(session, leader, ways))
        await sessions.record(tx, session, session.ends_at + timedelta(minutes=1))
        at = session.ends_at + timedelta(hours=1)
        key = f"demo-{session.id}"
        await store.decisions.confirm_all(tx, keys, session.id, {}, leader, "facilitator", at, key)


async def _person(tx: AsyncConnection, keys: Keys, name: str, now: datetime) -> str:
    return await store.people.create(
        tx,
        keys,
        name=name,
        contact=f"{name.lower()}@example.invalid",
        emergency="A friend, 030 0000000",
        zone=ZONE,
        locale=LOCALE,
        now=now,
    )


async def _enrol(
    tx: AsyncConnection,
    plan: Plan,
    group: str,
    part: cast.Part,
    person: str,
    joined_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> PersonalLink:
    member = await store.groups.add_member(tx, group, person, part.role, part.seat, joined_at)
    return await _link(tx, plan, member, part.name, ends_at + AFTER_THE_END, now)


async def _link(
    tx: AsyncConnection, plan: Plan, member: Member, name: str, expires_at: datetime, now: datetime
) -> PersonalLink:
    """A new link of a member. Staff links last as long as they may."""
    staff = member.role != "participant"
    purpose = "staff" if staff else "join"
    token = await store.links.mint(
        tx, member.id, purpose, now, now + STAFF_LINK_LASTS if staff else expires_at
    )
    return PersonalLink(member=member.id, place=member.place, name=name, link=f"{plan.base_url}/j#{token}")
