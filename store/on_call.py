"""The on-call chain as the service has set it: staffed hours, who is called in which order, who leads. Each
change is a new version; what was in force on a day stays known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import chain as on_call
from care.chain import Chain, Gap, OnCall, Proved
from care.series import Closure
from care.staffed import Calendar, Hours
from store import audit, chain
from store.sealing import Keys
from store.tables import alert, on_call_version, person, staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """One version. `phq9` says that the service wants the question about thoughts of death asked; it is
    asked only while there is a chain."""

    calendar: Calendar = field(default_factory=lambda: Calendar(zone="UTC"))
    chain: Chain = field(default_factory=Chain)
    phq9: bool = False
    number: int = 0


class NoChain(ValueError):
    """PHQ-9 is refused: `gaps` say what is missing."""

    def __init__(self, gaps: tuple[Gap, ...]) -> None:
        super().__init__("there is no on-call chain")
        self.gaps = gaps


async def rota(tx: AsyncConnection) -> Rota:
    """What holds now; an empty one before anything was set."""
    row = (
        await tx.execute(select(on_call_version).order_by(on_call_version.c.number.desc()).limit(1))
    ).first()
    return Rota() if row is None else from_document(row.body, row.number)


async def set_rota(tx: AsyncConnection, keys: Keys, wanted: Rota, by: str, now: datetime) -> int:
    """The number of the new version. Raises NoChain when PHQ-9 is wanted and this is no chain, ValueError
    for an unknown account."""
    await chain.hold(tx)
    named = {one.staff for one in wanted.chain.people} | ({wanted.chain.lead} - {""})
    known = await tx.execute(select(staff.c.id).where(staff.c.id.in_(sorted(named))))
    if set(known.scalars()) != named:
        raise ValueError("no such account")
    if wanted.phq9 and not await is_chain(tx, wanted, now):
        raise NoChain(await gaps(tx, wanted, now))
    newest = (await tx.execute(select(func.max(on_call_version.c.number)))).scalar_one() or 0
    body = document(wanted)
    await tx.execute(insert(on_call_version).values(number=newest + 1, body=body, made_by=by, made_at=now))
    await audit.append(
        tx,
        keys,
        actor=by,
        role="admin",
        action="on_call_set",
        object=f"on_call:{newest + 1}",
        after=repr(sorted(body.items())),
        now=now,
    )
    return int(newest) + 1


async def gaps(tx: AsyncConnection, wanted: Rota, now: datetime) -> tuple[Gap, ...]:
    """Everything that is missing for a chain."""
    return on_call.missing(wanted.calendar, wanted.chain, await tests(tx, now), await able(tx), now)


async def is_chain(tx: AsyncConnection, wanted: Rota, now: datetime) -> bool:
    """Whether this is a chain now."""
    return on_call.holds(wanted.calendar, wanted.chain, await tests(tx, now), await able(tx), now)


async def able(tx: AsyncConnection) -> frozenset[str]:
    """Accounts of clinicians that are open and complete: they can sign in and read what they were called
    about."""
    rows = await tx.execute(
        select(staff.c.id).where(
            staff.c.clinician, staff.c.disabled_at.is_(None), staff.c.password_hash.is_not(None)
        )
    )
    return frozenset(rows.scalars())


async def tests(tx: AsyncConnection, now: datetime) -> list[Proved]:
    """The test alerts that were acknowledged within the time a test holds."""
    rows = await tx.execute(
        select(staff.c.id, alert.c.channel, alert.c.acknowledged_at)
        .join(staff, staff.c.person == alert.c.person)
        .where(alert.c.kind == "test", alert.c.acknowledged_at > now - on_call.TEST_HOLDS)
    )
    return [Proved(staff=row.id, channel=row.channel, at=row.acknowledged_at) for row in rows]


async def people(tx: AsyncConnection, accounts: Sequence[str]) -> dict[str, str]:
    """The persons of open accounts, by account."""
    rows = await tx.execute(
        select(staff.c.id, staff.c.person).where(
            staff.c.id.in_(list(accounts)), staff.c.disabled_at.is_(None)
        )
    )
    return {row.id: row.person for row in rows}


async def with_phone(tx: AsyncConnection, persons: Sequence[str]) -> set[str]:
    """Those of these persons who have a number on file."""
    rows = await tx.execute(
        select(person.c.id).where(person.c.id.in_(list(persons)), person.c.callback_sealed.is_not(None))
    )
    return set(rows.scalars())


def document(wanted: Rota) -> dict[str, Any]:
    """A version as it is stored."""
    return {
        "zone": wanted.calendar.zone,
        "hours": _hours(wanted.calendar.hours),
        "closures": [
            [one.from_date.isoformat(), one.to_date.isoformat(), one.why] for one in wanted.calendar.closures
        ],
        "people": [{"staff": one.staff, "hours": _hours(one.hours)} for one in wanted.chain.people],
        "lead": wanted.chain.lead,
        "phq9": wanted.phq9,
    }


def from_document(body: Mapping[str, Any], number: int) -> Rota:
    """The version of a stored one."""
    closures = tuple(
        Closure(from_date=date.fromisoformat(first), to_date=date.fromisoformat(last), why=why)
        for first, last, why in body["closures"]
    )
    calendar = Calendar(zone=body["zone"], hours=_read(body["hours"]), closures=closures)
    called = tuple(OnCall(staff=one["staff"], hours=_read(one["hours"])) for one in body["people"])
    return Rota(
        calendar=calendar,
        chain=Chain(people=called, lead=body["lead"]),
        phq9=bool(body["phq9"]),
        number=number,
    )


def _hours(hours: Sequence[Hours]) -> list[list[object]]:
    return [[one.weekday, f"{one.starts:%H:%M}", f"{one.ends:%H:%M}"] for one in hours]


def _read(rows: Sequence[Sequence[Any]]) -> tuple[Hours, ...]:
    return tuple(
        Hours(weekday=day, starts=time.fromisoformat(starts), ends=time.fromisoformat(ends))
        for day, starts, ends in rows
    )
