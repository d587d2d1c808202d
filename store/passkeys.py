"""Passkeys of the staff: public keys only, which are no secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import passkey

LABEL = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One passkey of an account."""

    id: str
    staff: str
    credential: bytes
    public_key: bytes
    sign_count: int
    transports: str
    label: str
    created_at: datetime
    used_at: datetime | None


async def add(
    tx: AsyncConnection,
    keys: Keys,
    staff_id: str,
    credential: bytes,
    public_key: bytes,
    sign_count: int,
    transports: str,
    label: str,
    now: datetime,
) -> str:
    """The id of a new passkey. Raises IntegrityError for a credential that is known already."""
    key = fresh_id()
    await tx.execute(
        insert(passkey).values(
            id=key,
            staff=staff_id,
            credential=credential,
            public_key=public_key,
            sign_count=sign_count,
            transports=transports,
            label="".join(letter for letter in label if letter.isprintable())[:LABEL],
            created_at=now,
        )
    )
    await audit.append(
        tx, keys, actor=staff_id, role="staff", action="passkey_added", object=f"passkey:{key}", now=now
    )
    return key


async def of_staff(tx: AsyncConnection, staff_id: str) -> list[Passkey]:
    """The passkeys of an account, oldest first."""
    rows = await tx.execute(
        select(passkey)
        .where(passkey.c.staff == staff_id, passkey.c.revoked_at.is_(None))
        .order_by(passkey.c.created_at, passkey.c.id)
    )
    return [as_passkey(row) for row in rows]


async def by_credential(tx: AsyncConnection, credential: bytes) -> Passkey | None:
    """The passkey with this credential id, None when there is none."""
    rows = await tx.execute(
        select(passkey).where(passkey.c.credential == credential, passkey.c.revoked_at.is_(None))
    )
    row = rows.first()
    return None if row is None else as_passkey(row)


async def used(tx: AsyncConnection, passkey_id: str, sign_count: int, now: datetime) -> bool:
    """True when the counter rose, or the authenticator counts nothing (0 for ever). False is a copy."""
    done = await tx.execute(
        update(passkey)
        .where(
            passkey.c.id == passkey_id,
            passkey.c.revoked_at.is_(None),
            or_(passkey.c.sign_count < sign_count, passkey.c.sign_count == 0),
        )
        .values(sign_count=sign_count, used_at=now)
    )
    return done.rowcount == 1


async def revoke(tx: AsyncConnection, keys: Keys, staff_id: str, passkey_id: str, now: datetime) -> bool:
    """Ends one passkey of an account. True when there was one."""
    done = await tx.execute(
        update(passkey)
        .where(passkey.c.id == passkey_id, passkey.c.staff == staff_id, passkey.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if done.rowcount == 1:
        about = f"passkey:{passkey_id}"
        await audit.append(
            tx, keys, actor=staff_id, role="staff", action="passkey_removed", object=about, now=now
        )
    return done.rowcount == 1


async def revoke_all(tx: AsyncConnection, staff_id: str, now: datetime) -> None:
    """Ends every passkey of an account whose devices were lost."""
    await tx.execute(
        update(passkey)
        .where(passkey.c.staff == staff_id, passkey.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def as_passkey(row: Row[Any]) -> Passkey:
    """The passkey of a row."""
    return Passkey(
        id=row.id,
        staff=row.staff,
        credential=row.credential,
        public_key=row.public_key,
        sign_count=row.sign_count,
        transports=row.transports,
        label=row.label,
        created_at=row.created_at,
        used_at=row.used_at,
    )
