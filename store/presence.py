"""Facts, written once; proofs of life of a running server; and what ends when a server dies without a
word."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care.facts import Fact, Kind
from store import rooms, upsert
from store.tables import boot as boots
from store.tables import fact

SILENT = timedelta(seconds=30)
ENDS = {Kind.TRANSPORT_UP: Kind.TRANSPORT_DOWN, Kind.SOCKET_OPEN: Kind.SOCKET_CLOSED}


async def append(tx: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Stores facts in their order. One that is already stored (the same id) stays as it is, so a caller
    may repeat."""
    await upsert.put_new(tx, fact, [{**asdict(one), "kind": one.kind.value} for one in facts])


async def facts(tx: AsyncConnection, session: str) -> list[Fact]:
    """The facts of a session in the order they were stored."""
    rows = await tx.execute(select(fact).where(fact.c.session == session).order_by(fact.c.seq))
    return [as_fact(row) for row in rows]


async def beat(
    tx: AsyncConnection, boot: str, at: datetime, legs: Mapping[str, datetime] | Iterable[str], node: str = ""
) -> bool:
    """Says that this boot of a server is alive, and each connection's last proof of life (a bare list of
    connections means `at`). Replaces the beat before; called every 10 s. True when another server had taken
    this boot for dead and closed its connections: it lives again from now on, and the caller says anew what
    is open."""
    known = await tx.execute(select(boots.c.closed_at).where(boots.c.boot == boot).with_for_update())
    closed_at = known.scalar_one_or_none()
    proofs = legs if isinstance(legs, Mapping) else dict.fromkeys(legs, at)
    row = {
        "boot": boot,
        "node": node,
        "started_at": at,
        "alive_at": at,
        "legs": {connection: proof.astimezone(UTC).isoformat() for connection, proof in proofs.items()},
        "closed_at": None,
    }
    await upsert.put(tx, boots, [row], frozen=("started_at", "node"))
    return closed_at is not None


async def heartbeats(tx: AsyncConnection, session: str) -> dict[str, datetime]:
    """The last proof of life of each boot that stored a fact of this session."""
    seen = select(fact.c.boot).where(fact.c.session == session).distinct()
    return {row.boot: row.alive_at for row in await tx.execute(select(boots).where(boots.c.boot.in_(seen)))}


async def close_open(
    tx: AsyncConnection, boot: str, now: datetime, mono_ms: int, node: str = ""
) -> list[Fact]:
    """Ends what dead boots left open, and returns the facts it stored. Dead is an earlier boot of this
    node, and any other node's that has been silent for 30 s. Every open connection ends at its last proof
    of life; each live session is told that the service stopped then, and that it started now. Nobody is
    closed by a server that was silent itself: when the database was away, the others may live as well."""
    if not await lives(tx, boot, now):
        return []
    dead = await tx.execute(
        select(boots)
        .where(
            boots.c.boot != boot,
            boots.c.closed_at.is_(None),
            or_(boots.c.node == node, boots.c.alive_at < now - SILENT),
        )
        .with_for_update()
    )
    live = await rooms.unended(tx)
    written: list[Fact] = []
    for gone in dead.all():
        ended = await endings(tx, gone, live)
        written += ended
        stops = [one for one in ended if one.kind is Kind.SERVICE_STOPPED]
        written += [started(stop, boot, now, mono_ms) for stop in stops]
        await tx.execute(update(boots).where(boots.c.boot == gone.boot).values(closed_at=now))
    await append(tx, written)
    return written


async def lives(tx: AsyncConnection, boot: str, now: datetime) -> bool:
    """True while the last beat of this boot is at most 30 s old and nobody closed it."""
    query = select(boots.c.boot).where(
        boots.c.boot == boot, boots.c.closed_at.is_(None), boots.c.alive_at >= now - SILENT
    )
    return (await tx.execute(query)).first() is not None


async def stopped(tx: AsyncConnection, boot: str, now: datetime) -> None:
    """This boot ended in order and has stored its own last facts; nothing is left to close."""
    await tx.execute(update(boots).where(boots.c.boot == boot).values(closed_at=now))


async def endings(tx: AsyncConnection, gone: Row[tuple[object, ...]], live: Sequence[str]) -> list[Fact]:
    """The facts a dead boot could not write any more: one end per open connection, one stop per live
    session."""
    rows = await tx.execute(select(fact).where(fact.c.boot == gone.boot).order_by(fact.c.seq))
    seen = [as_fact(row) for row in rows]
    proofs = {connection: datetime.fromisoformat(at) for connection, at in gone.legs.items()}
    for one in seen:
        if one.connection is not None:
            proofs[one.connection] = max(one.at, proofs.get(one.connection, one.at))
    ended = [ending(one, proofs[one.connection or ""]) for one in still_open(seen)]
    last = {one.session: one for one in seen}
    alive_at = max([gone.alive_at, *(one.at for one in seen)])
    stops = [
        later(last[session], Kind.SERVICE_STOPPED, alive_at, member=None, connection=None)
        for session in sorted(live)
        if session in last and last[session].kind is not Kind.SERVICE_STOPPED
    ]
    return ended + stops


def still_open(seen: Sequence[Fact]) -> list[Fact]:
    """The beginnings without an end, matched by connection."""
    begun: dict[tuple[str | None, Kind], Fact] = {}
    for one in seen:
        if one.kind in ENDS:
            begun[one.connection, ENDS[one.kind]] = one
        begun.pop((one.connection, one.kind), None)
    return list(begun.values())


def ending(begin: Fact, proof: datetime) -> Fact:
    """The end of a connection at its last proof of life."""
    return later(begin, ENDS[begin.kind], proof, member=begin.member, connection=begin.connection)


def later(known: Fact, kind: Kind, at: datetime, *, member: str | None, connection: str | None) -> Fact:
    """A fact of the same boot at another instant; the monotonic clock went on as the wall clock did."""
    return replace(
        known,
        id=derived(known.boot, kind, known.session, connection or "", known.id),
        kind=kind,
        at=at,
        mono_ms=known.mono_ms + (at - known.at) // timedelta(milliseconds=1),
        member=member,
        connection=connection,
        detail="service_stopped",
    )


def started(stop: Fact, boot: str, now: datetime, mono_ms: int) -> Fact:
    """The new boot takes the session up after this stop."""
    return Fact(
        id=derived(boot, Kind.SERVICE_STARTED, stop.session, "", stop.id),
        session=stop.session,
        kind=Kind.SERVICE_STARTED,
        at=now.astimezone(UTC),
        mono_ms=mono_ms,
        boot=boot,
        detail="restored",
    )


def derived(*parts: str) -> str:
    """The same id for the same ending, so that closing twice stores it once."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:22]


def as_fact(row: Row[tuple[object, ...]]) -> Fact:
    """The fact of a row."""
    return Fact(
        id=row.id,
        session=row.session,
        member=row.member,
        connection=row.connection,
        kind=Kind(row.kind),
        at=row.at,
        mono_ms=row.mono_ms,
        boot=row.boot,
        detail=row.detail,
    )
