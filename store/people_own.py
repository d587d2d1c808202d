"""What a person is called and how they may be reached: read by themselves and their staff, changed with a
line of the audit each time."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.contact import SafeContact
from care.roles import Action
from store import access_log, audit, chain, doors, people, plan
from store.people import one_line
from store.sealing import DataKey, Keys
from store.tables import member, person


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a person sees of themselves. `name` is what others in the group see; `real_name` is "" where it
    is the same."""

    name: str = field(repr=False)
    real_name: str = field(repr=False)
    address: str = field(repr=False)
    callback: str = field(repr=False)
    emergency: str = field(repr=False)
    zone: str
    locale: str
    safe: SafeContact
    refused: str
    refused_at: datetime | None
    texts: bool
    number_refused_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What staff see of a member without opening numbers to call."""

    name: str = field(repr=False)
    real_name: str = field(repr=False)
    address: str = field(repr=False)
    zone: str
    locale: str
    has_callback: bool
    has_emergency: bool
    safe: SafeContact
    refused: str
    refused_at: datetime | None
    texts: bool
    number_refused_at: datetime | None


class NameTaken(ValueError):
    """Somebody else in one of the person's groups has this name: people in one room are told apart by it."""


async def access_own(tx: AsyncConnection, keys: Keys, person_id: str, actor: str, now: datetime) -> Own:
    """Everything kept about how a person is reached, for themselves or, logged, for staff who may see a
    contact. `actor` is a member. Raises NotAllowed, LookupError for an erased person."""
    owner = (await tx.execute(select(member.c.person).where(member.c.id == actor))).scalar_one_or_none()
    if owner != person_id:
        await doors.by_person(tx, actor, Action.SEE_CONTACT, person_id)
        await access_log.append(
            tx, keys, actor=actor, action="own_details", person=person_id, purpose="staff", now=now
        )
    return opened(await row_of(tx, person_id), await keys.one(tx, person_id))


async def profile(tx: AsyncConnection, keys: Keys, member_id: str, actor: str, now: datetime) -> Profile:
    """A member as their staff see them, logged. Raises NotAllowed, LookupError."""
    person_id = (
        await tx.execute(select(member.c.person).where(member.c.id == member_id))
    ).scalar_one_or_none()
    if person_id is None:
        raise LookupError("no such member")
    await doors.by_person(tx, actor, Action.SEE_CONTACT, person_id)
    await access_log.append(
        tx, keys, actor=actor, action="profile", person=person_id, purpose="people page", now=now
    )
    own = opened(await row_of(tx, person_id), await keys.one(tx, person_id))
    return Profile(
        name=own.name,
        real_name=own.real_name,
        address=own.address,
        zone=own.zone,
        locale=own.locale,
        has_callback=bool(own.callback),
        has_emergency=bool(own.emergency),
        safe=own.safe,
        refused=own.refused,
        refused_at=own.refused_at,
        texts=own.texts,
        number_refused_at=own.number_refused_at,
    )


async def change(
    tx: AsyncConnection,
    keys: Keys,
    person_id: str,
    *,
    by: str,
    role: str,
    now: datetime,
    name: str | None = None,
    real_name: str | None = None,
    callback: str | None = None,
    emergency: str | None = None,
    safe: SafeContact | None = None,
    zone: str | None = None,
    locale: str | None = None,
    group: str | None = None,
    texts: bool | None = None,
) -> None:
    """Changes what is given and leaves the rest. Raises ValueError for text that cannot be shown or an
    unknown zone, NameTaken, LookupError for an erased person."""
    key = await keys.one(tx, person_id)
    before = opened(await row_of(tx, person_id), key)
    if name is not None and name.strip().casefold() != before.name.casefold():
        await refuse_taken(tx, keys, person_id, name)
    lines = {
        "name": None if name is None else one_line("name", name),
        "real_name": None if real_name is None else one_line("real name", real_name, empty=True),
        "callback": None if callback is None else one_line("telephone number", callback, empty=True),
        "emergency": None if emergency is None else one_line("emergency contact", emergency, empty=True),
        "safe": None if safe is None else json.dumps(safe.document(), sort_keys=True),
    }
    values: dict[str, Any] = {
        f"{column}_sealed": key.seal("person", column, person_id, text)
        for column, text in lines.items()
        if text is not None
    }
    if zone is not None:
        values["zone"] = ZoneInfo(zone).key
    if locale is not None:
        values["locale"] = one_line("language", locale)
    if texts is not None:
        values["texts"] = texts
    if not values:
        return
    # What was refused was the former number.
    fresh = callback is not None and callback.strip() != before.callback
    also = {"number_refused_at": None} if fresh else {}
    await tx.execute(update(person).where(person.c.id == person_id).values(**values, **also))
    if zone is not None:
        await replan(tx, person_id, now)
    changed = sorted(name.removesuffix("_sealed") for name in values)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="details_changed",
        object=f"person:{person_id}",
        group=group,
        reason="+".join(changed),
        before=told(before),
        after=told(opened(await row_of(tx, person_id), key)),
        person=person_id,
        now=now,
    )


