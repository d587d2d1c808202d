"""Alerts: who is told at a step of a concern, one row and one message for each person and channel. A message
says that somebody is needed, and nothing about whom or why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from care import chain as ladders
from care.chain import MAIL, TEXT, Chain, Rung, Step
from care.delivery import Channel
from care.replan import OUT
from care.safety import Level
from store import on_call, outbox
from store.concern_rows import Concern, note
from store.ids import fresh_id
from store.sealing import Keys
from store.tables import alert, member, staff
from store.tables import outbox as messages

WORTH = timedelta(days=90)
"Far beyond any escalation: an alert is never too late, it is withdrawn when somebody has acknowledged."
PROCESS = "scheduler"
ALERT, TEST = "on_call_alert", "on_call_test"
"Kinds of messages."


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert to one person on one channel."""

    id: str
    kind: str
    person: str
    concern: str | None
    channel: str
    hop: int
    made_at: datetime
    acknowledged_at: datetime | None


async def take_step(tx: AsyncConnection, keys: Keys, about: Concern, now: datetime) -> None:
    """Tells whoever is next, and writes the step down. A step that would reach nobody is passed over at
    once; a question for the next contact begins without a message, where somebody leads the group."""
    if about.level == Level.ASK and about.hop == 0 and await led(tx, about.group):
        return
    steps = await steps_of(tx, about, now)
    for offset in range(len(steps)):
        one = ladders.step(steps, about.hop + offset)
        people = await told_at(tx, about, one)
        if people:
            await tell(tx, keys, about, one.rung.value, people, now)
            return
    await note(tx, keys, about, "nobody", PROCESS, now)


async def tell(
    tx: AsyncConnection, keys: Keys, about: Concern, rung: str, people: Sequence[str], now: datetime
) -> None:
    """One alert for each of these persons, and one line of the history for each."""
    kind = "contact_needed" if rung == Rung.COORDINATOR else "concern"
    by_phone = await on_call.with_phone(tx, people) if rings(about) else set()
    for person in people:
        for channel in (MAIL, TEXT) if person in by_phone else (MAIL,):
            await put(tx, kind, person, channel, now, concern=about.id, hop=about.hop)
        await note(tx, keys, about, "told", person, now, code=rung)


def rings(about: Concern) -> bool:
    """Whether its alerts also go to telephones."""
    return about.level in (Level.URGENT, Level.IMMEDIATE)


async def steps_of(tx: AsyncConnection, about: Concern, now: datetime) -> tuple[Step, ...]:
    """The steps of a concern as the chain is now; who cannot sign in is not called."""
    rota, able = await on_call.rota(tx), await on_call.able(tx)
    present = Chain(
        people=tuple(one for one in rota.chain.people if one.staff in able),
        lead=rota.chain.lead if rota.chain.lead in able else "",
    )
    called = ladders.order(present, rota.calendar, now)
    return ladders.ladder(Level(about.level), called, present.lead, led=await led(tx, about.group))


async def told_at(tx: AsyncConnection, about: Concern, one: Step) -> list[str]:
    """The persons of a step, without repetition."""
    people = list((await on_call.people(tx, one.staff)).values())
    if one.rung in (Rung.FACILITATORS, Rung.FACILITATORS_AND_FIRST):
        own = [about.owner] if about.owner and not await closed(tx, [about.owner]) else []
        people = [*own, *await of_role(tx, about.group, "facilitator"), *people]
    if one.rung is Rung.COORDINATOR:
        people = await of_role(tx, about.group, "coordinator") or await admins(tx)
    return list(dict.fromkeys(people))


async def of_role(tx: AsyncConnection, group_id: str, role: str) -> list[str]:
    """The present staff of a group in this role, by person. Whose account is closed could open nothing."""
    rows = await tx.execute(
        select(member.c.person)
        .where(member.c.group == group_id, member.c.role == role, member.c.left_at.is_(None))
        .order_by(member.c.seat, member.c.id)
    )
    people = list(rows.scalars())
    gone = await closed(tx, people)
    return [one for one in people if one not in gone]


