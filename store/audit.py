"""Who did what, when and why: an append-only chain without gaps. It never holds content: what a thing was
before and after stands here as keyed digests, enough to prove a claim about it later, nothing to read.

A person who has the key and the database can write a new history; what they cannot do is make it agree
with a checkpoint that is kept elsewhere (`store.checkpoints`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import chain
from store.sealing import Keys
from store.tables import audit

PAGE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act. `actor` is a member, a staff account or a process; `object` what it was done to, as
    `kind:id`; `reason` a code."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    object: str
    group: str | None
    reason: str
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far the chain had come at a moment, and the seal it had then."""

    seq: int
    seal: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first row that is not as it was written. `why` is altered, missing or checkpoint."""

    seq: int
    why: str


async def append(
    tx: AsyncConnection,
    keys: Keys,
    *,
    actor: str,
    role: str,
    action: str,
    object: str,
    now: datetime,
    group: str | None = None,
    reason: str = "",
    before: str | None = None,
    after: str | None = None,
    request: str = "",
    person: str | None = None,
) -> int:
    """Writes one line in the caller's transaction and returns its number. `before` and `after` are kept as
    digests only, under the key of `person` where one is named: after an erasure they mean nothing."""
    await chain.hold(tx)
    digests = [await digest(tx, keys, person, text) for text in (before, after)]
    last = (await tx.execute(select(audit.c.seq, audit.c.seal).order_by(audit.c.seq.desc()).limit(1))).first()
    previous = chain.FIRST if last is None else last.seal
    values: dict[str, Any] = {
        "seq": 1 if last is None else last.seq + 1,
        "at": now,
        "actor": actor,
        "role": role,
        "action": action,
        "object": object,
        "group": group,
        "reason": reason,
        "request": request,
        "before": digests[0],
        "after": digests[1],
    }
    seal = keys.witness(previous, canonical(values))
    await tx.execute(insert(audit).values(**values, previous=previous, seal=seal))
    return int(values["seq"])


async def digest(tx: AsyncConnection, keys: Keys, person: str | None, text: str | None) -> bytes | None:
    """What is kept of a text. Raises SealBroken for a person whose key was destroyed."""
    if text is None:
        return None
    if person is None:
        return keys.lookup("audit", text)
    return (await keys.one(tx, person)).digest(text)


async def of_group(
    tx: AsyncConnection, group: str, limit: int = 100, before_seq: int | None = None
) -> list[Entry]:
    """The acts in one group, newest first; with `before_seq` those older than that one."""
    return await entries(tx, select(audit).where(audit.c.group == group), limit, before_seq)


async def latest(tx: AsyncConnection, limit: int = 100, before_seq: int | None = None) -> list[Entry]:
    """All acts, newest first, in the same way."""
    return await entries(tx, select(audit), limit, before_seq)


async def of_object(tx: AsyncConnection, group: str, object: str, limit: int = 100) -> list[Entry]:
    """The acts on one thing of a group, newest first."""
    return await entries(tx, select(audit).where(audit.c.group == group, audit.c.object == object), limit)


async def entries(
    tx: AsyncConnection, query: Select[Any], limit: int, before_seq: int | None = None
) -> list[Entry]:
    """The newest `limit` of the rows asked for."""
    if before_seq is not None:
        query = query.where(audit.c.seq < before_seq)
    rows = await tx.execute(query.order_by(audit.c.seq.desc()).limit(limit))
    return [as_entry(row) for row in rows]


async def checkpoint(tx: AsyncConnection, now: datetime) -> Checkpoint | None:
    """Where the chain stands; None while it is empty."""
    last = (await tx.execute(select(audit.c.seq, audit.c.seal).order_by(audit.c.seq.desc()).limit(1))).first()
    return None if last is None else Checkpoint(seq=last.seq, seal=last.seal, at=now)


async def verify(tx: AsyncConnection, keys: Keys, checkpoints: Sequence[Checkpoint] = ()) -> Broken | None:
    """The first row that was altered, removed or inserted by hand, or that is not what a checkpoint says;
    None when the chain is whole."""
    previous, expected = chain.FIRST, 1
    noted = {one.seq: one.seal for one in checkpoints}
    while rows := (
        await tx.execute(select(audit).where(audit.c.seq >= expected).order_by(audit.c.seq).limit(PAGE))
    ).all():
        for row in rows:
            if row.seq != expected:
                return Broken(seq=expected, why="missing")
            bad, previous = chain.first_bad(keys, previous, [row], lambda one: canonical(one._mapping))
            if bad is not None:
                return Broken(seq=bad, why="altered")
            if noted.get(row.seq, row.seal) != row.seal:
                return Broken(seq=row.seq, why="checkpoint")
            expected += 1
    cut = [seq for seq in noted if seq >= expected]
    return Broken(seq=expected, why="missing") if cut else None


def canonical(values: Any) -> str:
    """The one text of a row that its seal covers: every column but the seals, as a JSON list."""
    fields = [
        values["seq"],
        values["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        *(values[name] for name in ("actor", "role", "action", "object", "group", "reason", "request")),
        *(None if values[name] is None else values[name].hex() for name in ("before", "after")),
    ]
    return json.dumps(fields, separators=(",", ":"))


def as_entry(row: Row[Any]) -> Entry:
    """The entry of a row."""
    return Entry(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        role=row.role,
        action=row.action,
        object=row.object,
        group=row.group,
        reason=row.reason,
        request=row.request,
    )
