"""Concerns: what an answer, a press for help or a facilitator opened, with its clock. A concern is opened in
the transaction of its cause, and its first alerts with it. Nothing here closes one: `store.concern_acts`
does, for a person with words."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import concern as clockwork
from care import safety
from care.concern import State
from care.safety import Finding, Level, Screen, Trigger
from store import alerts, chain, duties
from store.concern_rows import (
    Concern,
    Place,
    as_concern,
    columns,
    find,
    find_known,
    move,
    note,
    open_one,
    place_of,
)
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import assessed, concern
from store.tables import session as meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an answer led to: the page to show at once, and the concern it is kept in."""

    screen: str
    concern: str
    finding: Finding = field(repr=False)


async def assess_answer(
    tx: AsyncConnection,
    keys: Keys,
    *,
    member: str,
    checkin: str,
    question: str,
    value: object,
    now: datetime,
) -> Found | None:
    """Looks at one answer in the transaction that keeps it, submitted or not. None where the member is shown
    nothing: also for a skipped item, which is a question to ask at the next contact. `value` is the answer,
    None or "" for a skipped one. Raises Unreadable for what is no answer, LookupError for no such member."""
    if not safety.watched(question):
        return None
    text = "" if value is None else str(value).strip()
    await chain.hold(tx)
    who = await place_of(tx, member)
    before = await earlier(tx, keys, who, checkin)
    finding = safety.assess(question, text, before)
    await note_assessed(tx, keys, who, checkin, question, text, now)
    cause = f"{checkin}|{question}"
    known = await open_one(tx, member, cause)
    if known is not None:
        await again(tx, keys, who, known, finding, text, now)
    elif finding is not None:
        await put(tx, keys, who, finding, cause, now, value=text, checkin=checkin, question=question)
    if finding is None or finding.screen is Screen.NONE:
        return None
    made = await open_one(tx, member, cause)
    return None if made is None else Found(screen=finding.screen.value, concern=made.id, finding=finding)


async def again(
    tx: AsyncConnection,
    keys: Keys,
    who: Place,
    known: Concern,
    finding: Finding | None,
    text: str,
    now: datetime,
) -> None:
    """The same question was answered anew: written down, raised where it is sooner or the call is over, never
    lowered."""
    await note(tx, keys, known, "answered_again", known.member, now, text=text)
    if finding is None or not _calls(known, finding.level):
        return
    await lift(tx, keys, known, finding.level, now, code=finding.trigger.value)
    if not _sooner(known, finding.level):
        return
    sealed = await keys.seal(tx, who.person, "concern", "value", known.id, text)
    await tx.execute(
        update(concern)
        .where(concern.c.id == known.id)
        .values(trigger=finding.trigger.value, value_sealed=sealed, new=known.new or finding.new)
    )


def _sooner(known: Concern, level: Level) -> bool:
    return safety.higher(Level(known.level), level) != known.level


def _calls(known: Concern, level: Level) -> bool:
    """Whether something more at this level calls out anew: where it is sooner, and after the call, which was
    about what was known then."""
    if known.state == State.CONTACTED:
        return level is not Level.ASK
    return _sooner(known, level)


async def ask_for_help(tx: AsyncConnection, keys: Keys, member: str, by: str, now: datetime) -> Concern:
    """The member says that somebody should know: a concern of its own, or the one that is open, called out
    again."""
    return await press(tx, keys, member, Trigger.HELP, "help", by, now)


async def flag(tx: AsyncConnection, keys: Keys, member: str, by: str, words: str, now: datetime) -> Concern:
    """A facilitator saw or heard something. `by` is their person. Raises ValueError without words."""
    if not words.strip():
        raise ValueError("a flag needs words")
    return await press(tx, keys, member, Trigger.FLAGGED, "flag", by, now, words)


async def press(
    tx: AsyncConnection,
    keys: Keys,
    member: str,
    trigger: Trigger,
    cause: str,
    by: str,
    now: datetime,
    words: str = "",
) -> Concern:
    """A concern that somebody opened by hand; a second press raises the open one anew."""
    await chain.hold(tx)
    who = await place_of(tx, member)
    known = await open_one(tx, member, cause)
    if known is None:
        made = await put(tx, keys, who, safety.finding(trigger), cause, now, by=by)
    else:
        made = known
        await lift(tx, keys, known, Level.IMMEDIATE, now, by=by, code="again")
    if words:
        await note(tx, keys, made, "words", by, now, text=words)
    return await find_known(tx, made.id)


