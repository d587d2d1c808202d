"""What a server would have noted on an evening of the demo, for each way of being there or not."""

from datetime import timedelta
from enum import StrEnum

from care.facts import Fact, Kind
from store.groups import Session
from store.ids import fresh_id

BOOT = "demo"
MINUTE_MS = 60_000


class Way(StrEnum):
    """How somebody came to one session."""

    THERE = "there"
    LATE = "late"
    EARLY = "early"
    GAP = "gap"
    PARTLY = "partly"
    FAILED = "failed"
    AWAY = "away"
    MISSING = "missing"


STAYS: dict[Way, tuple[tuple[float, float], ...]] = {
    Way.THERE: ((-3, 90),),
    Way.LATE: ((14, 90),),
    Way.EARLY: ((-2, 68),),
    Way.GAP: ((-4, 31), (36, 90)),
    Way.PARTLY: ((0, 27),),
}
"""Minutes of the session from which until which somebody was connected."""


def told(session: Session, leader: str, ways: dict[str, Way]) -> list[Fact]:
    """The facts of one session that `leader` opened on time and closed at its end."""
    facts = [_fact(session, 0, Kind.ROOM_OPENED, None, None)]
    for number, (member, way) in enumerate({leader: Way.THERE, **ways}.items()):
        for stay, (came, went) in enumerate(STAYS.get(way, ())):
            facts += _stay(session, member, f"c{number}-{stay}", came, went, first=stay == 0)
        if way is Way.FAILED:
            facts += _failure(session, member)
    facts.append(_fact(session, _length(session), Kind.ROOM_CLOSED, None, None))
    return sorted(facts, key=lambda fact: fact.mono_ms)


def _stay(
    session: Session, member: str, connection: str, came: float, went: float, *, first: bool
) -> list[Fact]:
    """One connection from its first picture to its end."""
    steps: list[tuple[float, Kind, str | None]] = [(came, Kind.ADMITTED, None)] if first else []
    steps += [(came, Kind.TRANSPORT_UP, connection), (came, Kind.FIRST_MEDIA, connection)]
    steps.append((min(went, _length(session)), Kind.TRANSPORT_DOWN, connection))
    return [_fact(session, minute, kind, member, part) for minute, kind, part in steps]


def _failure(session: Session, member: str) -> list[Fact]:
    """Three tries, none of which got through."""
    tries = [_fact(session, minute, Kind.SOCKET_OPEN, member, f"try{minute}") for minute in (-1, 4, 12)]
    failed = _fact(session, 13, Kind.ATTEMPT_FAILED, member, None, "no_path")
    return [_fact(session, -1, Kind.LINK_OPENED, member, None), *tries, failed]


def _length(session: Session) -> float:
    return (session.ends_at - session.starts_at) / timedelta(minutes=1)


def _fact(
    session: Session, minute: float, kind: Kind, member: str | None, connection: str | None, detail: str = ""
) -> Fact:
    return Fact(
        id=fresh_id(),
        session=session.id,
        member=member,
        connection=None if connection is None else f"{session.id}-{connection}",
        kind=kind,
        at=session.starts_at + timedelta(minutes=minute),
        mono_ms=round((minute + 1000) * MINUTE_MS),
        boot=BOOT,
        detail=detail,
    )
