"""Summaries of sessions: a draft of the facilitators, sealed under its author's key, then one copy of the
same text for each member, sealed under that member's own. What was sent is never edited: a correction is
another version. For the group's facilitators; what a member reads is `store.summary_copies`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from care import delivery
from care.delivery import MessageKind
from care.group_summary import LONGEST, State, Warned
from care.roles import Action, Role, may
from store import audit, chain, outbox
from store.doors import NotAllowed
from store.ids import fresh_id
from store.sealing import DataKey, Keys
from store.tables import group_summary, member, person, session, summary_copy

WORTH_AT_LEAST = timedelta(hours=24)
WORTH = timedelta(days=7)


class Changed(Exception):
    """Somebody else has saved or sent it meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The newest version of a session's summary, as facilitators see it. `text` is None where its author's
    data were erased; `sent_at` is when members last got one, None before."""

    session: str
    number: int
    state: State
    by: str
    at: datetime
    sent_at: datetime | None
    text: str | None = field(repr=False)


async def access_written(tx: AsyncConnection, keys: Keys, session_id: str, actor: str) -> Written | None:
    """The newest version, None before there is one. Raises NotAllowed for anybody but the facilitators."""
    group, _role = await _door(tx, session_id, actor)
    return (await access_of_group(tx, keys, group, actor)).get(session_id)


async def access_of_group(tx: AsyncConnection, keys: Keys, group: str, actor: str) -> dict[str, Written]:
    """The newest version of each session, by session. Raises NotAllowed like `access_written`."""
    await _leads(tx, group, actor)
    rows = (
        await tx.execute(
            select(group_summary, member.c.person)
            .join(session, session.c.id == group_summary.c.session)
            .join(member, member.c.id == group_summary.c.by)
            .where(session.c.group == group)
            .order_by(group_summary.c.seq)
        )
    ).all()
    opened = await keys.of(tx, list({row.person for row in rows}))
    sent = {row.session: row.at for row in rows if row.state == State.SENT}
    return {row.session: _written(row, opened.get(row.person), sent.get(row.session)) for row in rows}


async def save(
    tx: AsyncConnection, keys: Keys, session_id: str, text: str, by: str, expected: int, now: datetime
) -> int:
    """Keeps a draft on top of version `expected` (0 for none) and gives its number; nothing goes out. Raises
    NotAllowed, Changed, ValueError for no words or too many."""
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise ValueError(f"a summary has 1 to {LONGEST} characters")
    group, role = await _door(tx, session_id, by)
    await chain.hold(tx)
    if await _last(tx, session_id) != expected:
        raise Changed
    await _put(tx, keys, session_id, expected + 1, State.DRAFT, words, by, now)
    await _note(tx, keys, session_id, group, by, role, "summary_saved", "", now)
    return expected + 1


async def send(
    tx: AsyncConnection,
    keys: Keys,
    session_id: str,
    number: int,
    by: str,
    warned: Collection[Warned],
    now: datetime,
) -> int:
    """Sends draft `number`: a copy for each present member, and a message that there is something to read.
    Gives how many got one. `warned` is what the sender was told before and sent it all the same. A draft is
    sent once: raises Changed the second time, NotAllowed."""
    group, role = await _door(tx, session_id, by)
    await chain.hold(tx)
    draft = await access_written(tx, keys, session_id, by)
    if draft is None or draft.number != number or draft.state is not State.DRAFT or draft.text is None:
        raise Changed
    version = await _put(tx, keys, session_id, number + 1, State.SENT, draft.text, by, now)
    members = await _present(tx, group)
    opened = await keys.of(tx, [one.person for one in members])
    getting = [one for one in members if one.person in opened]
    until = await _worth_until(tx, group, now)
    for one in getting:
        place = f"{version}:{one.id}"
        sealed = opened[one.person].seal("summary_copy", "body", place, draft.text)
        await tx.execute(insert(summary_copy).values(summary=version, member=one.id, body_sealed=sealed))
        await _tell(tx, one, session_id, number + 1, until, now)
    reason = ",".join(one.value for one in warned)
    await _note(tx, keys, session_id, group, by, role, "summary_sent", reason, now)
    return len(getting)


async def names_of_members(tx: AsyncConnection, keys: Keys, group: str, actor: str) -> list[str]:
    """Every name a participant of the group goes by, to look for in a text. Raises NotAllowed."""
    await _leads(tx, group, actor)
    rows = (
        await tx.execute(
            select(person.c.id, person.c.name_sealed, person.c.real_name_sealed)
            .join(member, member.c.person == person.c.id)
            .where(member.c.group == group, member.c.role == Role.PARTICIPANT)
        )
    ).all()
    opened = await keys.of(tx, [row.id for row in rows])
    return [
        opened[row.id].open("person", column, row.id, box)
        for row in rows
        if row.id in opened
        for column, box in (("name", row.name_sealed), ("real_name", row.real_name_sealed))
        if box is not None
    ]


async def _door(tx: AsyncConnection, session_id: str, actor: str) -> tuple[str, str]:
    """The session's group and the actor's role. Raises NotAllowed for anybody but its facilitators."""
    group = (await tx.execute(select(session.c.group).where(session.c.id == session_id))).scalar_one_or_none()
    if group is None:
        raise NotAllowed(Action.WRITE_SUMMARY.value)
    return group, await _leads(tx, group, actor)


async def _leads(tx: AsyncConnection, group: str, actor: str) -> str:
    """The actor's role. Raises NotAllowed for anybody but a present facilitator of the group."""
    role = (
        await tx.execute(
            select(member.c.role).where(
                member.c.id == actor, member.c.group == group, member.c.left_at.is_(None)
            )
        )
    ).scalar_one_or_none()
    if role is None or not may(role, Action.WRITE_SUMMARY):
        raise NotAllowed(Action.WRITE_SUMMARY.value)
    return str(role)


