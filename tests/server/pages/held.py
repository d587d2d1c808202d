"""A session that was held and closed: eight members, most of whom came; one was missed, one left early."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.groups
import store.presence
import store.proposing
from care.facts import Fact, Kind
from store.ids import fresh_id
from store.sealing import Keys
from tests.services.circle import Circle, make_circle

MINUTE = timedelta(minutes=1)
MINUTES = 90


@dataclass(frozen=True, slots=True)
class Came:
    """From which minute to which a member was in the room."""

    start: float
    end: float


FULL = Came(-2, MINUTES)


async def held_session(
    tx: AsyncConnection, keys: Keys, now: datetime, came: dict[int, Came], participants: int = 8
) -> Circle:
    """A circle whose session ended half an hour before `now`; `came` by the member's number, from 0."""
    starts_at = now - (MINUTES + 30) * MINUTE
    circle = await make_circle(tx, keys, participants, starts_at)
    await store.presence.append(tx, [*room(circle, starts_at), *members(circle, starts_at, came)])
    await store.groups.set_session_state(tx, circle.session, "closed", now)
    session = await store.groups.session(tx, circle.session)
    assert session is not None
    await store.proposing.propose(tx, session, now)
    return circle


def room(circle: Circle, starts_at: datetime) -> list[Fact]:
    """The room was open all the time."""
    return [
        fact(circle, starts_at, -5, Kind.ROOM_OPENED, None),
        fact(circle, starts_at, MINUTES, Kind.ROOM_CLOSED, None),
    ]


def members(circle: Circle, starts_at: datetime, came: dict[int, Came]) -> list[Fact]:
    """Each knocked, was let in a minute later, and was connected."""
    found = []
    for number, span in came.items():
        member = circle.participants[number].id
        found += [
            fact(circle, starts_at, span.start - 1, Kind.TRANSPORT_UP, member),
            fact(circle, starts_at, span.start - 1, Kind.ARRIVED, member),
            fact(circle, starts_at, span.start, Kind.ADMITTED, member),
            fact(circle, starts_at, span.end, Kind.TRANSPORT_DOWN, member),
        ]
    return found


def fact(circle: Circle, starts_at: datetime, minute: float, kind: Kind, member: str | None) -> Fact:
    """A fact so many minutes after the start."""
    transport = kind in (Kind.TRANSPORT_UP, Kind.TRANSPORT_DOWN)
    return Fact(
        id=fresh_id(),
        session=circle.session,
        member=member,
        connection=f"c-{member}" if transport else None,
        kind=kind,
        at=starts_at + minute * MINUTE,
        mono_ms=int((minute + 60) * 60_000),
        boot="boot",
    )
