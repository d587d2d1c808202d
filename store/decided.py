"""What people decided, to read: the whole history of a session, the newest of a group, the notes."""

from collections import defaultdict

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.decision import Decision, Reason
from care.standing import OUTSIDE
from care.verdict import Status
from store.sealing import Keys
from store.tables import decision, member, person, proposal, session

# What nobody is asked to confirm.
NOT_ASKED = OUTSIDE | {Status.EXPECTED}
Said = dict[tuple[str, str], Decision]


async def of_session(tx: AsyncConnection, session_id: str) -> dict[str, tuple[Decision, ...]]:
    """Every decision about each member of a session, oldest first; the last one holds."""
    rows = await tx.execute(select(decision).where(decision.c.session == session_id).order_by(decision.c.seq))
    found: dict[str, tuple[Decision, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.member] += (as_decision(row),)
    return dict(found)


async def history(tx: AsyncConnection, session_id: str, member_id: str) -> list[Decision]:
    """Every decision about one member in one session, oldest first."""
    rows = await tx.execute(
        select(decision)
        .where(decision.c.session == session_id, decision.c.member == member_id)
        .order_by(decision.c.seq)
    )
    return [as_decision(row) for row in rows]


async def of_group(tx: AsyncConnection, group_id: str) -> Said:
    """The decision that holds for each (session, member) of a group."""
    newest = (
        select(func.max(decision.c.seq))
        .join(session, session.c.id == decision.c.session)
        .where(session.c.group == group_id)
        .group_by(decision.c.session, decision.c.member)
    )
    rows = await tx.execute(select(decision).where(decision.c.seq.in_(newest)))
    return {(row.session, row.member): as_decision(row) for row in rows}


async def by_form(tx: AsyncConnection, session_id: str, key: str) -> dict[str, tuple[Decision, ...]]:
    """The decisions a form made before, by member, oldest first; none for its first time. A form that came
    back with something else in it made one more, under `again`."""
    rows = await tx.execute(
        select(decision)
        .where(
            decision.c.session == session_id,
            (decision.c.key == key) | decision.c.key.startswith(again(key), autoescape=True),
        )
        .order_by(decision.c.seq)
    )
    found: dict[str, tuple[Decision, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.member] += (as_decision(row),)
    return dict(found)


def again(key: str, times: int | str = "") -> str:
    """The key of a form that was sent once more with something else in it."""
    return f"{key}~{times}"


async def notes(tx: AsyncConnection, keys: Keys, session_id: str) -> dict[str, str]:
    """The words beside decisions of a session, by decision id: for the group's facilitators, and whoever
    wrote them. Those about an erased person are gone."""
    rows = (
        await tx.execute(
            select(decision.c.id, decision.c.note_sealed, member.c.person)
            .join(member, member.c.id == decision.c.member)
            .where(decision.c.session == session_id, decision.c.note_sealed.is_not(None))
        )
    ).all()
    opened = await keys.of(tx, [row.person for row in rows])
    return {
        row.id: opened[row.person].open("decision", "note", row.id, row.note_sealed)
        for row in rows
        if row.person in opened
    }


async def undecided(tx: AsyncConnection, group_id: str) -> int:
    """How many proposals of a group wait for a person's word; nobody is asked about who was erased."""
    said = select(decision.c.id).where(
        decision.c.session == proposal.c.session, decision.c.member == proposal.c.member
    )
    waiting = (
        select(func.count())
        .select_from(proposal)
        .join(session, session.c.id == proposal.c.session)
        .join(member, member.c.id == proposal.c.member)
        .join(person, person.c.id == member.c.person)
        .where(
            session.c.group == group_id,
            person.c.erased_at.is_(None),
            proposal.c.status.not_in([status.value for status in NOT_ASKED]),
            ~said.exists(),
        )
    )
    return int((await tx.execute(waiting)).scalar_one())


def as_decision(row: Row[tuple[object, ...]]) -> Decision:
    """The decision of a row."""
    return Decision(
        id=row.id,
        session=row.session,
        member=row.member,
        status=Status(row.status),
        reason=Reason(row.reason),
        note_given=row.note_sealed is not None,
        by=row.by,
        role=row.role,
        at=row.at,
        replaces=Status(row.replaces) if row.replaces else None,
        proposal=Status(row.proposal) if row.proposal else None,
    )