async def _last(tx: AsyncConnection, session_id: str) -> int:
    found = await tx.execute(
        select(func.max(group_summary.c.number)).where(group_summary.c.session == session_id)
    )
    return int(found.scalar_one() or 0)


async def _put(
    tx: AsyncConnection,
    keys: Keys,
    session_id: str,
    number: int,
    state: State,
    text: str,
    by: str,
    now: datetime,
) -> str:
    author = (await tx.execute(select(member.c.person).where(member.c.id == by))).scalar_one()
    key = fresh_id()
    sealed = await keys.seal(tx, author, "group_summary", "body", _place(session_id, number), text)
    about = {"id": key, "session": session_id, "number": number, "state": state.value}
    await tx.execute(insert(group_summary).values(**about, body_sealed=sealed, by=by, at=now))
    return key


async def _present(tx: AsyncConnection, group: str) -> Sequence[Row[str, str]]:
    return (
        await tx.execute(
            select(member.c.id, member.c.person)
            .where(member.c.group == group, member.c.role == Role.PARTICIPANT, member.c.left_at.is_(None))
            .order_by(member.c.seat, member.c.id)
        )
    ).all()


async def _worth_until(tx: AsyncConnection, group: str, now: datetime) -> datetime:
    """The next session makes an earlier summary old news."""
    following = await tx.execute(
        select(func.min(session.c.starts_at)).where(
            session.c.group == group, session.c.state == "planned", session.c.starts_at > now
        )
    )
    return max(following.scalar_one() or now + WORTH, now + WORTH_AT_LEAST)


async def _tell(
    tx: AsyncConnection, one: Row[str, str], session_id: str, number: int, until: datetime, now: datetime
) -> None:
    """Queues the word that there is something to read; one about an earlier version goes out no more."""
    kind = MessageKind.SOMETHING_TO_READ
    for earlier in range(1, number):
        former = delivery.key(kind, one.id, session_id, revision=earlier)
        await outbox.withdraw(tx, former, "changed_since", now)
    await outbox.put(
        tx,
        delivery.key(kind, one.id, session_id, revision=number),
        kind.value,
        one.person,
        {"member": one.id, "session": session_id, "number": number},
        due_at=now,
        expires_at=until,
        now=now,
    )


async def _note(
    tx: AsyncConnection,
    keys: Keys,
    session_id: str,
    group: str,
    by: str,
    role: str,
    action: str,
    reason: str,
    now: datetime,
) -> None:
    await audit.append(
        tx,
        keys,
        actor=by,
        role=role,
        action=action,
        object=f"session:{session_id}",
        group=group,
        reason=reason,
        now=now,
    )


def _written(row: Row[Any], key: DataKey | None, sent_at: datetime | None) -> Written:
    text = (
        key.open("group_summary", "body", _place(row.session, row.number), row.body_sealed) if key else None
    )
    return Written(
        session=row.session,
        number=row.number,
        state=State(row.state),
        by=row.by,
        at=row.at,
        sent_at=sent_at,
        text=text,
    )


def _place(session_id: str, number: int) -> str:
    """What a sealed version belongs to."""
    return f"{session_id}:{number}"
