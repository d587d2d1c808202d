"""Contracts: each version of a group's terms, written once; and the service's own defaults for new groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import amendment
from care.contract import Terms, service_defaults
from care.policy import Policy
from store import audit, chain, tasks
from store.conflict import Conflict
from store.ids import fresh_id, plausible
from store.sealing import Keys
from store.tables import contract_version, group, service_version

NOWHERE = Terms(zone="UTC", first_local=datetime.fromisoformat("2000-01-03T18:00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractVersion:
    """One version of a group's terms, as everybody in the group is asked to sign it. It binds from
    `notice_until` on."""

    id: str
    group: str
    number: int
    terms: Terms
    made_by: str
    made_at: datetime
    notice_until: datetime

    @property
    def state(self) -> str:
        """Versions are stored when they are offered; what is not offered yet is a draft of the group."""
        return "offered"


async def versions(tx: AsyncConnection, group_id: str) -> list[ContractVersion]:
    """Every version of a group's contract, oldest first."""
    rows = await tx.execute(
        select(contract_version)
        .where(contract_version.c.group == group_id)
        .order_by(contract_version.c.number)
    )
    return [as_version(row) for row in rows]


async def latest(tx: AsyncConnection, group_id: str) -> ContractVersion | None:
    """The newest version, None before the first."""
    rows = await tx.execute(
        select(contract_version)
        .where(contract_version.c.group == group_id)
        .order_by(contract_version.c.number.desc())
        .limit(1)
    )
    row = rows.first()
    return None if row is None else as_version(row)


async def of_number(tx: AsyncConnection, group_id: str, number: int) -> ContractVersion | None:
    """One version by its number, None when there is none."""
    rows = await tx.execute(
        select(contract_version).where(
            contract_version.c.group == group_id, contract_version.c.number == number
        )
    )
    row = rows.first()
    return None if row is None else as_version(row)


async def by_id(tx: AsyncConnection, version_id: str) -> ContractVersion | None:
    """One version by its id, None when there is none."""
    if not plausible(version_id):
        return None
    row = (await tx.execute(select(contract_version).where(contract_version.c.id == version_id))).first()
    return None if row is None else as_version(row)


async def in_force(tx: AsyncConnection, group_id: str, at: datetime) -> ContractVersion | None:
    """The newest version whose notice is over at a moment, the first one while none is; None without any."""
    known = await versions(tx, group_id)
    past = [one for one in known if one.notice_until <= at] or known[:1]
    return past[-1] if past else None


async def policy_for(tx: AsyncConnection, group_id: str, at: datetime) -> Policy:
    """The numbers attendance of a group is judged by at a moment; the defaults where no contract was made."""
    found = await in_force(tx, group_id, at)
    return Policy() if found is None else found.terms.policy(f"contract.{found.number}")


async def offer(
    tx: AsyncConnection,
    keys: Keys,
    group_id: str,
    terms: Terms,
    by: str,
    now: datetime,
    expected: int,
    role: str = "coordinator",
) -> ContractVersion:
    """The terms as the next version, for everybody to sign. `expected` is the number of the version they
    were made from, 0 for the first. Raises Conflict when there is a newer one, LookupError for no group."""
    await chain.hold(tx)
    await lock(tx, group_id)
    before = await latest(tx, group_id)
    if (0 if before is None else before.number) != expected:
        raise Conflict("the contract has a newer version")
    made = await add(tx, group_id, terms, before, by, now)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="contract_offered",
        object=f"contract:{made.id}",
        group=group_id,
        before=None if before is None else text_of(before.terms),
        after=text_of(terms),
        now=now,
    )
    return made


async def add(
    tx: AsyncConnection,
    group_id: str,
    terms: Terms,
    before: ContractVersion | None,
    by: str,
    now: datetime,
) -> ContractVersion:
    """Stores the version after `before`, inside a change that writes its own line of the audit. The first
    binds at once; an amendment after the notice that both the version before it and the one in force grant,
    and never sooner than the one before it."""
    ends = now
    if before is not None and amendment.kind(before.terms, terms) != amendment.NOTHING:
        holding = await in_force(tx, group_id, now) or before
        granted = (amendment.takes_effect(now, one.terms) for one in (before, holding))
        ends = max(before.notice_until, *granted)
    made = ContractVersion(
        id=fresh_id(),
        group=group_id,
        number=1 if before is None else before.number + 1,
        terms=terms,
        made_by=by,
        made_at=now,
        notice_until=ends,
    )
    await tx.execute(
        insert(contract_version).values(
            id=made.id,
            group=group_id,
            number=made.number,
            terms=terms.document(),
            made_by=by,
            made_at=now,
            notice_until=ends,
        )
    )
    await tasks.touch(tx, group_id)
    return made


async def lock(tx: AsyncConnection, group_id: str) -> None:
    """Nobody else changes this group's contract or dates until the transaction ends. Raises LookupError for
    no such group."""
    found = await tx.execute(select(group.c.id).where(group.c.id == group_id).with_for_update())
    if found.first() is None:
        raise LookupError("no such group")


async def service_terms(tx: AsyncConnection) -> Terms:
    """The service's defaults for new groups, in terms whose zone and first session are placeholders."""
    return NOWHERE.with_service(await service_values(tx))


async def service_values(tx: AsyncConnection) -> dict[str, object]:
    """What the service has set itself, by field, as JSON values; empty before it set anything. Fields this
    program no longer knows are left out."""
    row = (
        await tx.execute(select(service_version.c.terms).order_by(service_version.c.number.desc()).limit(1))
    ).first()
    known = service_defaults().keys()
    return {} if row is None else {name: value for name, value in row.terms.items() if name in known}


async def set_service_terms(
    tx: AsyncConnection, keys: Keys, values: Mapping[str, object], by: str, now: datetime, role: str = "admin"
) -> Terms:
    """New defaults for groups that are made from now on; groups that exist keep theirs. Raises ValueError
    for a field that is not the service's to set, or a value of another type."""
    terms = NOWHERE.with_service(values)
    await chain.hold(tx)
    before = await service_values(tx)
    newest = (await tx.execute(select(func.max(service_version.c.number)))).scalar_one() or 0
    await tx.execute(
        insert(service_version).values(number=newest + 1, terms=dict(values), made_by=by, made_at=now)
    )
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="service_terms_set",
        object=f"service:{newest + 1}",
        before=repr(sorted(before.items())),
        after=repr(sorted(values.items())),
        now=now,
    )
    return terms


def text_of(terms: Terms) -> str:
    """The terms as one text, for the audit's digests."""
    return repr(sorted(terms.document().items()))


def as_version(row: Row[Any]) -> ContractVersion:
    """The version of a row."""
    return ContractVersion(
        id=row.id,
        group=row.group,
        number=row.number,
        terms=Terms.from_document(row.terms),
        made_by=row.made_by,
        made_at=row.made_at,
        notice_until=row.notice_until,
    )