async def led(tx: AsyncConnection, group_id: str) -> bool:
    """Whether somebody who can sign in leads the group."""
    return bool(await of_role(tx, group_id, "facilitator"))


async def closed(tx: AsyncConnection, people: Sequence[str]) -> set[str]:
    """Those of these persons whose account is closed."""
    rows = await tx.execute(
        select(staff.c.person).where(staff.c.person.in_(people), staff.c.disabled_at.is_not(None))
    )
    return set(rows.scalars())


async def admins(tx: AsyncConnection) -> list[str]:
    """Those who run the service, where a group has nobody who arranges it."""
    rows = await tx.execute(select(staff.c.person).where(staff.c.admin, staff.c.disabled_at.is_(None)))
    return list(rows.scalars())


async def put(
    tx: AsyncConnection,
    kind: str,
    person: str,
    channel: str,
    now: datetime,
    *,
    concern: str | None = None,
    hop: int = 0,
) -> str:
    """The id of a new alert, queued for sending."""
    key = fresh_id()
    await tx.execute(
        insert(alert).values(
            id=key,
            kind=kind,
            person=person,
            concern=concern,
            channel=channel,
            hop=hop,
            made_at=now,
        )
    )
    message = TEST if kind == "test" else ALERT
    await outbox.put(
        tx, key_of(key), message, person, {"alert": key}, now, now + WORTH, now, channel=Channel(channel)
    )
    return key


async def send_tests(tx: AsyncConnection, persons: Iterable[str], now: datetime) -> int:
    """A test alert to each of these persons on each channel they have; returns how many."""
    wanted = list(dict.fromkeys(persons))
    by_phone = await on_call.with_phone(tx, wanted)
    pairs = [(one, MAIL) for one in wanted] + [(one, TEXT) for one in wanted if one in by_phone]
    for person, channel in pairs:
        await put(tx, "test", person, channel, now)
    return len(pairs)


async def tests_of(tx: AsyncConnection, person: str, since: datetime) -> list[Alert]:
    """The test alerts to a person, newest first."""
    rows = await tx.execute(
        select(alert)
        .where(alert.c.kind == "test", alert.c.person == person, alert.c.made_at > since)
        .order_by(alert.c.made_at.desc(), alert.c.channel)
    )
    return [as_alert(row) for row in rows]


async def to_confirm(tx: AsyncConnection, person: str, since: datetime) -> list[Alert]:
    """The tests that a person may say have reached them: those that have gone out. What still waits, or had
    no way to go, has reached nobody."""
    waiting = [one for one in await tests_of(tx, person, since) if one.acknowledged_at is None]
    rows = await tx.execute(
        select(messages.c.key).where(
            messages.c.key.in_([key_of(one.id) for one in waiting]), messages.c.state.in_(sorted(OUT))
        )
    )
    out = set(rows.scalars())
    return [one for one in waiting if key_of(one.id) in out]


async def of_concern(tx: AsyncConnection, concern_id: str, person: str) -> list[Alert]:
    """The alerts about a concern to a person that carry its content's door: not those of a coordinator."""
    rows = await tx.execute(
        select(alert).where(
            alert.c.concern == concern_id, alert.c.person == person, alert.c.kind == "concern"
        )
    )
    return [as_alert(row) for row in rows]


async def acknowledge(tx: AsyncConnection, alert_id: str, now: datetime) -> bool:
    """This person has seen it, and a message that still waits is not needed; False where they had said so
    before."""
    done = await tx.execute(
        update(alert)
        .where(alert.c.id == alert_id, alert.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now)
    )
    await outbox.withdraw(tx, key_of(alert_id), "acknowledged", now)
    return done.rowcount == 1


def key_of(alert_id: str) -> str:
    """The key of an alert's message."""
    return f"alert|{alert_id}"


def as_alert(row: object) -> Alert:
    """The alert of a row."""
    return Alert(**{name: getattr(row, name) for name in Alert.__dataclass_fields__})
