"""Accounts of the people who work here: one a person, with an own desk, rights, password and authenticator.

Places in groups are member rows like everybody's; `grant` and `withdraw` make and end them. Every change of
rights is audited and said to the servers by a signal, so that open sockets follow within a second.

Every change takes its turn at the audit first: who held a row while waiting for it would meet somebody who
holds the audit and waits for the row.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit, chain, groups, links, people, signals, staff_signins, tasks
from store.groups import Member
from store.ids import fresh_id, fresh_place, plausible
from store.sealing import Keys
from store.tables import group, member, staff
from store.tables import person as person_table

TOPIC = staff_signins.TOPIC
COMMAND = "command"
ROLES = ("facilitator", "coordinator")
SEATS = 12


class LastAdmin(ValueError):
    """Somebody has to be admin: this is the last one with an open account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """An account. `desk` is its public name in addresses."""

    id: str
    desk: str
    person: str
    admin: bool
    clinician: bool
    has_password: bool
    has_totp: bool
    disabled_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is compared with; "" for what there is not yet. `totp_step` is the last step used."""

    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPlace:
    """A present place of a colleague in a group. `state` is the group's."""

    member: str
    place: str
    group: str
    role: str
    title: str
    state: str


async def create(
    tx: AsyncConnection,
    keys: Keys,
    *,
    name: str,
    contact: str,
    zone: str,
    locale: str,
    now: datetime,
    admin: bool = False,
    clinician: bool = False,
    by: str = COMMAND,
) -> Staff:
    """A new person with a new account. Raises ValueError for a name or address that cannot be, or an address
    that an account has already."""
    await chain.hold(tx)
    if not contact or await by_address(tx, keys, contact) is not None:
        raise ValueError("an account needs an address of its own")
    person = await people.create(tx, keys, name, contact, "", zone, locale, now)
    return await for_person(tx, keys, person, now, admin=admin, clinician=clinician, by=by)


async def for_person(
    tx: AsyncConnection,
    keys: Keys,
    person: str,
    now: datetime,
    *,
    admin: bool = False,
    clinician: bool = False,
    by: str = COMMAND,
) -> Staff:
    """The account of an existing person, made when there is none. Raises ValueError where another open
    account has the person's address."""
    await chain.hold(tx)
    found = await of_person(tx, person)
    if found is not None:
        return found
    key = fresh_id()
    address = select(person_table.c.contact_index).where(person_table.c.id == person).scalar_subquery()
    row = insert(staff).values(
        id=key,
        desk=fresh_place(),
        person=person,
        address_index=address,
        admin=admin,
        clinician=clinician,
        failures=0,
        created_at=now,
    )
    try:
        await tx.execute(row)
    except IntegrityError:
        raise ValueError("another account has this address") from None
    await note(tx, keys, by, "staff_created", key, now, after=rights_text(admin, clinician))
    made = await by_id(tx, key)
    if made is None:
        raise LookupError("the account is gone")
    return made


async def find(tx: AsyncConnection, desk: str) -> Staff | None:
    """The account at a desk, None when there is none."""
    return await one(tx, staff.c.desk, desk)


async def by_id(tx: AsyncConnection, staff_id: str) -> Staff | None:
    """The account, None when there is none."""
    return await one(tx, staff.c.id, staff_id)


async def of_person(tx: AsyncConnection, person: str) -> Staff | None:
    """The account of a person, None when there is none."""
    return await one(tx, staff.c.person, person)


async def by_address(tx: AsyncConnection, keys: Keys, address: str) -> Staff | None:
    """The open account with this e-mail address; None for none, and for people without an account."""
    index = people.address_index(keys, address)
    rows = await tx.execute(
        select(staff).where(staff.c.address_index == index, staff.c.disabled_at.is_(None))
    )
    row = rows.first()
    return None if row is None else as_staff(row)


async def everyone(tx: AsyncConnection) -> list[Staff]:
    """Every account, oldest first."""
    rows = await tx.execute(select(staff).order_by(staff.c.created_at, staff.c.id))
    return [as_staff(row) for row in rows]


async def credentials(tx: AsyncConnection, keys: Keys, staff_id: str) -> Credentials:
    """Password and authenticator of an account. Raises LookupError for none."""
    row = (await tx.execute(select(staff).where(staff.c.id == staff_id))).first()
    if row is None:
        raise LookupError("no such account")
    secret = ""
    if row.totp_sealed is not None:
        secret = await keys.open(tx, row.person, "staff", "totp", row.id, row.totp_sealed)
    return Credentials(row.password_hash or "", secret, row.totp_step or 0)


