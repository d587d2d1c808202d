"""What members answered, sealed under their key. Every answer is a row of its own, written as it is given and
never changed; of several to one question the newest counts. Nobody's answer is read back to them on another
device than the one that gave it.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care.checkin_states import State, answerable
from care.form import Value
from care.roles import Action
from store import access_log, chain, doors
from store.doors import NotAllowed
from store.ids import fresh_id, plausible
from store.sealing import DataKey, Keys
from store.tables import answer, checkin, member

SELF, PHONE, MEETING = "self", "phone", "meeting"
LONGEST = 20_000


class Closed(Exception):
    """This check-in takes no answer now: it is not open yet, sent, over, or no longer asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `form` and `instrument` name the versions of the words it was given to; `by` is the member
    or the facilitator who wrote it down, `mode` self, phone or meeting."""

    id: str
    seq: int
    checkin: str
    member: str
    question: str
    form: str
    instrument: str
    value: Value = field(repr=False)
    device: str
    by: str
    mode: str
    at: datetime


async def save(
    tx: AsyncConnection,
    keys: Keys,
    *,
    checkin_id: str,
    question: str,
    value: Value,
    form: str,
    instrument: str = "",
    device: str,
    by: str,
    mode: str = SELF,
    now: datetime,
) -> bool:
    """Adds an answer; False when the newest one says the same from the same hand, so that a second press
    adds nothing. Raises NotAllowed for anybody but the member and the group's facilitators, Closed when
    nothing is asked now, ValueError for words beyond measure."""
    text = json.dumps({"value": value}, sort_keys=True)
    if len(text) > LONGEST:
        raise ValueError(f"an answer has at most {LONGEST} characters")
    # First the one lock that everybody takes first; then this check-in cannot be sent beneath an answer.
    await chain.hold(tx)
    found = await may_write(tx, checkin_id, by, mode)
    if not answerable(State(found.state), found.opens_at, found.closes_at, now):
        raise Closed(found.state)
    key = await keys.one(tx, found.person)
    for row in await _newest(tx, _of(checkin_id, [question])):
        known = _answer(row, key)
        if (known.value, known.device, known.by, known.form) == (_read(text), device, by, form):
            return False
    answer_id = fresh_id()
    about = {"id": answer_id, "checkin": checkin_id, "member": found.member, "question": question, "at": now}
    about |= {"form": form, "instrument": instrument, "device": device, "by": by, "mode": mode}
    sealed = key.seal("answer", "value", _place(checkin_id, question, answer_id), text)
    await tx.execute(insert(answer).values(**about, value_sealed=sealed))
    return True


async def of_checkin(tx: AsyncConnection, keys: Keys, checkin_id: str) -> dict[str, Answer]:
    """The newest answer to each question of a check-in, for the parts of the house that work with them. Who
    shows them to a person goes through `access_answers`."""
    return {one.question: one for one in await _opened(tx, keys, _of(checkin_id))}


async def given_here(
    tx: AsyncConnection, keys: Keys, checkin_id: str, device: str, by: str
) -> dict[str, Answer]:
    """What may be read back to whoever gave it: the newest answers by this hand on this device."""
    found = {one for one, here in (await answered_ids(tx, checkin_id, device, by)).items() if here}
    return {one.question: one for one in await _opened(tx, keys, _of(checkin_id, found))} if found else {}


async def answered_ids(tx: AsyncConnection, checkin_id: str, device: str, by: str) -> dict[str, bool]:
    """The questions that have an answer, in the order they were first answered; True where the newest was
    given by this member or facilitator on this device. Opens nothing."""
    rows = await tx.execute(
        select(answer.c.question, answer.c.device, answer.c.by)
        .where(answer.c.checkin == checkin_id)
        .order_by(answer.c.seq)
    )
    found: dict[str, bool] = {}
    for row in rows:
        found[row.question] = row.device == device and row.by == by
    return found


async def latest_of_member(
    tx: AsyncConnection, keys: Keys, member_id: str, questions: Collection[str]
) -> dict[str, Answer]:
    """A member's newest answer to each of these questions, in whichever check-in it was given."""
    return {one.question: one for one in await history(tx, keys, member_id, questions)}


