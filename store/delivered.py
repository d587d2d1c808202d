"""Messages as they were delivered, in demo mode only, where the outbox page takes the place of a mailbox.
Sealed like everything personal. A real installation keeps no body."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.ids import fresh_id
from store.sealing import Keys
from store.tables import delivered
from store.tables import person as people


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One message of the demo's outbox page, and the name of whom it went to."""

    id: str
    person: str
    name: str = field(repr=False)
    kind: str
    subject: str
    body: str = field(repr=False)
    at: datetime


async def put(
    tx: AsyncConnection, keys: Keys, person: str, kind: str, subject: str, body: str, now: datetime
) -> str:
    """Keeps one message; returns its id."""
    key = fresh_id()
    sealed = await keys.seal(tx, person, "delivered", "body", key, body)
    await tx.execute(
        insert(delivered).values(
            id=key, person=person, kind=kind, subject=subject, body_sealed=sealed, at=now
        )
    )
    return key


async def listing(tx: AsyncConnection, keys: Keys, limit: int = 100) -> list[Delivered]:
    """The newest messages first."""
    rows = (
        await tx.execute(
            select(delivered, people.c.name_sealed)
            .join(people, people.c.id == delivered.c.person)
            .order_by(delivered.c.at.desc(), delivered.c.id)
            .limit(limit)
        )
    ).all()
    opened = await keys.of(tx, [row.person for row in rows])
    return [
        Delivered(
            id=row.id,
            person=row.person,
            name=opened[row.person].open("person", "name", row.person, row.name_sealed),
            kind=row.kind,
            subject=row.subject,
            body=opened[row.person].open("delivered", "body", row.id, row.body_sealed),
            at=row.at,
        )
        for row in rows
        if row.person in opened
    ]
