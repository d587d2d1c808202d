"""Everything a group's record is computed from, read in a fixed number of statements whatever its size."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.absence import Absence, Category
from care.standing import Row
from care.verdict import Status
from store import groups, promised
from store.groups import Member, Session
from store.promised import Promised
from store.tables import absence_notice, decision, member, pause, proposal
from store.tables import session as meeting

BY_DATES = frozenset({Status.EXPECTED, Status.NOT_ON_ROSTER})
"""What a proposal only says because of the dates, which are read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A stored proposal, as far as a record needs it."""

    status: Status
    late_ms: int
    early_ms: int
    decide: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One group: its sessions that have a number, by ordinal; its participants, seats in order and those who
    left last; what was proposed, decided and said, by (session, member)."""

    group: str
    agreed: Promised
    sessions: Sequence[Session]
    members: Sequence[Member]
    proposed: Mapping[tuple[str, str], Proposed]
    decided: Mapping[tuple[str, str], Status]
    absences: Mapping[tuple[str, str], Absence]
    pauses: Mapping[str, Sequence[tuple[datetime, datetime | None]]] = field(default_factory=dict)

    def status(self, session: Session, one: Member) -> Status:
        """What holds: the decision, else the proposal, else what the dates say. Whoever came back after a
        proposal found them gone was in a pause."""
        place = (session.id, one.id)
        if place in self.decided:
            return self.decided[place]
        if place in self.proposed and self.proposed[place].status not in BY_DATES:
            return self.proposed[place].status
        return self._by_dates(session, one) or Status.NOT_ON_ROSTER

    def known(self, session: Session, one: Member) -> bool:
        """Whether anything says how it went: false for a closed session nobody computed anything for, such as
        one from before this record began."""
        place = (session.id, one.id)
        proposed = place in self.proposed and self.proposed[place].status is not Status.EXPECTED
        return place in self.decided or proposed or self._by_dates(session, one) is not None

    def _by_dates(self, session: Session, one: Member) -> Status | None:
        """None for a session that is over and left nothing."""
        gone = one.left_at is not None and one.left_at <= session.starts_at
        if gone or one.joined_at >= session.ends_at:
            return Status.NOT_ON_ROSTER
        for starts_at, ends_at in self.pauses.get(one.id, ()):
            if starts_at <= session.starts_at and (ends_at is None or session.starts_at < ends_at):
                return Status.AGREED_PAUSE
        if session.state == "cancelled":
            return Status.PROVIDER_CANCELLED
        return None if session.state == "closed" else Status.EXPECTED

    def late(self, session: Session, one: Member) -> bool:
        """Whether the facts say that the member came late, by the contract."""
        found = self.proposed.get((session.id, one.id))
        limit = self.agreed.policy.late_after.total_seconds() * 1000
        return found is not None and found.late_ms > limit

    def rows(self, one: Member) -> tuple[Row, ...]:
        """One row for each numbered session of a member."""
        return tuple(
            Row(
                ordinal=session.ordinal,
                status=self.status(session, one),
                decided=(session.id, one.id) in self.decided,
                starts_at=session.starts_at,
                late=self.late(session, one),
                known=self.known(session, one),
            )
            for session in self.sessions
        )


async def load(tx: AsyncConnection, group_id: str, now: datetime) -> Record:
    """The record of a group. Raises LookupError for no such group."""
    everyone = await groups.roster(tx, group_id)
    participants = [one for one in everyone if one.role == "participant"]
    return Record(
        group=group_id,
        agreed=await promised.of_group(tx, group_id, now),
        sessions=numbered(await groups.sessions_of(tx, group_id)),
        members=sorted(participants, key=lambda one: one.left_at is not None),
        proposed=await _proposed(tx, group_id),
        decided=await _decided(tx, group_id),
        absences=await _absences(tx, group_id),
        pauses=await _pauses(tx, group_id),
    )


def numbered(sessions: Sequence[Session]) -> list[Session]:
    """The sessions that have a number, by it: one for each. A session that was called off and replaced has
    lost its number or gives way to the one that took it."""
    by_number: dict[int, Session] = {}
    for one in sessions:
        if one.ordinal and (one.ordinal not in by_number or by_number[one.ordinal].state == "cancelled"):
            by_number[one.ordinal] = one
    return [by_number[ordinal] for ordinal in sorted(by_number)]


async def _proposed(tx: AsyncConnection, group_id: str) -> dict[tuple[str, str], Proposed]:
    rows = await tx.execute(
        select(proposal.c.session, proposal.c.member, proposal.c.status, proposal.c.body)
        .join(meeting, meeting.c.id == proposal.c.session)
        .where(meeting.c.group == group_id)
    )
    return {
        (row.session, row.member): Proposed(
            status=Status(row.status),
            late_ms=int(row.body.get("late_ms", 0)),
            early_ms=int(row.body.get("early_ms", 0)),
            decide=bool(row.body.get("decide", False)),
            reasons=tuple(row.body.get("reasons", ())),
        )
        for row in rows
    }


async def _decided(tx: AsyncConnection, group_id: str) -> dict[tuple[str, str], Status]:
    newest = (
        select(func.max(decision.c.seq))
        .join(meeting, meeting.c.id == decision.c.session)
        .where(meeting.c.group == group_id)
        .group_by(decision.c.session, decision.c.member)
    )
    rows = await tx.execute(
        select(decision.c.session, decision.c.member, decision.c.status).where(decision.c.seq.in_(newest))
    )
    return {(row.session, row.member): Status(row.status) for row in rows}


async def _absences(tx: AsyncConnection, group_id: str) -> dict[tuple[str, str], Absence]:
    rows = await tx.execute(
        select(absence_notice)
        .join(meeting, meeting.c.id == absence_notice.c.session)
        .where(meeting.c.group == group_id, absence_notice.c.withdrawn_at.is_(None))
    )
    return {
        (row.session, row.member): Absence(
            member=row.member,
            session=row.session,
            category=Category(row.category),
            given_at=row.given_at,
        )
        for row in rows
    }


async def _pauses(tx: AsyncConnection, group_id: str) -> dict[str, list[tuple[datetime, datetime | None]]]:
    rows = await tx.execute(
        select(pause.c.member, pause.c.starts_at, pause.c.ends_at)
        .join(member, member.c.id == pause.c.member)
        .where(member.c.group == group_id)
    )
    found = defaultdict(list)
    for row in rows:
        found[row.member].append((row.starts_at, row.ends_at))
    return found