async def history(
    tx: AsyncConnection, keys: Keys, member_id: str, questions: Collection[str]
) -> list[Answer]:
    """A member's newest answers to these questions in each check-in, oldest first."""
    return await _opened(tx, keys, and_(answer.c.member == member_id, answer.c.question.in_(list(questions))))


async def access_answers(
    tx: AsyncConnection, keys: Keys, checkin_id: str, actor: str, purpose: str, now: datetime
) -> dict[str, Answer]:
    """The answers of a check-in for a facilitator of the group; writes a line into the access log. Raises
    NotAllowed for everybody else."""
    row = await _whose(tx, checkin_id)
    await doors.by_person(tx, actor, Action.READ_ANSWERS, row.person)
    await _same_group(tx, actor, row.group)
    await access_log.append(
        tx,
        keys,
        actor=actor,
        action="answers",
        person=row.person,
        session=row.session,
        purpose=purpose,
        now=now,
    )
    return await of_checkin(tx, keys, checkin_id)


async def may_write(tx: AsyncConnection, checkin_id: str, by: str, mode: str) -> Row[tuple[object, ...]]:
    """The row of a check-in, held until this transaction ends, for the member or a facilitator of the group.
    Raises NotAllowed for everybody else."""
    row = await _whose(tx, checkin_id, hold=True)
    if (row.member == by) != (mode == SELF):
        raise NotAllowed("answer_checkin")
    if row.member != by:
        await doors.by_person(tx, by, Action.ENTER_ANSWERS, row.person)
        await _same_group(tx, by, row.group)
    return row


async def _whose(tx: AsyncConnection, checkin_id: str, *, hold: bool = False) -> Row[tuple[object, ...]]:
    if not plausible(checkin_id):
        raise NotAllowed("answers")
    query = (
        select(checkin, member.c.person, member.c.group)
        .join(member, member.c.id == checkin.c.member)
        .where(checkin.c.id == checkin_id)
    )
    row = (await tx.execute(query.with_for_update(of=checkin) if hold else query)).first()
    if row is None:
        raise NotAllowed("answers")
    return row


async def _same_group(tx: AsyncConnection, actor: str, group: str) -> None:
    """A person may be in several groups; their facilitators there are nobody here."""
    found = await tx.execute(select(member.c.id).where(member.c.id == actor, member.c.group == group))
    if found.first() is None:
        raise NotAllowed("answers")


def _of(checkin_id: str, questions: Collection[str] | None = None) -> ColumnElement[bool]:
    where = answer.c.checkin == checkin_id
    return where if questions is None else and_(where, answer.c.question.in_(list(questions)))


async def _newest(tx: AsyncConnection, where: ColumnElement[bool]) -> Sequence[Row[tuple[object, ...]]]:
    """The newest row of each question in each check-in, oldest first, with the person it is about."""
    newest = select(func.max(answer.c.seq)).where(where).group_by(answer.c.checkin, answer.c.question)
    query = (
        select(answer, member.c.person)
        .join(member, member.c.id == answer.c.member)
        .where(answer.c.seq.in_(newest))
        .order_by(answer.c.seq)
    )
    return (await tx.execute(query)).all()


async def _opened(tx: AsyncConnection, keys: Keys, where: ColumnElement[bool]) -> list[Answer]:
    """The same as answers. Those of an erased person are gone."""
    rows = await _newest(tx, where)
    keys_of = await keys.of(tx, list({row.person for row in rows}))
    return [_answer(row, keys_of[row.person]) for row in rows if row.person in keys_of]


def _answer(row: Row[tuple[object, ...]], key: DataKey) -> Answer:
    text = key.open("answer", "value", _place(row.checkin, row.question, row.id), row.value_sealed)
    names = ("id", "seq", "checkin", "member", "question", "form", "instrument", "device", "by", "mode", "at")
    return Answer(value=_read(text), **{name: row._mapping[name] for name in names})


def _place(checkin_id: str, question: str, answer_id: str) -> str:
    """What a sealed answer belongs to: under another question it does not open."""
    return f"{checkin_id}:{question}:{answer_id}"


def _read(text: str) -> Value:
    value: int | str | list[str] | None = json.loads(text)["value"]
    return tuple(value) if isinstance(value, list) else value
