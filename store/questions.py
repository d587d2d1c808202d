"""Something is wrong here: a member's question about the record, sealed, and its answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit, chain, duties
from store.ids import fresh_id, plausible
from store.sealing import DataKey, Keys
from store.tables import member, question
from store.tables import session as meeting

LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `session` is None where it is about the record as a whole; `answer` "" until there is
    one."""

    id: str
    member: str
    session: str | None
    text: str
    asked_at: datetime
    answer: str
    answered_by: str | None
    answered_at: datetime | None


async def ask(
    tx: AsyncConnection,
    keys: Keys,
    member_id: str,
    session_id: str | None,
    text: str,
    now: datetime,
    key: str,
) -> str:
    """The id of the question, stored once for each form `key`; staff get a task. Raises ValueError without
    words or with too many, LookupError where member and session do not belong together."""
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise ValueError(f"a question has 1 to {LONGEST} characters")
    await chain.hold(tx)
    person, group_id = await _place(tx, member_id, session_id)
    known = await tx.execute(select(question.c.id).where(question.c.key == key))
    if (earlier := known.scalar_one_or_none()) is not None:
        return str(earlier)
    question_id = fresh_id()
    sealed = await keys.seal(tx, person, "question", "text", question_id, words)
    row = {"id": question_id, "session": session_id, "member": member_id, "text_sealed": sealed}
    await tx.execute(insert(question).values(**row, asked_at=now, key=key, state="open"))
    await _note(tx, keys, member_id, "participant", "question_asked", question_id, group_id, now)
    return question_id


async def answer(
    tx: AsyncConnection, keys: Keys, question_id: str, text: str, by: str, role: str, now: datetime
) -> bool:
    """Stores the answer; False when there was one already. Raises ValueError without words or with too many,
    LookupError for no such question."""
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise ValueError(f"an answer has 1 to {LONGEST} characters")
    if not plausible(question_id):
        raise LookupError("no such question")
    await chain.hold(tx)
    row = (
        await tx.execute(
            select(member.c.person, member.c.group)
            .join(question, question.c.member == member.c.id)
            .where(question.c.id == question_id)
        )
    ).first()
    if row is None:
        raise LookupError("no such question")
    sealed = await keys.seal(tx, row.person, "question", "answer", question_id, words)
    done = await tx.execute(
        update(question)
        .where(question.c.id == question_id, question.c.state == "open")
        .values(state="answered", answer_sealed=sealed, answered_by=by, answered_at=now)
    )
    if done.rowcount:
        await _note(tx, keys, by, role, "question_answered", question_id, row.group, now)
    return done.rowcount == 1


async def _note(
    tx: AsyncConnection,
    keys: Keys,
    actor: str,
    role: str,
    action: str,
    question_id: str,
    group_id: str,
    now: datetime,
) -> None:
    await duties.renew(tx, group_id, now)
    about = f"question:{question_id}"
    await audit.append(tx, keys, actor=actor, role=role, action=action, object=about, group=group_id, now=now)


async def _place(tx: AsyncConnection, member_id: str, session_id: str | None) -> tuple[str, str]:
    if not plausible(member_id) or (session_id is not None and not plausible(session_id)):
        raise LookupError("no such session of this member")
    query = select(member.c.person, member.c.group).where(member.c.id == member_id)
    if session_id is not None:
        query = query.join(meeting, meeting.c.group == member.c.group).where(meeting.c.id == session_id)
    row = (await tx.execute(query)).first()
    if row is None:
        raise LookupError("no such session of this member")
    return row.person, row.group


async def of_member(tx: AsyncConnection, keys: Keys, member_id: str) -> list[Question]:
    """A member's questions, newest first: for the member and the staff of the group."""
    return await _opened(tx, keys, question.c.member == member_id)


async def of_group(tx: AsyncConnection, keys: Keys, group_id: str) -> list[Question]:
    """The open questions of a group, newest first."""
    return await _opened(tx, keys, (member.c.group == group_id) & (question.c.state == "open"))


async def find(tx: AsyncConnection, keys: Keys, question_id: str) -> Question | None:
    """The question, None when there is none or the person was erased."""
    found = await _opened(tx, keys, question.c.id == question_id)
    return found[0] if found else None


async def _opened(tx: AsyncConnection, keys: Keys, which: object) -> list[Question]:
    rows = (
        await tx.execute(
            select(question, member.c.person)
            .join(member, member.c.id == question.c.member)
            .where(which)  # type: ignore[arg-type]
            .order_by(question.c.asked_at.desc(), question.c.id)
        )
    ).all()
    keys_of = await keys.of(tx, [row.person for row in rows])
    return [_question(row, keys_of[row.person]) for row in rows if row.person in keys_of]


def _question(row: Row[tuple[object, ...]], key: DataKey) -> Question:
    answered = row.answer_sealed is not None
    return Question(
        id=row.id,
        member=row.member,
        session=row.session,
        text=key.open("question", "text", row.id, row.text_sealed),
        asked_at=row.asked_at,
        answer=key.open("question", "answer", row.id, row.answer_sealed) if answered else "",
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )
