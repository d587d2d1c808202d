"""Groups played in seconds: the real store and scheduler with a clock of their own, and a mail server that
listens.

Nothing here knows what should come of it. That stands in `ledgers/`, written by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

import store.checkins
import store.dates
import store.decisions
import store.enrol
import store.groups
import store.pauses
import store.people_own
import store.presence
import store.rooms
import store.standing
from care.changes import Preview
from care.checkin_states import OPEN
from care.facts import Fact, Kind
from scheduler.clockwork import Tick
from scheduler.main import Scheduler
from store import tables
from store.database import Database
from store.enrol import Enrolment
from store.groups import Member
from store.sealing import Keys
from tests.bench.ledger import Account
from tests.scheduler.post_office import PostOffice
from tests.services.circle import make_person

BEGINS = datetime(2026, 9, 1, 8, tzinfo=UTC)
LASTS = timedelta(weeks=26, hours=12)
HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=90)
LONGEST_STEP = timedelta(hours=24)
SELDOM = {
    "reconcile": timedelta(hours=6),
    "tasks": timedelta(hours=6),
    "retention": timedelta(days=1),
    "heartbeat": timedelta(days=1),
    "escalation": timedelta(days=1),
    "alerts": timedelta(days=1),
}
"""Ticks that find nothing to do here most of the time, since every change plans for itself in its own
transaction: so long apart they still see each day, and half a year takes a minute."""
ASKING = ("checkin_invitation", "weekly_checkin", "checkin_reminder")

Act = Callable[["Group"], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Script:
    """What people do. `answers` says after how many letters somebody answers a round (1 unless said); `never`
    who does not even look, `opens` who opens the form and does not send it."""

    name: str
    zone: str
    first: datetime
    count: int
    facilitator: str
    members: Mapping[str, str]  # name -> zone
    late: Mapping[str, datetime] = field(default_factory=dict)
    never: Sequence[str] = ()
    opens: Sequence[str] = ()
    answers: Mapping[tuple[str, str], int] = field(default_factory=dict)
    stays_away: Mapping[str, Sequence[str]] = field(default_factory=dict)  # name -> local dates
    acts: Sequence[tuple[datetime, Act]] = ()


@dataclass
class Group:
    """One group while the programme runs."""

    script: Script
    world: World
    id: str = ""
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time in the play."""
        return self.world.now

    async def change(self, preview: Callable[..., Preview], *args: object) -> None:
        """A change of dates, as a coordinator confirms it."""
        async with self.world.db.write() as tx:
            dated = await store.dates.series(tx, self.id)
            number = await store.dates.revision(tx, self.id)
            shown = preview(dated, *args, now=self.now)
            assert shown.refused is None, shown.refused
            by = self.members["Cory"].id
            await store.dates.apply(tx, self.world.keys, self.id, shown, by, "holiday", self.now, number)

    async def session_on(self, day: str) -> str:
        """The id of the session on this local date."""
        async with self.world.db.read() as tx:
            for one in await store.groups.sessions_of(tx, self.id):
                if one.state != "cancelled" and f"{one.starts_at.astimezone(ZoneInfo(one.zone)):%F}" == day:
                    return one.id
        raise LookupError(day)

    async def close(self, session_id: str) -> None:
        """What the room leaves behind when its time is over: who was there, and that it ended."""
        async with self.world.db.write() as tx:
            one = await store.groups.session(tx, session_id)
            assert one is not None
            day = f"{one.starts_at.astimezone(ZoneInfo(one.zone)):%F}"
            told: list[tuple[datetime, Kind, str | None]] = [(one.starts_at, Kind.ROOM_OPENED, None)]
            for name, member in self.members.items():
                if name == "Cory" or day in self.script.stays_away.get(name, ()):
                    continue
                if await self._there(member, one.starts_at):
                    told += [
                        (one.starts_at, Kind.ADMITTED, member.id),
                        (one.starts_at, Kind.TRANSPORT_UP, member.id),
                        (one.starts_at, Kind.FIRST_MEDIA, member.id),
                        (one.ends_at, Kind.TRANSPORT_DOWN, member.id),
                    ]
            told.append((one.ends_at, Kind.ROOM_CLOSED, None))
            facts = [
                Fact(
                    id=f"{one.id}-{number}",
                    session=one.id,
                    member=who,
                    connection=who,
                    kind=kind,
                    at=at,
                    mono_ms=round(at.timestamp() * 1000),
                    boot="boot-1",
                    detail="",
                )
                for number, (at, kind, who) in enumerate(told)
            ]
            await store.presence.append(tx, facts)
            ended = store.rooms.RoomRecord(
                state="ended", opened_at=one.starts_at, deadline_at=one.ends_at, ended_at=one.ends_at
            )
            await store.rooms.save(tx, one.id, ended)

    async def _there(self, member: Member, at: datetime) -> bool:
        async with self.world.db.read() as tx:
            present = {one.id for one in await store.groups.members(tx, self.id) if one.joined_at <= at}
            return member.id in present - await store.pauses.paused_now(tx, self.id, at)

    async def confirm(self, session_id: str) -> None:
        """The facilitator confirms the attendance as it is proposed."""
        async with self.world.db.write() as tx:
            leads = self.members[self.script.facilitator]
            await store.decisions.confirm_all(
                tx, self.world.keys, session_id, {}, leads.id, "facilitator", self.now, f"form-{session_id}"
            )


