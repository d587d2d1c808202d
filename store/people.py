"""People: name, contact and emergency contact, all sealed. `access_*` opens what only a purpose justifies
and logs it."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from care.contact import SafeContact
from care.roles import Action
from store import access_log, doors, links
from store.ids import fresh_id
from store.sealing import DataKey, Keys
from store.tables import member, person, person_key, staff

LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How one person is reached. `address` is an e-mail address; `number` a telephone number as it was given,
    `texts` whether a short message may go there; `zone` an IANA name; `locale` a language tag."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    zone: str
    locale: str
    safe: SafeContact = field(default_factory=SafeContact)
    number: str = field(default="", repr=False)
    texts: bool = False


async def create(
    tx: AsyncConnection,
    keys: Keys,
    name: str,
    contact: str,
    emergency: str,
    zone: str,
    locale: str,
    now: datetime,
) -> str:
    """The id of a new person. Raises ValueError for control characters, an empty name, or an unknown zone."""
    key_of = fresh_id()
    ZoneInfo(zone)
    clean = one_line("name", name)
    address = mail_address(contact)
    await tx.execute(insert(person).values(id=key_of, zone=zone, locale=locale, created_at=now, refused=""))
    key = await keys.create(tx, key_of)
    await tx.execute(
        update(person)
        .where(person.c.id == key_of)
        .values(
            name_sealed=key.seal("person", "name", key_of, clean),
            contact_sealed=key.seal("person", "contact", key_of, address),
            contact_index=address_index(keys, address),
            emergency_sealed=key.seal(
                "person", "emergency", key_of, one_line("emergency contact", emergency, empty=True)
            ),
        )
    )
    return key_of


async def names(tx: AsyncConnection, keys: Keys, member_ids: Iterable[str]) -> dict[str, str]:
    """The display name of each member. An erased person is left out."""
    rows = (
        await tx.execute(
            select(member.c.id, person.c.id.label("person"), person.c.name_sealed)
            .join(person, person.c.id == member.c.person)
            .where(member.c.id.in_(list(member_ids)), person.c.erased_at.is_(None))
        )
    ).all()
    opened = await keys.of(tx, [row.person for row in rows])
    return {
        row.id: opened[row.person].open("person", "name", row.person, row.name_sealed)
        for row in rows
        if row.person in opened
    }


async def access_contact(
    tx: AsyncConnection, keys: Keys, person_id: str, actor: str, purpose: str, now: datetime
) -> Contact:
    """How to reach a person, logged. Raises NotAllowed for an actor who may not, LookupError for an
    unknown or erased person."""
    await doors.by_person(tx, actor, Action.SEE_CONTACT, person_id)
    row = (
        await tx.execute(select(person).where(person.c.id == person_id, person.c.erased_at.is_(None)))
    ).first()
    if row is None:
        raise LookupError("no such person")
    await access_log.append(
        tx, keys, actor=actor, action="contact", person=person_id, purpose=purpose, now=now
    )
    key = await keys.one(tx, person_id)
    return Contact(
        name=key.open("person", "name", person_id, row.name_sealed),
        address=key.open("person", "contact", person_id, row.contact_sealed),
        zone=row.zone,
        locale=row.locale,
        safe=safe_rule(row, key),
        number=key.open("person", "callback", person_id, row.callback_sealed) if row.callback_sealed else "",
        texts=bool(row.texts) and row.number_refused_at is None,
    )


def safe_rule(row: Row[Any], key: DataKey) -> SafeContact:
    """How the person of a row may be written to; the usual rule where nobody asked for another."""
    if row.safe_sealed is None:
        return SafeContact()
    return SafeContact.from_document(json.loads(key.open("person", "safe", row.id, row.safe_sealed)))


async def emergency(tx: AsyncConnection, keys: Keys, person_id: str) -> str:
    """The emergency contact, for `store.doorstep.access_sheet`, which logs the opening. Raises
    LookupError."""
    sealed = (
        await tx.execute(select(person.c.emergency_sealed).where(person.c.id == person_id))
    ).scalar_one_or_none()
    if sealed is None:
        raise LookupError("no such person")
    return await keys.open(tx, person_id, "person", "emergency", person_id, sealed)


async def by_contact(tx: AsyncConnection, keys: Keys, address: str) -> list[str]:
    """The people with this e-mail address: none, one, or a family that shares it."""
    index = address_index(keys, address)
    return list((await tx.execute(select(person.c.id).where(person.c.contact_index == index))).scalars())


async def change_contact(
    tx: AsyncConnection, keys: Keys, person_id: str, contact: str, now: datetime
) -> None:
    """A new e-mail address. Every link sent to the old mailbox ends. Raises ValueError for a colleague's new
    address that another account has."""
    address = mail_address(contact)
    sealed = await keys.seal(tx, person_id, "person", "contact", person_id, address)
    index = address_index(keys, address)
    try:
        await tx.execute(update(staff).where(staff.c.person == person_id).values(address_index=index))
    except IntegrityError:
        raise ValueError("another account has this address") from None
    await tx.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(contact_sealed=sealed, contact_index=index, refused="", refused_at=None)
    )
    places = await tx.execute(select(member.c.id).where(member.c.person == person_id))
    for place in places.scalars().all():
        await links.revoke(tx, place, "new address", now)


async def flag_contact(tx: AsyncConnection, person_id: str, code: str, now: datetime) -> None:
    """The provider refused this address for good, with this reply code; staff are shown that it needs a
    new one."""
    await tx.execute(update(person).where(person.c.id == person_id).values(refused=code, refused_at=now))


async def flag_number(tx: AsyncConnection, person_id: str, now: datetime) -> None:
    """No text can reach this person's number; none goes there until it is changed."""
    await tx.execute(update(person).where(person.c.id == person_id).values(number_refused_at=now))