async def replan(tx: AsyncConnection, person_id: str, now: datetime) -> None:
    """Somebody lives by another clock: what is to come in their groups follows it."""
    await chain.hold(tx)
    rows = await tx.execute(
        select(member.c.group).where(member.c.person == person_id, member.c.left_at.is_(None))
    )
    for group in sorted(set(rows.scalars())):
        await plan.reconcile(tx, group, now)


async def refuse_taken(tx: AsyncConnection, keys: Keys, person_id: str, name: str) -> None:
    """Raises NameTaken where another present member or colleague of one of the person's groups is called
    so."""
    own = select(member.c.group).where(member.c.person == person_id, member.c.left_at.is_(None))
    others = await tx.execute(
        select(member.c.id).where(
            member.c.group.in_(own), member.c.person != person_id, member.c.left_at.is_(None)
        )
    )
    called = await people.names(tx, keys, list(others.scalars()))
    if one_line("name", name).casefold() in {one.casefold() for one in called.values()}:
        raise NameTaken("somebody else in the group has this name")


async def change_address(
    tx: AsyncConnection,
    keys: Keys,
    person_id: str,
    contact: str,
    *,
    by: str,
    role: str,
    now: datetime,
    group: str | None = None,
) -> None:
    """A new e-mail address, audited; every link sent to the old mailbox ends. Raises ValueError."""
    before = opened(await row_of(tx, person_id), await keys.one(tx, person_id))
    await people.change_contact(tx, keys, person_id, contact, now)
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action="address_changed",
        object=f"person:{person_id}",
        group=group,
        before=before.address,
        after=contact.strip(),
        person=person_id,
        now=now,
    )


async def zones(tx: AsyncConnection, member_ids: Iterable[str]) -> dict[str, str]:
    """The zone each member lives in."""
    rows = await tx.execute(
        select(member.c.id, person.c.zone)
        .join(person, person.c.id == member.c.person)
        .where(member.c.id.in_(list(member_ids)))
    )
    return {row.id: row.zone for row in rows}


async def zone_of(tx: AsyncConnection, person_id: str) -> str:
    """The zone a person lives in. Raises LookupError for an unknown or erased one."""
    return str((await row_of(tx, person_id)).zone)


async def row_of(tx: AsyncConnection, person_id: str) -> Row[Any]:
    """The row of a person. Raises LookupError for an unknown or erased one."""
    row = (
        await tx.execute(select(person).where(person.c.id == person_id, person.c.erased_at.is_(None)))
    ).first()
    if row is None:
        raise LookupError("no such person")
    return row


def opened(row: Row[Any], key: DataKey) -> Own:
    """A person's row, opened. What was never asked for is ""."""
    texts = {
        column: "" if box is None else key.open("person", column, row.id, box)
        for column, box in (
            ("name", row.name_sealed),
            ("real_name", row.real_name_sealed),
            ("contact", row.contact_sealed),
            ("callback", row.callback_sealed),
            ("emergency", row.emergency_sealed),
        )
    }
    return Own(
        name=texts["name"],
        real_name=texts["real_name"],
        address=texts["contact"],
        callback=texts["callback"],
        emergency=texts["emergency"],
        zone=row.zone,
        locale=row.locale,
        safe=people.safe_rule(row, key),
        refused=row.refused,
        refused_at=row.refused_at,
        texts=bool(row.texts),
        number_refused_at=row.number_refused_at,
    )


def told(own: Own) -> str:
    """A person's details as one text, for the audit's digests."""
    details = [own.name, own.real_name, own.callback, own.emergency, own.zone, own.locale]
    return json.dumps([*details, own.safe.document(), own.texts])
