"""An on-call chain to test with: two clinicians, always staffed, both proved by a test alert."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.ext.asyncio import AsyncConnection

from care.chain import MAIL, TEXT, Chain, OnCall
from care.staffed import Calendar, Hours
from store import alerts, on_call, people_own, staff, ticks
from store.on_call import Rota
from store.safety_state import TICKS
from store.sealing import Keys
from store.staff import Staff

ALWAYS = tuple(Hours(weekday=day, starts=time(0), ends=time(0)) for day in range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The people of the chain in order, and who leads."""

    first: Staff
    second: Staff
    lead: Staff


async def clinician(tx: AsyncConnection, keys: Keys, name: str, now: datetime) -> Staff:
    """A clinician with a complete account and a number on file."""
    made = await staff.create(
        tx,
        keys,
        name=f"{name} Findable-Name",
        contact=f"{name.lower()}@findable.example",
        zone="Europe/Berlin",
        locale="en",
        now=now,
        clinician=True,
    )
    await staff.set_password(tx, keys, made.id, "a hash", now)
    await people_own.change(
        tx, keys, made.person, by=made.id, role="staff", now=now, callback="+49 30 7654321"
    )
    return made


async def make_team(
    tx: AsyncConnection, keys: Keys, now: datetime, *, phq9: bool = True, hours: tuple[Hours, ...] = ALWAYS
) -> Team:
    """Stores a team that is a chain, with the clock ticking."""
    team = Team(
        first=await clinician(tx, keys, "Nora", now),
        second=await clinician(tx, keys, "Otto", now),
        lead=await clinician(tx, keys, "Paula", now),
    )
    await prove(tx, [team.first, team.second], now)
    rota = Rota(
        calendar=Calendar(zone="Europe/Berlin", hours=hours),
        chain=Chain(
            people=(OnCall(staff=team.first.id), OnCall(staff=team.second.id)),
            lead=team.lead.id,
        ),
        phq9=phq9,
    )
    await on_call.set_rota(tx, keys, rota, "command", now)
    await tick(tx, now)
    return team


async def prove(tx: AsyncConnection, people: list[Staff], now: datetime) -> None:
    """A test alert to each on both channels, acknowledged."""
    await alerts.send_tests(tx, [one.person for one in people], now)
    for one in people:
        for sent in await alerts.tests_of(tx, one.person, now.replace(year=2000)):
            assert sent.channel in (MAIL, TEXT)
            await alerts.acknowledge(tx, sent.id, now)


async def tick(tx: AsyncConnection, now: datetime) -> None:
    """The scheduler ticked just now, and mail has somewhere to go."""
    for name in (*TICKS, MAIL):
        await ticks.beat(tx, name, now)
