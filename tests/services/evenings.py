"""Sessions of a circle that are over, told in few words: who was there, closed and proposed as the clock does
it."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from care.facts import Fact, Kind
from store import groups, presence, proposing
from store.groups import Session
from tests.services.circle import Circle

LASTS = timedelta(minutes=90)
MINUTE = timedelta(minutes=1)


async def later(tx: AsyncConnection, circle: Circle, ordinal: int, starts_at: datetime) -> str:
    """One more planned session of the circle's group."""
    return await groups.create_session(
        tx, circle.group, ordinal, starts_at, starts_at + LASTS, "Europe/Berlin"
    )


async def over(
    tx: AsyncConnection, session_id: str, stays: dict[str, tuple[float, float]], opened: bool = True
) -> Session:
    """The session, held from start to end with these members there from minute to minute, closed and
    proposed at its end."""
    found = await groups.session(tx, session_id)
    assert found is not None
    told: list[tuple[float, Kind, str | None, str | None]] = []
    if opened:
        told.append((0, Kind.ROOM_OPENED, None, None))
    for number, (member, (came, went)) in enumerate(stays.items()):
        told += [
            (came, Kind.ADMITTED, member, None),
            (came, Kind.TRANSPORT_UP, member, f"c{number}"),
            (came, Kind.FIRST_MEDIA, member, f"c{number}"),
            (went, Kind.TRANSPORT_DOWN, member, f"c{number}"),
        ]
    if opened:
        told.append((90, Kind.ROOM_CLOSED, None, None))
    await presence.append(tx, [_fact(found, number, *one) for number, one in enumerate(told)])
    await groups.set_session_state(tx, session_id, "closed", found.ends_at)
    closed = await groups.session(tx, session_id)
    assert closed is not None
    await proposing.propose(tx, closed, found.ends_at)
    return closed


def _fact(
    session: Session, number: int, minute: float, kind: Kind, member: str | None, connection: str | None
) -> Fact:
    return Fact(
        id=f"{session.id}-{number}",
        session=session.id,
        member=member,
        connection=connection,
        kind=kind,
        at=session.starts_at + minute * MINUTE,
        mono_ms=round((minute + 1000) * 60_000),
        boot="boot-1",
        detail="",
    )
