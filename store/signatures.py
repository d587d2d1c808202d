"""Signatures under a version of the terms: the very text that was shown, sealed, with its hash, who and when.

A signature is never changed or taken back; a new version asks for new ones. No signature locks a door: a
facilitator admits a member whose contract is unsigned with a reason, and that is kept as well.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import signing
from store import audit, chain, tasks, upsert
from store.conflict import Conflict
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import (
    admitted_unsigned,
    contract_version,
    group,
    member,
    personal_sheet,
    signature,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One side's signature for one member. `version` is the number of the version of the terms,
    `dates_number` the revision of the dates it was signed with. `text` is "" where it was not opened."""

    member: str
    side: str
    version: int
    version_id: str
    by: str
    at: datetime
    text_hash: str
    language: str
    dates_number: int
    sheet_number: int | None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A member was let in without a signed contract."""

    by: str
    at: datetime
    reason: str


async def sign(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    side: str,
    by: str,
    text: str,
    text_hash: str,
    language: str,
    now: datetime,
    version: int | None = None,
) -> bool:
    """Signs the newest version of the member's contract for one side; False when that side has signed it
    already. Raises Conflict when `version`, the number that was shown, is no longer the newest or there is
    none, ValueError when the hash is not the text's or there is no such side, LookupError for a member who
    is not there."""
    if side not in signing.SIDES or signing.text_hash(text) != text_hash:
        raise ValueError("this is not the text that was shown")
    await chain.hold(tx)
    about = await newest_for(tx, member_id)
    if about is None or version not in (None, about.number):
        raise Conflict("there is another version to sign")
    row = {
        "id": fresh_id(),
        "member": member_id,
        "version": about.version,
        "side": side,
        "signed_by": by,
        "text_hash": bytes.fromhex(text_hash),
        "language": language,
        "dates_number": about.revision,
        "sheet_number": about.sheet,
        "signed_at": now,
    }
    row["text_sealed"] = await keys.seal(tx, about.person, "signature", "text", str(row["id"]), text)
    done = await tx.execute(
        upsert.insert(tx, signature)
        .values(**row)
        .on_conflict_do_nothing(index_elements=["member", "version", "side"])
        .returning(signature.c.id)
    )
    if done.first() is None:
        return False
    await audit.append(
        tx,
        keys,
        actor=by,
        role=side if side == signing.FACILITATOR else "participant",
        action="contract_signed",
        object=f"contract:{about.version}",
        group=about.group,
        after=f"{member_id} {side} {text_hash}",
        now=now,
    )
    await tasks.touch(tx, about.group)
    return True


async def newest_for(tx: AsyncConnection, member_id: str) -> Any:
    """The row of what a present member would sign now, None while there is no version. Raises LookupError
    for nobody."""
    sheets = (
        select(func.max(personal_sheet.c.number))
        .where(personal_sheet.c.member == member_id)
        .scalar_subquery()
    )
    row: Any = (
        await tx.execute(
            select(
                member.c.person,
                member.c.group,
                group.c.revision,
                contract_version.c.id.label("version"),
                contract_version.c.number,
                sheets.label("sheet"),
            )
            .join(group, group.c.id == member.c.group)
            .outerjoin(contract_version, contract_version.c.group == group.c.id)
            .where(member.c.id == member_id, member.c.left_at.is_(None))
            .order_by(contract_version.c.number.desc())
            .limit(1)
        )
    ).first()
    if row is None:
        raise LookupError("no such member")
    return None if row.version is None else row


async def of_group(tx: AsyncConnection, group_id: str) -> list[Signature]:
    """Every signature in a group, in the order they were given, without their texts."""
    rows = await tx.execute(
        signatures_query().join(member, member.c.id == signature.c.member).where(member.c.group == group_id)
    )
    return [as_signature(row) for row in rows]


async def of_member(tx: AsyncConnection, keys: Keys, member_id: str) -> list[Signature]:
    """The signatures under one member's contract with the texts that were signed, for that member's and the
    facilitators' own pages. Raises SealBroken after an erasure."""
    rows = (
        await tx.execute(
            signatures_query()
            .add_columns(signature.c.id, signature.c.text_sealed, member.c.person)
            .join(member, member.c.id == signature.c.member)
            .where(signature.c.member == member_id)
        )
    ).all()
    if not rows:
        return []
    key = await keys.one(tx, rows[0].person)
    return [as_signature(row, key.open("signature", "text", row.id, row.text_sealed)) for row in rows]


async def admit_unsigned(
    tx: AsyncConnection, keys: Keys, member_id: str, session: str, reason: str, by: str, now: datetime
) -> bool:
    """Keeps that a facilitator let a member in whose contract is unsigned, and why (a code); False when that
    is kept already."""
    await chain.hold(tx)
    group_id = (await tx.execute(select(member.c.group).where(member.c.id == member_id))).scalar_one()
    done = await tx.execute(
        upsert.insert(tx, admitted_unsigned)
        .values(session=session, member=member_id, reason=reason, by=by, at=now)
        .on_conflict_do_nothing()
        .returning(admitted_unsigned.c.at)
    )
    if done.first() is None:
        return False
    await audit.append(
        tx,
        keys,
        actor=by,
        role="facilitator",
        action="admitted_unsigned",
        object=f"member:{member_id}",
        group=group_id,
        reason=reason,
        after=session,
        now=now,
    )
    return True


async def admitted(tx: AsyncConnection, session: str) -> dict[str, Admitted]:
    """Who was let into a session with an unsigned contract."""
    rows = await tx.execute(select(admitted_unsigned).where(admitted_unsigned.c.session == session))
    return {row.member: Admitted(by=row.by, at=row.at, reason=row.reason) for row in rows}


def signatures_query() -> Any:
    """Signatures with the number of their version, oldest first."""
    return (
        select(
            signature.c.member,
            signature.c.side,
            signature.c.signed_by,
            signature.c.signed_at,
            signature.c.text_hash,
            signature.c.language,
            signature.c.dates_number,
            signature.c.sheet_number,
            contract_version.c.id.label("version_id"),
            contract_version.c.number,
        )
        .join_from(signature, contract_version, contract_version.c.id == signature.c.version)
        .order_by(signature.c.signed_at, signature.c.id)
    )


def as_signature(row: Row[Any], text: str = "") -> Signature:
    """The signature of a row."""
    return Signature(
        member=row.member,
        side=row.side,
        version=row.number,
        version_id=row.version_id,
        by=row.signed_by,
        at=row.signed_at,
        text_hash=row.text_hash.hex(),
        language=row.language,
        dates_number=row.dates_number,
        sheet_number=row.sheet_number,
        text=text,
    )