class Listener(PostOffice):
    """Takes every letter; its Message-ID says which one it is."""

    def taken(self) -> list[str]:
        """The Message-IDs of what came since the last look."""
        found = [str(one["Message-ID"]) for one in self.took]
        self.took.clear()
        return found


class World:
    """Groups, people and a clock. Everything happens when it is due, in between nothing does."""

    def __init__(self, db: Database, keys: Keys, office: Listener) -> None:
        self.db, self.keys, self.now, self.steps, self.letters = db, keys, BEGINS, 0, 0
        self.scheduler = Scheduler(office.settings(), db, keys)
        self._office = office
        self._ran: dict[str, datetime] = {}
        self._table: Sequence[Tick] = self.scheduler._table(timedelta(seconds=10))
        self._due: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._order = count()
        self._groups: list[Group] = []
        self._names: dict[str, tuple[Group, str]] = {}  # person -> group and name
        self._told: Counter[str] = Counter()  # letters about one check-in
        self.accounts: dict[str, dict[str, Account]] = {}

    def at(self, when: datetime, act: Callable[[], Awaitable[None]]) -> None:
        """Does this at that time, once."""
        heappush(self._due, (when, next(self._order), act))

    async def found(self, script: Script) -> None:
        """A group with its dates and everybody who is there from the beginning."""
        group = Group(script=script, world=self)
        self._groups.append(group)
        self.accounts[script.name] = {}
        zone = ZoneInfo(script.zone)
        async with self.db.write() as tx:
            group.id = await store.groups.create_group(
                tx, f"{script.name} group", script.zone, script.count, self.now
            )
            for ordinal in range(1, script.count + 1):
                local = script.first + timedelta(weeks=ordinal - 1)
                starts_at = local.replace(tzinfo=zone).astimezone(UTC)
                await store.groups.create_session(
                    tx, group.id, ordinal, starts_at, starts_at + MINUTES, script.zone
                )
            for name, role, seat in (("Cory", "coordinator", None), (script.facilitator, "facilitator", 0)):
                person = await make_person(tx, self.keys, f"{name}-{script.name}", self.now)
                group.members[name] = await store.groups.add_member(
                    tx, group.id, person, role, seat, self.now
                )
        self._know(group, script.facilitator)
        await self._enrol(group, [name for name in script.members if name not in script.late])
        for name, when in script.late.items():
            self.at(when, lambda name=name: self._enrol(group, [name]))  # type: ignore[misc]
        for when, act in script.acts:
            self.at(when, lambda act=act: act(group))  # type: ignore[misc]

    async def _enrol(self, group: Group, names: Sequence[str]) -> None:
        people = [
            Enrolment(
                name=name,
                contact=f"{name.lower()}@{group.script.name}.example",
                zone=group.script.members[name],
                locale="en",
            )
            for name in names
        ]
        async with self.db.write() as tx:
            made = await store.enrol.enrol(
                tx, self.keys, group.id, people, group.members["Cory"].id, self.now
            )
        for name, member in zip(names, made, strict=True):
            group.members[name] = member
            self._know(group, name)

    def _know(self, group: Group, name: str) -> None:
        self._names[group.members[name].person] = (group, name)
        self.accounts[group.script.name][name] = Account()

    async def run(self, until: datetime) -> None:
        """Goes from one due moment to the next."""
        await self._turn()
        while (following := await self._next()) <= until:
            self.now = following
            while self._due and self._due[0][0] <= self.now:
                await heappop(self._due)[2]()
            await self._close_rooms()
            await self._turn()
        self.now = until
        await self._turn()

    async def _turn(self) -> None:
        """One turn of the scheduler's own table, each tick as often as it asks for; then the post is read."""
        self.steps += 1
        for tick in self._table:
            every = SELDOM.get(tick.name, tick.every)
            if self.now - self._ran.get(tick.name, self.now - every) >= every:
                self._ran[tick.name] = self.now
                await tick.body(self.now)
        for message_id in self._office.taken():
            await self._read(message_id)

    async def _read(self, message_id: str) -> None:
        async with self.db.read() as tx:
            outbox = tables.outbox
            row = (await tx.execute(select(outbox).where(outbox.c.message_id == message_id))).one()
        self.letters += 1
        group, name = self._names[row.person]
        self.accounts[group.script.name][name].letters[self.now, row.kind] += 1
        if row.kind in ASKING and name not in group.script.never:
            await self._answer_later(group, name, row.payload["checkin"])

    async def _answer_later(self, group: Group, name: str, checkin: str) -> None:
        self._told[checkin] += 1
        async with self.db.read() as tx:
            one = await store.checkins.find(tx, checkin)
        assert one is not None
        if self._told[checkin] == group.script.answers.get((name, one.wave), 1):
            self.at(self.now + HOUR, lambda: self._answer(checkin, name not in group.script.opens))

    async def _answer(self, checkin: str, sends: bool) -> None:
        async with self.db.write() as tx:
            one = await store.checkins.find(tx, checkin)
            assert one is not None
            assert await store.checkins.mark_opened(tx, checkin, f"{one.wave}.1", self.now)
            if sends:
                assert await store.checkins.submit(tx, checkin, self.now)

    async def _close_rooms(self) -> None:
        session = tables.session
        query = select(session.c.id, session.c.group).where(
            session.c.state == "planned", session.c.ends_at <= self.now
        )
        async with self.db.read() as tx:
            over = (await tx.execute(query)).all()
        for row in over:
            group = next(one for one in self._groups if one.id == row.group)
            await group.close(row.id)
            self.at(self.now + HOUR, lambda group=group, id=row.id: group.confirm(id))  # type: ignore[misc]

    async def _next(self) -> datetime:
        """The next moment at which anything is due."""
        outbox, checkin, session = tables.outbox, tables.checkin, tables.session
        day = timedelta(days=1)
        async with self.db.read() as tx:
            soonest = [
                (await tx.execute(query)).scalar_one_or_none()
                for query in (
                    select(func.min(outbox.c.due_at)).where(
                        outbox.c.state == "pending", outbox.c.due_at > self.now
                    ),
                    select(func.min(checkin.c.opens_at)).where(
                        checkin.c.state == "planned", checkin.c.opens_at > self.now
                    ),
                    select(func.min(checkin.c.closes_at)).where(
                        checkin.c.state.in_(sorted(OPEN)), checkin.c.closes_at > self.now
                    ),
                    select(func.min(session.c.ends_at)).where(
                        session.c.state == "planned", session.c.ends_at > self.now
                    ),
                )
            ]
            links = await tx.execute(
                select(func.min(session.c.starts_at)).where(
                    session.c.state == "planned", session.c.starts_at > self.now + day
                )
            )
            linked = links.scalar_one_or_none()
        known = [one for one in soonest if one is not None]
        known += [linked - day] if linked is not None else []
        known += [self._due[0][0]] if self._due else []
        return min([*known, self.now + LONGEST_STEP])

    async def settle(self) -> None:
        """Writes down how every round and every standing is in the end."""
        async with self.db.read() as tx:
            for group in self._groups:
                seen = self.accounts[group.script.name]
                by_id = {group.members[name].id: account for name, account in seen.items()}
                for one in await store.checkins.of_group(tx, group.id):
                    by_id[one.member].rounds[one.wave, one.number] = (one.opens_at, one.closes_at, one.state)
                for member, standing in (await store.standing.of_group(tx, group.id, self.now)).items():
                    by_id[member].standing = said(standing)


def said(one: store.standing.Standing) -> str:
    """A standing as the ledger writes it."""
    rate = "none" if one.rate is None else f"{one.rate.of}/{one.rate.out_of}"
    return (
        f"held {one.held}, attended {one.attended}, excused {one.excused}, missed {one.missed}, "
        f"paused {one.paused}, rate {rate}, reachable {one.reachable.of}/{one.reachable.out_of}"
    )
