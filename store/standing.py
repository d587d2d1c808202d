"""The record of a group against its contract: each member's standing, and the grid of members and sessions.

Computed from what is stored each time it is looked at, in a fixed number of statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import absence, here, nhs
from care.absence import Category, Notice
from care.here import Here
from care.phases import Phase, phase_of
from care.standing import Standing, standing
from care.verdict import Status
from store import presence, record
from store.groups import Member, Session
from store.record import Record
from store.tables import member


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One numbered session. `phase` is None where no contract says."""

    session: str
    ordinal: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    state: str
    phase: Phase | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One member in one session. `status` holds: decided, else proposed, else by the dates. `proposal` is
    what the facts say, also where a person said otherwise. `live` is only known while the session runs."""

    session: str
    status: Status
    decided: bool
    proposal: Status | None
    to_decide: bool
    late: bool
    early: bool
    notice: Notice | None
    category: Category | None
    live: Here | None

    @property
    def nhs(self) -> str:
        """The code of the status in exports."""
        return nhs.code(self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One participant: a cell for each column, and the standing."""

    member: str
    place: str
    seat: int | None
    left: bool
    cells: tuple[Cell, ...]
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Participants in the order of their seats, those who left last, by numbered sessions."""

    group: str
    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]


async def of_group(tx: AsyncConnection, group_id: str, now: datetime) -> dict[str, Standing]:
    """The standing of every participant. Raises LookupError for no such group."""
    found = await record.load(tx, group_id, now)
    return {one.id: _standing(found, one) for one in found.members}


async def of_member(tx: AsyncConnection, member_id: str, now: datetime) -> GridRow:
    """The row of one participant. Raises LookupError for nobody's."""
    query = select(member.c.group).where(member.c.id == member_id, member.c.role == "participant")
    group_id = (await tx.execute(query)).scalar_one_or_none()
    if group_id is None:
        raise LookupError("no such participant")
    found = await grid(tx, group_id, now)
    return next(row for row in found.rows if row.member == member_id)


async def grid(tx: AsyncConnection, group_id: str, now: datetime) -> Grid:
    """The grid of a group. Raises LookupError for no such group."""
    found = await record.load(tx, group_id, now)
    live = await _live(tx, found, now)
    return Grid(
        group=group_id,
        columns=tuple(_column(found, session) for session in found.sessions),
        rows=tuple(
            GridRow(
                member=one.id,
                place=one.place,
                seat=one.seat,
                left=one.left_at is not None,
                cells=tuple(_cell(found, session, one, live) for session in found.sessions),
                standing=_standing(found, one),
            )
            for one in found.members
        ),
    )


def _standing(found: Record, one: Member) -> Standing:
    return standing(found.rows(one), found.agreed.numbers, on_roster=one.left_at is None)


def _column(found: Record, session: Session) -> Column:
    phases = found.agreed.phases
    return Column(
        session=session.id,
        ordinal=session.ordinal,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        zone=session.zone,
        state=session.state,
        phase=phase_of(phases, session.ordinal) if phases else None,
    )


def _cell(found: Record, session: Session, one: Member, live: Mapping[str, Mapping[str, Here]]) -> Cell:
    place = (session.id, one.id)
    proposed, said = found.proposed.get(place), found.absences.get(place)
    policy = found.agreed.policy
    early_ms = policy.early_before.total_seconds() * 1000
    return Cell(
        session=session.id,
        status=found.status(session, one),
        decided=place in found.decided,
        proposal=proposed.status if proposed else None,
        to_decide=proposed is not None and proposed.decide and place not in found.decided,
        late=found.late(session, one),
        early=proposed is not None and proposed.early_ms > early_ms,
        notice=absence.notice(session.starts_at, said.given_at, policy.notice) if said else None,
        category=said.category if said else None,
        live=live.get(session.id, {}).get(one.id),
    )


async def _live(tx: AsyncConnection, found: Record, now: datetime) -> dict[str, dict[str, Here]]:
    """Where everybody is in the sessions that run now: of one group hardly ever more than one."""
    return {
        session.id: here.here(
            await presence.facts(tx, session.id), await presence.heartbeats(tx, session.id), now
        )
        for session in found.sessions
        if session.state == "open"
    }