async def flagged(tx: AsyncConnection, member_ids: Iterable[str]) -> set[str]:
    """The members whose address was refused and has not been changed since."""
    rows = await tx.execute(
        select(member.c.id)
        .join(person, person.c.id == member.c.person)
        .where(member.c.id.in_(list(member_ids)), person.c.refused_at.is_not(None))
    )
    return set(rows.scalars())


async def erase(tx: AsyncConnection, person_id: str, now: datetime) -> None:
    """Nothing sealed for this person opens any more: the data key is destroyed. Times and statuses stay,
    without a name."""
    await tx.execute(delete(person_key).where(person_key.c.person == person_id))
    await tx.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(
            name_sealed=None,
            real_name_sealed=None,
            contact_sealed=None,
            contact_index=None,
            callback_sealed=None,
            texts=None,
            emergency_sealed=None,
            safe_sealed=None,
            erased_at=now,
        )
    )
    await tx.execute(update(staff).where(staff.c.person == person_id).values(address_index=None))


def address_index(keys: Keys, address: str) -> bytes | None:
    """By what an address is found: a keyed digest, the same however it is written; None for no address."""
    clean = address.strip().casefold()
    return keys.lookup("contact", clean) if clean else None


def one_line(what: str, value: str, *, empty: bool = False) -> str:
    """The text in composed form without surrounding space. Raises ValueError for control or format
    characters, which could forge mail headers or turn text around, for an empty or a very long one."""
    clean = unicodedata.normalize("NFC", value).strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in BIDI for letter in clean):
        raise ValueError(f"the {what} holds characters that cannot be shown")
    if len(clean) > LONGEST or not (clean or empty):
        raise ValueError(f"the {what} needs 1 to {LONGEST} characters")
    return clean


def mail_address(value: str) -> str:
    """The address as it was typed, or "" for none. Raises ValueError for what no mail server would take."""
    clean = one_line("address", value, empty=True)
    local, at, domain = clean.rpartition("@")
    if clean and not (
        at and local and domain and not any(sign.isspace() or sign in "<>,;" for sign in clean)
    ):
        raise ValueError("the address is not an e-mail address")
    return clean


BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