async def set_password(
    tx: AsyncConnection, keys: Keys, staff_id: str, password_hash: str, now: datetime
) -> None:
    """A new password, as its hash."""
    await chain.hold(tx)
    await tx.execute(update(staff).where(staff.c.id == staff_id).values(password_hash=password_hash))
    await note(tx, keys, staff_id, "password_set", staff_id, now)


async def set_totp(
    tx: AsyncConnection, keys: Keys, staff_id: str, secret: str, step: int, now: datetime
) -> None:
    """A new authenticator that has shown the code of this step. Raises LookupError."""
    await chain.hold(tx)
    person = (await tx.execute(select(staff.c.person).where(staff.c.id == staff_id))).scalar_one_or_none()
    if person is None:
        raise LookupError("no such account")
    sealed = await keys.seal(tx, person, "staff", "totp", staff_id, secret)
    await tx.execute(
        update(staff).where(staff.c.id == staff_id).values(totp_sealed=sealed, totp_step=step, totp_at=now)
    )
    await note(tx, keys, staff_id, "authenticator_set", staff_id, now)


async def drop_totp(tx: AsyncConnection, keys: Keys, staff_id: str, by: str, now: datetime) -> None:
    """The authenticator was lost: it counts no more. The password stays."""
    await chain.hold(tx)
    await tx.execute(
        update(staff).where(staff.c.id == staff_id).values(totp_sealed=None, totp_step=None, totp_at=None)
    )
    await note(tx, keys, by, "authenticator_dropped", staff_id, now)


async def use_totp_step(tx: AsyncConnection, staff_id: str, step: int) -> bool:
    """True when this step's code was not used before, nor a later one. One statement decides."""
    done = await tx.execute(
        update(staff)
        .where(staff.c.id == staff_id, or_(staff.c.totp_step.is_(None), staff.c.totp_step < step))
        .values(totp_step=step)
    )
    return done.rowcount == 1


async def set_rights(
    tx: AsyncConnection,
    keys: Keys,
    staff_id: str,
    *,
    admin: bool,
    clinician: bool,
    by: str,
    now: datetime,
) -> None:
    """What the account may do in the whole service. Raises LastAdmin, LookupError."""
    await chain.hold(tx)
    before = await by_id(tx, staff_id)
    if before is None:
        raise LookupError("no such account")
    if before.admin and not admin:
        await check_last_admin(tx, staff_id)
    await tx.execute(update(staff).where(staff.c.id == staff_id).values(admin=admin, clinician=clinician))
    was, will = rights_text(before.admin, before.clinician), rights_text(admin, clinician)
    await note(tx, keys, by, "staff_rights", staff_id, now, before=was, after=will)


async def disable(tx: AsyncConnection, keys: Keys, staff_id: str, by: str, now: datetime) -> None:
    """Closes the account: its sign-ins and personal links end at once, its places stay. Raises LastAdmin,
    LookupError."""
    await chain.hold(tx)
    found = await by_id(tx, staff_id)
    if found is None:
        raise LookupError("no such account")
    if found.admin:
        await check_last_admin(tx, staff_id)
    await tx.execute(update(staff).where(staff.c.id == staff_id).values(disabled_at=now))
    await staff_signins.close_all(tx, staff_id, "disabled", now)
    for place in await groups_of(tx, found.person):
        await tasks.touch(tx, place.group)
        await links.revoke(tx, place.member, "account closed", now)
        await signals.put(tx, TOPIC, {"what": "rights", "member": place.member}, now)
    await note(tx, keys, by, "staff_disabled", staff_id, now)


async def enable(tx: AsyncConnection, keys: Keys, staff_id: str, by: str, now: datetime) -> None:
    """Opens a closed account again, with its password and authenticator. Raises ValueError where another
    open account has its address meanwhile."""
    await chain.hold(tx)
    address = select(staff.c.address_index).where(staff.c.id == staff_id).scalar_subquery()
    same = await tx.execute(
        select(staff.c.id).where(
            staff.c.address_index == address, staff.c.id != staff_id, staff.c.disabled_at.is_(None)
        )
    )
    if same.first() is not None:
        raise ValueError("another account has this address")
    await tx.execute(update(staff).where(staff.c.id == staff_id).values(disabled_at=None))
    found = await by_id(tx, staff_id)
    for place in await groups_of(tx, found.person) if found else []:
        await tasks.touch(tx, place.group)
    await note(tx, keys, by, "staff_enabled", staff_id, now)


