"""A group with a session to close and messages to send, in a real database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import store.groups
import store.outbox
import store.people
import store.presence
import store.rooms
from care import delivery
from care.delivery import Channel, MessageKind
from care.facts import Fact, Kind
from scheduler.observe import Metrics
from scheduler.outbox import Sender
from scheduler.settings import SchedulerSettings
from scheduler.transports import Transport
from scheduler.words import Words
from store.database import Database
from store.groups import Member, Session
from store.outbox import Message
from store.rooms import RoomRecord
from store.sealing import Keys

START = datetime(2027, 3, 2, 11, 0, tzinfo=UTC)  # noon in Berlin: nobody's quiet hours
LASTS = timedelta(minutes=90)
END = START + LASTS
NAMES = ("Ada", "Ben", "Cleo", "Dan")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A group of participants with one facilitator and a coordinator, and its present session."""

    db: Database
    keys: Keys
    group: str
    session: str
    start: datetime
    members: Mapping[str, Member]

    async def now_session(self) -> Session:
        """The session as it is stored."""
        async with self.db.read() as tx:
            found = await store.groups.session(tx, self.session)
        assert found is not None
        return found

    async def saw(self, *told: tuple[float, Kind, str | None, str]) -> None:
        """Stores facts: minute after the start, kind, a participant's name or None, connection."""
        facts = [
            Fact(
                id=f"{self.session}-{number}-{kind}",
                session=self.session,
                member=self.members[name].id if name else None,
                connection=connection or None,
                kind=kind,
                at=self.start + timedelta(minutes=minute),
                mono_ms=round((minute + 1000) * 60_000),
                boot="boot-1",
                detail="",
            )
            for number, (minute, kind, name, connection) in enumerate(told)
        ]
        async with self.db.write() as tx:
            await store.presence.append(tx, facts)

    async def held(self) -> None:
        """The usual evening: opened on time, Ada there from start to end, the room ended by itself."""
        await self.saw(
            (0, Kind.ROOM_OPENED, None, ""),
            (0, Kind.ADMITTED, "Ada", ""),
            (0, Kind.TRANSPORT_UP, "Ada", "c1"),
            (0, Kind.FIRST_MEDIA, "Ada", "c1"),
            (90, Kind.TRANSPORT_DOWN, "Ada", "c1"),
            (90, Kind.ROOM_CLOSED, None, ""),
        )
        async with self.db.write() as tx:
            await store.rooms.save(tx, self.session, ended_room(self.start))

    async def queue(
        self,
        name: str = "Ada",
        kind: MessageKind = MessageKind.JOIN_LINK,
        now: datetime = START - timedelta(hours=2),
        due_at: datetime | None = None,
        expires_at: datetime = START,
        revision: int = 0,
    ) -> str:
        """Puts a message about the session into the outbox; returns its key."""
        member = self.members[name]
        key = delivery.key(kind, member.id, self.session, revision=revision)
        async with self.db.write() as tx:
            await store.outbox.put(
                tx,
                key,
                kind.value,
                member.person,
                {"member": member.id, "session": self.session},
                due_at or now,
                expires_at,
                now,
            )
        return key

    async def message(self, key: str) -> Message:
        """The row of a key."""
        async with self.db.read() as tx:
            found = await store.outbox.find(tx, key)
        assert found is not None
        return found

    def sender(
        self,
        transport: Transport | None,
        settings: SchedulerSettings | None = None,
        texts: Transport | None = None,
    ) -> Sender:
        """A sender over these transports of mail and of texts."""
        chosen = settings or SchedulerSettings(base_url="https://rooms.example")
        given = {Channel.MAIL: transport, Channel.TEXT: texts}
        transports = {channel: one for channel, one in given.items() if one is not None}
        return Sender(self.db, self.keys, chosen, transports, Words(), Metrics())


def ended_room(start: datetime) -> RoomRecord:
    """A room that ended by itself at the planned end."""
    end = start + LASTS
    return RoomRecord(
        state="ended", locked=False, opened_at=start, deadline_at=end, held_at=None, ended_at=end, seats={}
    )


async def build(
    db: Database,
    keys: Keys,
    participants: int = 2,
    count: int = 12,
    present: int = 6,
    start: datetime = START,
) -> House:
    """A group in its `present` session of `count`, which starts at `start`."""
    joined = start - timedelta(days=60)
    async with db.write() as tx:
        group = await store.groups.create_group(tx, "Tuesday", "Europe/Berlin", count, joined)
        members = {}
        cast = [("Fay", "facilitator", 0), ("Cory", "coordinator", None)]
        cast += [(name, "participant", seat) for seat, name in enumerate(NAMES[:participants], 1)]
        for name, role, seat in cast:
            person = await store.people.create(
                tx, keys, name, f"{name.lower()}@example.org", "a friend", "Europe/Berlin", "en", joined
            )
            members[name] = await store.groups.add_member(tx, group, person, role, seat, joined)
        session = ""
        for ordinal in range(1, count + 1):
            starts_at = start + timedelta(weeks=ordinal - present)
            made = await store.groups.create_session(
                tx, group, ordinal, starts_at, starts_at + LASTS, "Europe/Berlin"
            )
            if ordinal < present:
                await store.groups.set_session_state(tx, made, "closed", joined)
            session = made if ordinal == present else session
    return House(db=db, keys=keys, group=group, session=session, start=start, members=members)
