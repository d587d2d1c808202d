"""A clinic to test coordinators' pages with: a colleague at a desk, and a group with a contract and dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import store.contracts
import store.decisions
import store.duties
import store.groups
import store.staff
from care.contract import Terms
from store.groups import Member
from store.ids import fresh_id
from store.staff import Staff
from tests.server.house import House
from tests.server.staff_desk import Browser, Reply, colleague
from tests.services.circle import NAMES, make_person

ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """Olga coordinates one group that Nils leads; her browser is signed in at her desk."""

    house: House
    browser: Browser
    olga: Staff
    place: str
    group: str
    facilitator: Member
    members: tuple[Member, ...]
    sessions: tuple[str, ...]

    def at(self, rest: str = "") -> str:
        """A page of the group."""
        return f"/s/{self.place}/{rest}"

    async def form(self, path: str, fields: dict[str, str]) -> Reply:
        """A posted form of one of the pages."""
        return await self.browser.post(path, {"csrf": await self.browser.csrf()} | fields)


def first_local(weeks_ago: int) -> datetime:
    """A local start at 18:00 of a day so many weeks ago (or ahead, below zero)."""
    day = datetime.now(ZoneInfo(ZONE)).replace(tzinfo=None) + timedelta(days=1) - timedelta(weeks=weeks_ago)
    return day.replace(hour=18, minute=0, second=0, microsecond=0)


async def open_clinic(
    house: House,
    *,
    people: Sequence[str] = NAMES[:3],
    weeks_ago: int = 3,
    name: str = "Olga",
    summaries: bool = False,
) -> Clinic:
    """A clinic whose group has met so many times already; `summaries` promises them."""
    now = datetime.now(UTC)
    olga = await colleague(house, f"{name}a")
    nils = await colleague(house, f"{name}nils")
    terms = Terms(zone=ZONE, first_local=first_local(weeks_ago), summaries=summaries)
    async with house.db.write() as tx:
        group = await store.groups.create_group(tx, f"Thursday group of {name}", ZONE, 12, now)
        office = await store.staff.grant(tx, house.keys, olga.person, group, "coordinator", "command", now)
        leader = await store.staff.grant(tx, house.keys, nils.person, group, "facilitator", "command", now)
        members = []
        for seat, one in enumerate(people, start=1):
            person = await make_person(tx, house.keys, one, now)
            joined = now - timedelta(weeks=weeks_ago + 1)
            members.append(await store.groups.add_member(tx, group, person, "participant", seat, joined))
        sessions = []
        for ordinal in range(1, 13):
            local = terms.first_local + timedelta(weeks=ordinal - 1)
            starts = local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
            sessions.append(
                await store.groups.create_session(
                    tx, group, ordinal, starts, starts + timedelta(minutes=90), ZONE
                )
            )
        await store.contracts.offer(tx, house.keys, group, terms, office.id, now, 0)
    browser = await Browser(house).at(olga)
    return Clinic(
        house=house,
        browser=browser,
        olga=olga,
        place=office.place,
        group=group,
        facilitator=leader,
        members=tuple(members),
        sessions=tuple(sessions),
    )


async def met(clinic: Clinic, ordinal: int, *statuses: str, confirmed: bool = True) -> None:
    """A session that is over, with what was decided about the members in their order, "" for nothing."""
    now = datetime.now(UTC)
    session = clinic.sessions[ordinal - 1]
    async with clinic.house.db.write() as tx:
        await store.groups.set_session_state(tx, session, "closed", now)
        for member, status in zip(clinic.members, statuses, strict=False):
            if status and confirmed:
                await store.decisions.decide(
                    tx,
                    clinic.house.keys,
                    session,
                    member.id,
                    status,
                    "facilitator_saw",
                    "",
                    clinic.facilitator.id,
                    "facilitator",
                    now,
                    fresh_id(),
                )
        await store.duties.renew(tx, clinic.group, now)
