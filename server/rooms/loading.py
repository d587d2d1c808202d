"""A room out of the database: session, roster, names, what was kept, what was answered at the doorstep."""

from dataclasses import dataclass

import store.doorstep
import store.groups
import store.openable
import store.people
import store.rooms
from server.rooms import kept
from server.rooms.moment import Now
from server.rooms.state import RoomData, Seat, Session
from store.database import Database
from store.rooms import RoomRecord
from store.sealing import Keys


@dataclass(frozen=True, slots=True)
class Loaded:
    """The room and the record it came from."""

    data: RoomData
    record: RoomRecord | None


async def load(db: Database, keys: Keys, session: str, now: Now) -> Loaded | None:
    """The room of a session as it was last stored; None when there is no such session."""
    async with db.read() as tx:
        found = await store.openable.find(tx, session)
        if found is None:
            return None
        record = await store.rooms.load(tx, session)
        answers = await store.doorstep.answered(tx, session)
    about = Session(
        id=found.id,
        title=found.title,
        ordinal=found.ordinal,
        count=found.count,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
    )
    seats = await roster(db, keys, found)
    return Loaded(kept.restore(about, seats, record, answers, now), record)


async def roster(db: Database, keys: Keys, session: store.groups.Session) -> list[Seat]:
    """A fresh seat for everybody in the session's group who has one; where two people meet, for that member
    and the facilitators."""
    async with db.read() as tx:
        members = [
            m
            for m in await store.groups.members(tx, session.group)
            if m.seat is not None and store.openable.open_to(session, session.group, m.id, m.role)
        ]
        names = await store.people.names(tx, keys, [m.id for m in members])
    return [kept.seat_of(m, names.get(m.id, "")) for m in members]


async def unended(db: Database) -> list[str]:
    """Sessions whose rooms are open or held."""
    async with db.read() as tx:
        return await store.rooms.unended(tx)
