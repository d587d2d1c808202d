"""Individual meetings of a group, arranged in few words."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from care.facts import Fact, Kind
from care.meeting_states import Booking
from care.slots import Offer
from store import booking, meeting_times
from store.groups import Member, Session
from store.sealing import Keys

LASTS = timedelta(minutes=45)


async def offered(
    tx: AsyncConnection, leader: Member, topic: str, starts_at: datetime, now: datetime, zone: str = "UTC"
) -> str:
    """A time the facilitator offers from then on, whatever the window says."""
    local = starts_at.astimezone(UTC).replace(tzinfo=None)
    one = Offer(local=local, starts_at=starts_at, ends_at=starts_at + LASTS)
    return await meeting_times.add(tx, leader.id, topic, one, zone, now)


async def arranged(
    tx: AsyncConnection,
    keys: Keys,
    leader: Member,
    who: Member,
    topic: str = "mid",
    now: datetime | None = None,
) -> Booking:
    """A booked meeting inside the topic's window: one hour after the other by the member's seat."""
    moment = now or datetime.now(UTC)
    window = (await meeting_times.windows(tx, leader.group, moment))[topic]
    at = max(window.opens_at, moment) + timedelta(hours=who.seat or 0, minutes=30)
    return await booking.book(tx, keys, who, await offered(tx, leader, topic, at, moment), who, moment)


def facts_of(meeting: Session, member: str) -> list[Fact]:
    """The room was open all the time and the member was there."""
    told = (
        (meeting.starts_at, Kind.ROOM_OPENED, None, None),
        (meeting.starts_at, Kind.ADMITTED, member, None),
        (meeting.starts_at, Kind.TRANSPORT_UP, member, "c"),
        (meeting.starts_at, Kind.FIRST_MEDIA, member, "c"),
        (meeting.ends_at, Kind.TRANSPORT_DOWN, member, "c"),
        (meeting.ends_at, Kind.ROOM_CLOSED, None, None),
    )
    return [
        Fact(
            id=f"{meeting.id}-{number}",
            session=meeting.id,
            member=whose,
            connection=connection,
            kind=kind,
            at=at,
            mono_ms=round(at.timestamp() * 1000),
            boot="boot-1",
        )
        for number, (at, kind, whose, connection) in enumerate(told)
    ]
