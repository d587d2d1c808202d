"""Lets the groups of the demo happen: set up, signed, re-dated, held, closed by the clock and confirmed, each
step by the functions of real use at the time it would have happened.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale
from sqlalchemy.ext.asyncio import AsyncConnection

import store.absence
import store.contracts
import store.dates
import store.decisions
import store.duties
import store.enrol
import store.groups
import store.presence
import store.setup
import store.signatures
import store.staff
import store.tasks
from care import changes, signing
from care.decision import Change, Reason
from care.thresholds import Kind
from care.verdict import Status
from command import books, evening_facts
from command.evening_facts import Way
from command.rounds import Rounds
from command.stories import Moved, Story
from command.talks import Talks
from scheduler import sessions
from scheduler.observe import Metrics
from server.pages import contract_text
from server.pages.contract_parts import Reader, Sheet
from store.database import Database
from store.enrol import Enrolment
from store.groups import Member, Session
from store.sealing import Keys
from store.staff import Staff

ZONE = "Europe/Berlin"
LOCALE = "en"
BEFORE = timedelta(days=21)
"How long before its first session a group is set up."


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the people who work here, with the account."""

    name: str
    staff: Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The colleagues of the demo."""

    coordinator: Colleague
    facilitators: tuple[Colleague, ...]

    def by_name(self) -> dict[str, str]:
        """Their persons."""
        return {one.name: one.staff.person for one in (self.coordinator, *self.facilitators)}


@dataclass(slots=True)
class Course:
    """One group while its story is told. `people` are its participants by name."""

    db: Database
    keys: Keys
    team: Team
    story: Story
    now: datetime
    group: str = ""
    people: dict[str, Member] = field(default_factory=dict)
    rounds: Rounds | None = None
    leader: Member | None = None
    coordinator: Member | None = None

    async def tell(self) -> str:
        """The group's id, once everything up to now has happened."""
        first = self._first()
        begun = min(first.astimezone(ZoneInfo(ZONE)) - BEFORE, self.now - timedelta(days=2))
        await self._set_up(first, begun)
        await self._sign(begun + timedelta(days=1), tuple(self.story.people))
        if self.leader is not None:
            self.rounds = Rounds(
                self.db, self.keys, self.group, self.story.answers, self.leader.id, self.leader.person
            )
        await self._talks().before(first, [self.people[name] for name in self.story.met])
        await self._hold_all(sorted((self._eve(first, one), one.session, one) for one in self.story.changes))
        await self._answer(self.now)
        if self.story.middle:
            await self._talks().in_the_middle(self.now, [self.people[name] for name in self.story.middle])
        await self._fill_books(begun + timedelta(days=2))
        if self.story.over:
            async with self.db.write() as tx:
                await store.setup.end(tx, self.keys, self.group, self._office(), self.now - timedelta(days=7))
        async with self.db.write() as tx:
            await store.duties.renew(tx, self.group, self.now)
        return self.group

    async def _fill_books(self, now: datetime) -> None:
        """What some members have written down with their facilitator, one strategy for each session."""
        if self.leader is None:
            raise LookupError("nobody leads this group")
        async with self.db.write() as tx:
            sessions = await store.groups.sessions_of(tx, self.group)
            worked = {
                one.id: books.WORKED[one.ordinal]
                for one in sessions
                if one.state == "closed" and one.ordinal in books.WORKED
            }
            for name in self.story.books:
                await books.fill(tx, self.keys, self.people[name], self.leader, worked, now)
                if not self.story.over:
                    await books.try_out(tx, self.keys, self.people[name], self.now - timedelta(days=1))

    def _first(self) -> datetime:
        day = (self.now - timedelta(days=self.story.first_days_ago)).astimezone(ZoneInfo(ZONE))
        return day.replace(hour=self.story.hour, minute=0, second=0, microsecond=0)

    def _eve(self, first: datetime, moved: Moved) -> datetime:
        """When a change was decided."""
        return first + timedelta(days=7 * (moved.session - 1) - moved.days_before)

    def _office(self) -> str:
        if self.coordinator is None:
            raise LookupError("the group has no coordinator yet")
        return self.coordinator.id

    async def _set_up(self, first: datetime, now: datetime) -> None:
        """A draft becomes a group, as by the last press of the set-up."""
        person = self.team.coordinator.staff.person
        async with self.db.write() as tx:
            draft = await store.setup.save_draft(tx, self.keys, person, {"title": self.story.title}, now)
            terms = (await store.contracts.service_terms(tx)).with_changes(
                {"zone": ZONE, "first_local": first.replace(tzinfo=None).isoformat()}
            )
            self.group = await store.setup.create(
                tx,
                self.keys,
                draft=draft,
                title=self.story.title,
                terms=terms,
                facilitators=[one.staff.person for one in self.team.facilitators],
                people=[enrolment(name) for name in self.story.people],
                by=self.team.coordinator.staff.id,
                person=person,
                now=now,
            )
            members = await store.groups.members(tx, self.group)
        taking_part = [one for one in members if one.role == "participant"]
        self.people = dict(zip(self.story.people, taking_part, strict=True))
        self.leader = next(one for one in members if one.role == "facilitator")
        self.coordinator = next(one for one in members if one.role == "coordinator")

    async def _sign(self, now: datetime, names: tuple[str, ...]) -> None:
        """Members and their facilitator sign the text that they were shown."""
        for name in names:
            if name not in self.story.unsigned and self.leader is not None:
                member = self.people[name]
                async with self.db.write() as tx:
                    await self._sign_one(tx, member, signing.MEMBER, member.id, now)
                    await self._sign_one(tx, member, signing.FACILITATOR, self.leader.id, now)

    async def _sign_one(self, tx: AsyncConnection, member: Member, side: str, by: str, now: datetime) -> None:
        version = await store.contracts.latest(tx, self.group)
        if version is None:
            raise LookupError("the group has no contract")
        reader = Reader(words=NullTranslations(), locale=Locale(LOCALE), zone=ZONE)
        shown = contract_text.parts(
            reader,
            version.terms,
            await store.dates.series(tx, self.group),
            Sheet(main="", secondary="", goals=()),
        )
        text = signing.canonical(contract_text.plain(shown))
        await store.signatures.sign(
            tx, self.keys, member.id, side, by, text, signing.text_hash(text), LOCALE, now, version.number
        )

    async def _change(self, moved: Moved, now: datetime) -> None:
        """One change of dates, previewed and made as by the coordinator's page."""
        async with self.db.write() as tx:
            dates = await store.dates.series(tx, self.group)
            version = await store.contracts.latest(tx, self.group)
            if version is None:
                raise LookupError("the group has no contract")
            if moved.kind == "move":
                found = next(one for one in dates if one.ordinal == moved.session)
                local = found.local + timedelta(days=moved.days)
                preview = changes.move(dates, moved.session, local, now=now)
            else:
                preview = changes.cancel_append(dates, moved.session, version.terms.plan(), now=now)
            revision = await store.dates.revision(tx, self.group)
            await store.dates.apply(
                tx, self.keys, self.group, preview, self._office(), moved.reason, now, revision
            )

    async def _hold_all(self, planned: list[tuple[datetime, int, Moved]]) -> None:
        """Every session that is over by now and every change of dates, in the order of time."""
        ordinal = 1
        while (session := await self._session(ordinal)) is not None:
            over = session.ends_at + timedelta(minutes=5) <= self.now
            while planned and planned[0][0] <= (session.starts_at if over else self.now):
                at, _, moved = planned.pop(0)
                await self._change(moved, at)
            session = await self._session(ordinal)
            if session is None or session.ends_at + timedelta(minutes=5) > self.now:
                return
            await self._answer(session.starts_at)
            await self._hold(session)
            if ordinal == 1 and self.story.late:
                await self._join_late(session)
            ordinal += 1

    def _talks(self) -> Talks:
        if self.leader is None:
            raise LookupError("nobody leads this group")
        return Talks(self.db, self.keys, self.leader, ZONE)

    async def _answer(self, until: datetime) -> None:
        """The check-ins that were filled in by then."""
        if self.rounds is not None:
            await self.rounds.until(until, self.people)

    async def _session(self, ordinal: int) -> Session | None:
        """The session with this number as it is planned now."""
        async with self.db.read() as tx:
            found = await store.groups.sessions_of(tx, self.group)
        return next((one for one in found if one.ordinal == ordinal), None)

    async def _join_late(self, session: Session) -> None:
        now = session.ends_at + timedelta(days=2)
        async with self.db.write() as tx:
            rows = [enrolment(self.story.late)]
            (member,) = await store.enrol.enrol(tx, self.keys, self.group, rows, self._office(), now)
        self.people[self.story.late] = member
        await self._sign(now, (self.story.late,))

    async def _hold(self, session: Session) -> None:
        """One evening: notices before it, facts during it, the clock's close after it, then the decisions."""
        if self.leader is None:
            raise LookupError("nobody leads this group")
        said = self.story.evenings.get(session.ordinal, {})
        ways = {member.id: said.get(name, Way.THERE) for name, member in self.people.items()}
        async with self.db.write() as tx:
            for member, way in ways.items():
                if way is Way.AWAY:
                    at = session.starts_at - timedelta(hours=30)
                    await store.absence.give(tx, self.keys, member, session.id, "work", "", member, at)
            facts = evening_facts.told(session, self.leader.id, ways)
            await store.presence.append(tx, facts)
        await sessions.tick(self.db, Metrics(), session.ends_at + timedelta(minutes=1))
        if session.ordinal <= self.story.confirmed_until:
            await self._confirm(session, session.ends_at + timedelta(hours=2))

    async def _confirm(self, session: Session, now: datetime) -> None:
        """The facilitator confirms everybody as proposed; calls that are due were made the next day."""
        if self.leader is None:
            raise LookupError("nobody leads this group")
        async with self.db.write() as tx:
            confirmed = await store.decisions.confirm_all(
                tx, self.keys, session.id, {}, self.leader.id, "facilitator", now, f"demo-{session.id}"
            )
            if confirmed.left:
                seen = Change(status=Status.ATTENDED, reason=Reason.FACILITATOR_SAW)
                await store.decisions.confirm_all(
                    tx,
                    self.keys,
                    session.id,
                    dict.fromkeys(confirmed.left, seen),
                    self.leader.id,
                    "facilitator",
                    now,
                    f"demo-left-{session.id}",
                )
            for task in await store.tasks.of_groups(tx, [self.group], now):
                later = now + timedelta(hours=18)
                called = task.member is not None and task.kind != Kind.CONTRACT_UNSIGNED
                if called and later < self.now:
                    await store.tasks.finish(
                        tx, self.keys, task.id, self._office(), "coordinator", "reached", later
                    )


def enrolment(name: str) -> Enrolment:
    """An invented person as a coordinator would enter them."""
    return Enrolment(
        name=name,
        contact=f"{name.lower()}@example.invalid",
        phone="030 0000000",
        zone=ZONE,
        locale=LOCALE,
        emergency="A friend, 030 0000000",
    )
