"""Scores made from answers, behind the door of the answers: for a group's facilitators, each look at a member
written down. What was counted is not kept; it is counted again each time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.course import Sheet
from care.instrument import Measure
from care.measures import PHQ8, PHQ9
from care.review import Review
from care.roles import Action
from store import access_log, answers, audit, chain, doors, questionnaires, upsert
from store.answers import Answer
from store.doors import NotAllowed
from store.sealing import Keys
from store.tables import checkin, member, score_look, session

LATEST = ("mood", "week_compared", "tried", "want_today")
"What the weekly look asks besides measures and a brief needs."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One member's sheets, earliest first, and the newest answers of the weekly look with their check-in."""

    member: str
    sheets: Sequence[Sheet]
    week: Mapping[str, Answer]


async def access_course(
    tx: AsyncConnection, keys: Keys, member_id: str, actor: str, purpose: str, now: datetime
) -> Told:
    """Everything one member answered to measures. Raises NotAllowed for anybody but the facilitators of the
    member's group; the look is logged."""
    return (await access_courses(tx, keys, [member_id], actor, purpose, now))[member_id]


async def access_courses(
    tx: AsyncConnection, keys: Keys, members: Sequence[str], actor: str, purpose: str, now: datetime
) -> dict[str, Told]:
    """The same of several members, by member; each look is logged for itself."""
    people = await _people(tx, members, actor)
    measures = await questionnaires.known(tx)
    found = {}
    for one in members:
        await doors.by_person(tx, actor, Action.READ_ANSWERS, people[one])
        found[one] = await _told(tx, keys, one, measures)
    for one in members:
        await access_log.append(
            tx, keys, actor=actor, action="scores", person=people[one], purpose=purpose, now=now
        )
    return found


async def looked_at(tx: AsyncConnection, members: Sequence[str]) -> frozenset[tuple[str, str, str, str]]:
    """The prompts somebody has looked at: member, kind, measure, and what it was about."""
    rows = await tx.execute(select(score_look).where(score_look.c.member.in_(list(members))))
    return frozenset((row.member, row.kind, row.measure, row.about) for row in rows)


async def look(
    tx: AsyncConnection, keys: Keys, member_id: str, prompt: tuple[str, str, str], by: str, now: datetime
) -> bool:
    """A facilitator has looked at a prompt (kind, measure, about); False when somebody had before. Raises
    NotAllowed for anybody else."""
    person = (await _people(tx, [member_id], by))[member_id]
    await doors.by_person(tx, by, Action.READ_ANSWERS, person)
    await chain.hold(tx)
    kind, measure, about = prompt
    row = {"member": member_id, "kind": kind, "measure": measure, "about": about, "by": by, "at": now}
    done = await tx.execute(upsert.insert(tx, score_look).values(**row).on_conflict_do_nothing())
    if done.rowcount != 1:
        return False
    group_id = (await tx.execute(select(member.c.group).where(member.c.id == member_id))).scalar_one()
    await audit.append(
        tx,
        keys,
        actor=by,
        role="facilitator",
        action="scores_looked_at",
        object=f"member:{member_id}",
        group=group_id,
        person=person,
        now=now,
    )
    return True


def about(prompt: Review) -> str:
    """What a prompt is about: its check-in, or the session that has no score."""
    return prompt.checkin or f"session:{prompt.session}"


async def _people(tx: AsyncConnection, members: Iterable[str], actor: str) -> dict[str, str]:
    """The person of each member of the actor's own group. Raises NotAllowed for any other."""
    wanted, other = list(members), member.alias()
    rows = await tx.execute(
        select(member.c.id, member.c.person)
        .join(other, other.c.group == member.c.group)
        .where(member.c.id.in_(wanted), other.c.id == actor, other.c.left_at.is_(None))
    )
    found = {row.id: str(row.person) for row in rows}
    if set(wanted) - set(found):
        raise NotAllowed("scores")
    return found


async def _told(tx: AsyncConnection, keys: Keys, member_id: str, measures: Mapping[str, Measure]) -> Told:
    items = {item.id for one in measures.values() for item in one.items}
    given = await answers.history(tx, keys, member_id, items | set(LATEST))
    rounds = await _rounds(tx, member_id)
    week: dict[str, Answer] = {}
    by_sheet: dict[tuple[str, str], list[Answer]] = {}
    for one in given:
        if one.question in LATEST:
            week[one.question] = one
        elif one.checkin in rounds and one.instrument in measures:
            by_sheet.setdefault((one.checkin, one.instrument), []).append(one)
    sheets = [_sheet(rounds[name], measures[pin], said) for (name, pin), said in by_sheet.items()]
    return Told(member=member_id, sheets=sorted(sheets, key=lambda one: (one.at, one.checkin)), week=week)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A check-in as far as its scores need it."""

    id: str
    wave: str
    number: int
    ordinal: int | None
    done_at: datetime | None


async def _rounds(tx: AsyncConnection, member_id: str) -> dict[str, _Round]:
    rows = await tx.execute(
        select(checkin.c.id, checkin.c.wave, checkin.c.number, checkin.c.done_at, session.c.ordinal)
        .outerjoin(session, session.c.id == checkin.c.session)
        .where(checkin.c.member == member_id)
    )
    return {
        row.id: _Round(id=row.id, wave=row.wave, number=row.number, ordinal=row.ordinal, done_at=row.done_at)
        for row in rows
    }


def _sheet(found: _Round, measure: Measure, said: Sequence[Answer]) -> Sheet:
    """The answers as a sheet. A PHQ-9 whose last item was not asked, since nobody would have read it, is a
    PHQ-8; one whose last item was passed over is not."""
    given = {one.question: one.value for one in said}
    asked = measure
    if measure.id == PHQ9.id and measure.safety_item not in given:
        asked = PHQ8
    return Sheet(
        checkin=found.id,
        wave=found.wave,
        session=found.number if found.wave == "weekly" else _in_the_middle(found),
        number=found.number,
        at=found.done_at or max(one.at for one in said),
        measure=asked,
        answers=given,
    )


def _in_the_middle(found: _Round) -> int | None:
    """The form in the middle belongs to the session it hangs on; the others lie outside."""
    return found.ordinal if found.wave == "mid" else None
