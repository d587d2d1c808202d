"""Filling a check-in in: opening it under a version of its form, keeping and assessing answers one by one,
sending it. Each is one transaction of its caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from care import forms
from care.form import Form, Question, Value
from care.instrument import Measure
from care.thresholds import ANSWER_WITHIN, Kind, Owner
from store import answers, audit, chain, checkins, concerns, contracts, safety_state, tasks
from store.checkins import CheckIn
from store.concerns import Found
from store.doors import NotAllowed
from store.questionnaires import Library
from store.sealing import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who writes: the member or a facilitator, on which device, and how they speak: self, phone, meeting."""

    member: str
    role: str
    device: str
    mode: str = answers.SELF


async def open_one(
    tx: AsyncConnection,
    keys: Keys,
    one: CheckIn,
    library: Library,
    hand: Hand,
    now: datetime,
) -> bool:
    """True when the check-in takes answers now; the first opening pins the newest version of its form, with
    the measures of the contract and the service's own. Raises NotAllowed for a stranger's hand."""
    await chain.hold(tx)
    await answers.may_write(tx, one.id, hand.member, hand.mode)
    asked = await promised(tx, one, library, now)
    name = forms.compose(one.wave, one.number, asked)
    if not await checkins.mark_opened(tx, one.id, name, now):
        return False
    if hand.mode != answers.SELF:
        await _note(tx, keys, one, "checkin_filled_in", hand, now)
    return True


async def promised(tx: AsyncConnection, one: CheckIn, library: Library, now: datetime) -> list[Measure]:
    """What the contract says that members are asked, then what the service asks in this round by its own
    files. The PHQ-8 stands for the PHQ-9 where nobody could answer its last item in time."""
    version = await contracts.in_force(tx, one.group, now)
    terms = version.terms if version else await contracts.service_terms(tx)
    mood, known = await safety_state.phq_version(tx, one.group, now), library.measures()
    named = [mood if name == "phq9" else name for name in terms.questionnaires]
    named += [own.id for own in library.asked_in(one.wave)]
    return [known[name] for name in dict.fromkeys(named) if name in known]


async def give(
    tx: AsyncConnection,
    keys: Keys,
    one: CheckIn,
    form: Form,
    given: Mapping[str, Value],
    hand: Hand,
    now: datetime,
) -> Found | None:
    """Keeps these answers and looks at each; what they lead to at once, if anything. Raises Closed,
    NotAllowed, and NotAnAnswer for what no page can send."""
    for name, value in given.items():
        question = asked(form, name)
        question.checked(value)
        await answers.save(
            tx,
            keys,
            checkin_id=one.id,
            question=name,
            value=value,
            form=form.id,
            instrument=question.instrument,
            device=hand.device,
            by=hand.member,
            mode=hand.mode,
            now=now,
        )
    if given.get("call_wished") == "yes":
        await _call_wished(tx, keys, one, hand, now)
    return await _looked_at(tx, keys, one, given, now)


async def _call_wished(tx: AsyncConnection, keys: Keys, one: CheckIn, hand: Hand, now: datetime) -> None:
    """A task for the facilitators, once for each form; one that is open already is enough."""
    await tasks.open_one(
        tx,
        keys,
        one.group,
        one.member,
        Kind.CALL_WISHED.value,
        (),
        now + ANSWER_WITHIN,
        now,
        by=hand.member,
        role=hand.role,
        about=one.id,
        owner_role=Owner.FACILITATOR.value,
        once=True,
    )


async def too_late(
    tx: AsyncConnection,
    keys: Keys,
    one: CheckIn,
    form: Form,
    given: Mapping[str, Value],
    hand: Hand,
    now: datetime,
) -> Found | None:
    """Looks at answers to a page that was shown before the form closed. The form keeps them no more; nobody
    who says that they are not safe has said it too late. Raises NotAllowed, NotAnAnswer."""
    await chain.hold(tx)
    await answers.may_write(tx, one.id, hand.member, hand.mode)
    for name, value in given.items():
        asked(form, name).checked(value)
    return await _looked_at(tx, keys, one, given, now)


async def _looked_at(
    tx: AsyncConnection, keys: Keys, one: CheckIn, given: Mapping[str, Value], now: datetime
) -> Found | None:
    found = None
    for name, value in given.items():
        looked = await concerns.assess_answer(
            tx, keys, member=one.member, checkin=one.id, question=name, value=value, now=now
        )
        found = looked or found
    return found


def asked(form: Form, name: str) -> Question:
    """The question of this name. Raises NotAllowed where the form has none."""
    question = form.question(name)
    if question is None:
        raise NotAllowed("answer_checkin")
    return question


async def send(tx: AsyncConnection, keys: Keys, one: CheckIn, hand: Hand, now: datetime) -> bool:
    """True when this call finished the check-in: it can be finished once. Raises NotAllowed."""
    await chain.hold(tx)
    await answers.may_write(tx, one.id, hand.member, hand.mode)
    if not await checkins.submit(tx, one.id, now):
        return False
    await tasks.touch(tx, one.group)
    await _note(tx, keys, one, "checkin_sent", hand, now)
    return True


async def _note(
    tx: AsyncConnection, keys: Keys, one: CheckIn, action: str, hand: Hand, now: datetime
) -> None:
    await audit.append(
        tx,
        keys,
        actor=hand.member,
        role=hand.role,
        action=action,
        object=f"checkin:{one.id}",
        group=one.group,
        reason="" if hand.mode == answers.SELF else hand.mode,
        now=now,
    )