async def grant(
    tx: AsyncConnection, keys: Keys, person: str, group_id: str, role: str, by: str, now: datetime
) -> Member:
    """A place in a group; a facilitator gets the lowest free seat. Raises ValueError for another role, a
    place that the person has already, or a group without a free seat."""
    if role not in ROLES:
        raise ValueError(f"{role} is no role of the staff")
    await chain.hold(tx)
    roster = await groups.roster(tx, group_id)
    earlier = next((one for one in roster if one.person == person), None)
    if earlier is not None and (earlier.left_at is None or earlier.role not in ROLES):
        raise ValueError("this person has a place in this group")
    taken = {one.seat for one in roster if one.left_at is None}
    free = [seat for seat in range(SEATS) if seat not in taken]
    if role == "facilitator" and not free:
        raise ValueError("all seats of this group are taken")
    seat = free[0] if role == "facilitator" else None
    if earlier is None:
        made = await groups.add_member(tx, group_id, person, role, seat, now)
    else:
        made = await come_back(tx, earlier, role, seat, now)
    await tasks.touch(tx, group_id)
    await note(tx, keys, by, "place_granted", made.id, now, group=group_id, after=role)
    await signals.put(tx, TOPIC, {"what": "rights", "member": made.id}, now)
    return made


async def come_back(
    tx: AsyncConnection, earlier: Member, role: str, seat: int | None, now: datetime
) -> Member:
    """A former colleague of the group has the same place again."""
    await tx.execute(
        update(member)
        .where(member.c.id == earlier.id)
        .values(role=role, seat=seat, joined_at=now, left_at=None)
    )
    found = await groups.member_by_id(tx, earlier.id)
    if found is None:
        raise LookupError("the place is gone")
    return found


async def withdraw(tx: AsyncConnection, keys: Keys, member_id: str, by: str, now: datetime) -> bool:
    """Ends a place in a group: links, pages and sockets. True when there was something to do."""
    await chain.hold(tx)
    found = await groups.member_by_id(tx, member_id)
    if found is None or found.role not in ROLES:
        return False
    await groups.withdraw_member(tx, member_id, now)
    await tasks.touch(tx, found.group)
    await signals.put(tx, TOPIC, {"what": "rights", "member": member_id}, now)
    await note(tx, keys, by, "place_withdrawn", member_id, now, group=found.group, before=found.role)
    return True


async def groups_of(tx: AsyncConnection, person: str) -> list[StaffPlace]:
    """The present places of a colleague, by title."""
    rows = await tx.execute(
        select(member, group.c.title, group.c.state.label("group_state"))
        .join(group, group.c.id == member.c.group)
        .where(member.c.person == person, member.c.left_at.is_(None), member.c.role.in_(ROLES))
        .order_by(group.c.title, group.c.id)
    )
    return [as_place(row) for row in rows]


async def admins(tx: AsyncConnection) -> int:
    """How many open accounts are admins, invited ones included."""
    rows = await tx.execute(select(staff.c.id).where(staff.c.admin, staff.c.disabled_at.is_(None)))
    return len(rows.all())


async def check_last_admin(tx: AsyncConnection, staff_id: str) -> None:
    """Raises LastAdmin when no other open account is admin. Two who do this to each other wait here."""
    rows = await tx.execute(
        select(staff.c.id).where(staff.c.admin, staff.c.disabled_at.is_(None)).with_for_update()
    )
    if not set(rows.scalars()) - {staff_id}:
        raise LastAdmin("the last admin")


async def note(
    tx: AsyncConnection,
    keys: Keys,
    by: str,
    action: str,
    about: str,
    now: datetime,
    *,
    group: str | None = None,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """One line of the audit: `by` is an account, or the command line."""
    role = COMMAND if by == COMMAND else "staff" if by == about else "admin"
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action=action,
        object=f"{'member' if group else 'staff'}:{about}",
        now=now,
        group=group,
        before=before,
        after=after,
    )


async def one(tx: AsyncConnection, column: Any, value: str) -> Staff | None:
    """The account whose column has this value."""
    if not plausible(value):
        return None
    row = (await tx.execute(select(staff).where(column == value))).first()
    return None if row is None else as_staff(row)


def rights_text(admin: bool, clinician: bool) -> str:
    """Rights as the audit compares them."""
    return ",".join(word for word, held in (("admin", admin), ("clinician", clinician)) if held)


def as_staff(row: Row[Any]) -> Staff:
    """The account of a row."""
    return Staff(
        id=row.id,
        desk=row.desk,
        person=row.person,
        admin=row.admin,
        clinician=row.clinician,
        has_password=row.password_hash is not None,
        has_totp=row.totp_sealed is not None,
        disabled_at=row.disabled_at,
        created_at=row.created_at,
    )


def as_place(row: Row[Any]) -> StaffPlace:
    """The place of a row of member, title and group_state."""
    return StaffPlace(
        member=row.id,
        place=row.place,
        group=row.group,
        role=row.role,
        title=row.title,
        state=row.group_state,
    )