async def put(
    tx: AsyncConnection,
    keys: Keys,
    who: Place,
    finding: Finding,
    cause: str,
    now: datetime,
    *,
    by: str = "",
    value: str | None = None,
    checkin: str | None = None,
    question: str | None = None,
) -> Concern:
    """A new concern with its first step taken."""
    clock = clockwork.opened(finding.level, now, await next_session(tx, who.group, now))
    key = fresh_id()
    sealed = None if value is None else await keys.seal(tx, who.person, "concern", "value", key, value)
    await tx.execute(
        insert(concern).values(
            id=key,
            group=who.group,
            member=who.id,
            cause=cause,
            checkin=checkin,
            question=question,
            trigger=finding.trigger.value,
            new=finding.new,
            value_sealed=sealed,
            hopped_at=now,
            opened_at=now,
            wish="",
            **columns(clock),
        )
    )
    made = await find_known(tx, key)
    await note(tx, keys, made, "opened", by or who.id, now, code=finding.trigger.value)
    await alerts.take_step(tx, keys, made, now)
    if finding.level is Level.ASK:
        await duties.renew(tx, who.group, now)
    return made


async def lift(
    tx: AsyncConnection,
    keys: Keys,
    known: Concern,
    level: Level,
    now: datetime,
    *,
    by: str = "",
    code: str = "",
) -> None:
    """The concern is called out anew at this level or its own, whichever is sooner."""
    clock = clockwork.raised(known.clock, level, now, await next_session(tx, known.group, now))
    await move(tx, known, clock, now)
    await note(tx, keys, known, "raised", by or known.member, now, code=code)
    await alerts.take_step(tx, keys, await find_known(tx, known.id), now)


async def wish(
    tx: AsyncConnection, keys: Keys, concern_id: str, member: str, said: str, now: datetime
) -> Concern:
    """What the member would like: "no" call, a call "today", or "now". A wish is written down, and raises.
    Raises LookupError for somebody else's or a closed concern, ValueError for another word."""
    if said not in WISHES:
        raise ValueError("no such wish")
    await chain.hold(tx)
    known = await find(tx, concern_id)
    if known is None or known.member != member or known.state == State.CLOSED:
        raise LookupError("no such concern")
    await tx.execute(update(concern).where(concern.c.id == known.id).values(wish=said))
    await note(tx, keys, known, "wish", member, now, code=said)
    level = WISHES[said]
    if level is not None and (said == "now" or _calls(known, level)):
        await lift(tx, keys, known, level, now, code=f"wish_{said}")
    return await find_known(tx, known.id)


APART = timedelta(minutes=1)
"Clocks that are no further apart agree."
WISHES = {"no": None, "today": Level.URGENT, "now": Level.IMMEDIATE}


async def due(tx: AsyncConnection, now: datetime, limit: int = 100) -> list[Concern]:
    """Concerns whose next step is due, oldest first. A clock that was set back holds nobody up: a step that
    was taken in what is now the future is due again. Two machines' clocks differ by less than that."""
    rows = await tx.execute(waiting(now).order_by(concern.c.next_at, concern.c.id).limit(limit))
    return [as_concern(row) for row in rows]


async def take_due(tx: AsyncConnection, concern_id: str, now: datetime) -> Concern | None:
    """One of them, held until the transaction ends; None when it is not due (any more)."""
    await chain.hold(tx)
    row = (await tx.execute(waiting(now).where(concern.c.id == concern_id).with_for_update())).first()
    return None if row is None else as_concern(row)


def waiting(now: datetime) -> Select[Any]:
    """Concerns whose next step is due."""
    return select(concern).where(
        concern.c.state != State.CLOSED.value,
        (concern.c.next_at <= now) | (concern.c.hopped_at > now + APART),
    )


async def note_assessed(
    tx: AsyncConnection, keys: Keys, who: Place, checkin: str, question: str, text: str, now: datetime
) -> None:
    """Keeps that this answer was looked at."""
    key = fresh_id()
    sealed = await keys.seal(tx, who.person, "assessed", "value", key, text)
    await tx.execute(
        insert(assessed).values(
            id=key, member=who.id, checkin=checkin, question=question, value_sealed=sealed, at=now
        )
    )


async def earlier(tx: AsyncConnection, keys: Keys, who: Place, checkin: str) -> list[int]:
    """The member's last answers to item 9 in other check-ins, newest first; skipped ones are left out."""
    rows = await tx.execute(
        select(assessed)
        .where(
            assessed.c.member == who.id,
            assessed.c.checkin != checkin,
            assessed.c.question.in_(sorted(safety.ITEM_NINE)),
        )
        .order_by(assessed.c.seq.desc())
        .limit(50)
    )
    key = await keys.one(tx, who.person)
    latest: dict[str, str] = {}
    for row in rows:
        latest.setdefault(row.checkin, key.open("assessed", "value", row.id, row.value_sealed))
    return [int(value) for value in latest.values() if value]


async def next_session(tx: AsyncConnection, group_id: str, now: datetime) -> datetime | None:
    """When the group meets next."""
    rows = await tx.execute(
        select(meeting.c.starts_at)
        .where(meeting.c.group == group_id, meeting.c.starts_at > now, meeting.c.state == "planned")
        .order_by(meeting.c.starts_at)
        .limit(1)
    )
    found: datetime | None = rows.scalar_one_or_none()
    return found
