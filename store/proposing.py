"""From stored facts to stored proposals: by the contract of the group, with notices, pauses, what was entered
by hand, and the technical failures that count so far."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import attendance
from care.attendance import Proposal
from care.interval import Span
from care.policy import ByHand, Otherwise, Place, Policy, SessionTimes
from care.verdict import Status
from store import attendance as proposed
from store import groups, presence, promised
from store.groups import Session
from store.tables import absence_notice, by_hand, decision, member, pause, proposal
from store.tables import session as meeting


async def propose(tx: AsyncConnection, session: Session, now: datetime) -> int:
    """Computes and stores the proposals of a session; returns how many changed."""
    return await proposed.save(tx, session.id, await proposals(tx, session, now), now)


async def proposals(
    tx: AsyncConnection, session: Session, now: datetime, policy: Policy | None = None
) -> tuple[Proposal, ...]:
    """What the facts stored so far propose, by the group's contract unless a policy is given."""
    if policy is None:
        policy = (await promised.of_group(tx, session.group, session.starts_at)).policy
    return attendance.propose(
        SessionTimes(
            id=session.id,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            cancelled=session.state == "cancelled",
        ),
        await roster(tx, session),
        await presence.facts(tx, session.id),
        policy,
        now,
        await presence.heartbeats(tx, session.id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One proposal another policy would change: nothing is stored until somebody says so."""

    session: str
    ordinal: int
    member: str
    stored: Status
    would_be: Status


async def dry_run(
    tx: AsyncConnection, group_id: str, policy: Policy, now: datetime
) -> tuple[Difference, ...]:
    """What this policy would change in the proposals of a group's closed sessions. Stores nothing."""
    found = []
    for session in await groups.sessions_of(tx, group_id):
        if session.state != "closed":
            continue
        stored = {one.member: one for one in await proposed.proposals(tx, session.id)}
        for fresh in await proposals(tx, session, now, policy):
            old = stored.get(fresh.member)
            if old is not None and old.status is not fresh.status:
                found.append(
                    Difference(
                        session=session.id,
                        ordinal=session.ordinal,
                        member=fresh.member,
                        stored=old.status,
                        would_be=fresh.status,
                    )
                )
    return tuple(found)


async def roster(tx: AsyncConnection, session: Session) -> list[Place]:
    """The participants' places in a session, with what is known beforehand; of an individual meeting, its
    member's alone. What failed elsewhere is not counted in it."""
    failures = await technical_before(tx, session) if session.member is None else {}
    notices = await _notices(tx, session.id)
    paused = await _paused(tx, session)
    entered = await _entered(tx, session.id)
    return [
        Place(
            member=one.id,
            joined_at=one.joined_at,
            left_at=one.left_at,
            paused=one.id in paused,
            notice_at=notices.get(one.id),
            technical_before=failures.get(one.id, 0),
            by_hand=entered.get(one.id, ()),
        )
        for one in await groups.roster(tx, session.group)
        if one.role == "participant" and session.member in (None, one.id)
    ]


async def _notices(tx: AsyncConnection, session_id: str) -> dict[str, datetime]:
    rows = await tx.execute(
        select(absence_notice.c.member, absence_notice.c.given_at).where(
            absence_notice.c.session == session_id, absence_notice.c.withdrawn_at.is_(None)
        )
    )
    return {row.member: row.given_at for row in rows}


async def _paused(tx: AsyncConnection, session: Session) -> set[str]:
    """Members in an agreed pause when the session starts."""
    rows = await tx.execute(
        select(pause.c.member)
        .join(member, member.c.id == pause.c.member)
        .where(
            member.c.group == session.group,
            pause.c.starts_at <= session.starts_at,
            pause.c.ends_at.is_(None) | (pause.c.ends_at > session.starts_at),
        )
    )
    return set(rows.scalars())


async def _entered(tx: AsyncConnection, session_id: str) -> dict[str, tuple[ByHand, ...]]:
    rows = await tx.execute(
        select(by_hand)
        .where(by_hand.c.session == session_id, by_hand.c.withdrawn_at.is_(None))
        .order_by(by_hand.c.starts_at, by_hand.c.id)
    )
    found: dict[str, tuple[ByHand, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.member] += (ByHand(kind=Otherwise(row.kind), span=Span(row.starts_at, row.ends_at)),)
    return found


async def technical_before(tx: AsyncConnection, session: Session) -> Mapping[str, int]:
    """The technical failures of earlier sessions that count: as decided, else as proposed. A failure of
    several members together is an incident of ours and counts for nobody."""
    earlier = (
        select(meeting.c.id)
        .where(meeting.c.group == session.group, meeting.c.starts_at < session.starts_at)
        .scalar_subquery()
    )
    said = await _said(tx, earlier)
    counts: Counter[str] = Counter(
        row_member for (_, row_member), status in said.items() if status == Status.TECHNICAL_FAILURE
    )
    rows = await tx.execute(
        select(proposal.c.session, proposal.c.member, proposal.c.body).where(
            proposal.c.session.in_(earlier), proposal.c.status == Status.TECHNICAL_FAILURE.value
        )
    )
    for row in rows:
        incident = "several_members" in row.body.get("reasons", ())
        decided = (row.session, row.member) in said
        if decided and incident and said[row.session, row.member] == Status.TECHNICAL_FAILURE:
            counts[row.member] -= 1
        elif not decided and not incident:
            counts[row.member] += 1
    return counts


async def _said(tx: AsyncConnection, sessions: object) -> dict[tuple[str, str], str]:
    """The newest decided status of each (session, member)."""
    rows = await tx.execute(
        select(decision.c.session, decision.c.member, decision.c.status)
        .where(decision.c.session.in_(sessions))  # type: ignore[arg-type]
        .order_by(decision.c.seq)
    )
    return {(row.session, row.member): row.status for row in rows}
