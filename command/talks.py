"""The individual meetings of the demo's groups: times offered, booked, met in a room, confirmed, as in real
use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.booking
import store.meeting_decisions
import store.meeting_times
import store.openable
import store.presence
from care.meeting_outcome import Why
from care.meeting_states import Booking, State
from care.meetings import MID, PRE
from command import evening_facts
from command.evening_facts import Way
from scheduler import sessions
from scheduler.observe import Metrics
from store.database import Database
from store.groups import Member
from store.sealing import Keys

HOURS = (time(10), time(11), time(14))
LENGTH = 45
DAYS = 4
BEFORE_FIRST = timedelta(days=12)


@dataclass(slots=True)
class Talks:
    """The meetings of one group, which `leader` leads."""

    db: Database
    keys: Keys
    leader: Member
    zone: str

    async def before(self, first: datetime, people: Sequence[Member]) -> None:
        """Everybody's first meeting, some days before the first session."""
        at = first - BEFORE_FIRST
        booked = await self._arrange(PRE, at, _days(first.date() - timedelta(days=9)), people)
        await self._hold(booked)

    async def in_the_middle(self, now: datetime, people: Sequence[Member]) -> None:
        """One was yesterday, the others are to come; further times are free."""
        at = now - timedelta(days=2)
        days = [now.date() - timedelta(days=1), *_days(now.date() + timedelta(days=1))]
        booked = await self._arrange(MID, at, days, people)
        await self._hold([one for one in booked if one.ends_at is not None and one.ends_at < now])

    async def _arrange(
        self, topic: str, at: datetime, days: Iterable[date], people: Sequence[Member]
    ) -> list[Booking]:
        """Offers times; each of these people books the first that is free, on a day of their own."""
        booked: list[Booking] = []
        async with self.db.write() as tx:
            await store.meeting_times.offer(
                tx, self.keys, self.leader, topic, days, HOURS, self.zone, LENGTH, at
            )
            for one in people:
                free = await store.meeting_times.free(tx, one, topic, at)
                taken = {each.starts_at.date() for each in booked if each.starts_at}
                time = next((each for each in free if each.starts_at.date() not in taken), free[0])
                booked.append(await store.booking.book(tx, self.keys, one, time.id, one, at))
        return booked

    async def _hold(self, booked: Sequence[Booking]) -> None:
        for one in sorted(booked, key=lambda each: str(each.starts_at)):
            async with self.db.write() as tx:
                ended = await self._meet(tx, one)
            await sessions.tick(self.db, Metrics(), ended + timedelta(minutes=1))
            async with self.db.write() as tx:
                await store.meeting_decisions.decide(
                    tx,
                    self.keys,
                    one,
                    State.HELD,
                    Why.AS_PROPOSED,
                    self.leader,
                    ended + timedelta(hours=1),
                    f"demo-{one.id}",
                )

    async def _meet(self, tx: AsyncConnection, booking: Booking) -> datetime:
        """When it ended."""
        session = await store.openable.find(tx, str(booking.session))
        if session is None:
            raise LookupError("a booked meeting has a room")
        facts = evening_facts.told(session, self.leader.id, {booking.member: Way.THERE})
        await store.presence.append(tx, facts)
        return session.ends_at


def _days(first: date) -> list[date]:
    return [first + timedelta(days=number) for number in range(DAYS)]
