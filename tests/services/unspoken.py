"""A member's sealed things, each holding a word of its own that can be found again: what nobody may read who
is not meant to, and numbers that can be changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

import store.absence
import store.answers
import store.booking
import store.checkins
import store.checklists
import store.concern_acts
import store.concerns
import store.doorstep
import store.group_summaries
import store.outcomes
import store.scores
import store.sheets
import store.tryouts
import store.workbook
from care import forms
from care.completion import Outcome
from care.form import Kind, Value
from care.measures import GAD7, PHQ9
from care.tryout import Result, Tryout
from care.workbook import ONLY
from store.groups import Member
from store.sealing import Keys
from store.tables import checkin, staff
from tests.services import checkins
from tests.services.meetings import arranged

MARK = "unspoken"
WAVES = ("pre", "mid", "post", "weekly", "followup")
DEVICE = "a" * 16
DAY = timedelta(days=1)
SAID = (
    *("relation", "hard", "problem", "area", "goal", "signs", "call", "worked", "note", "sheet", "absence"),
    *("outcome", "where", "phone", "prompt", "flag", "contacted", "closed"),
    *("step", "happened", "draft", "sent"),
)


def word(of: str) -> str:
    """A word that stands nowhere else."""
    return f"{MARK}{of.replace('_', '')}word"


def words() -> set[str]:
    """Every word that is put somewhere."""
    given = (value for wave in WAVES for value, _ in answers_of(wave, high=False).values())
    return {word(one) for one in SAID} | {value for value in given if isinstance(value, str)}


def answers_of(wave: str, *, high: bool) -> dict[str, tuple[Value, str]]:
    """An answer to every question of a form that takes words or a number, with the measure it belongs to.
    The question about thoughts of death is answered with 0."""
    asked = [PHQ9, GAD7]
    form = forms.build(forms.compose(wave, 2, asked), {one.id: one for one in asked})
    found: dict[str, tuple[Value, str]] = {}
    for one in (question for step in form.steps for question in step.questions):
        if one.kind in (Kind.LINE, Kind.TEXT):
            found[one.id] = (word(f"{wave}{one.id}"), "")
        elif one.kind in (Kind.SCALE, Kind.ITEM):
            number = 0 if one.safety else int(one.options[-1 if high else 0])
            found[one.id] = (number, one.instrument)
    return found


def steps_of(wave: str) -> tuple[str, ...]:
    """Some pages of a form: the first ones with words, the first ones with a number."""
    asked = [PHQ9, GAD7]
    form = forms.build(forms.compose(wave, 2, asked), {one.id: one for one in asked})
    said = answers_of(wave, high=False)
    worded = [
        one.key for one in form.steps if any(type(said.get(q.id, (0,))[0]) is str for q in one.questions)
    ]
    return (*worded[:3], *(one.key for one in form.steps if one.key not in worded))[:5]


async def fill_in(
    tx: AsyncConnection, keys: Keys, who: str, sessions: Sequence[str], now: datetime, *, high: bool
) -> None:
    """Every round of a member, open and filled in as far as it goes."""
    for number, wave in enumerate(WAVES, start=1):
        rows = await tx.execute(select(checkin.c.id).where(checkin.c.member == who, checkin.c.wave == wave))
        form = forms.compose(wave, 2, [PHQ9, GAD7])
        known = [one for one in rows.scalars() if await opened(tx, one)]
        key = (
            known[0]
            if known
            else await checkins.put(tx, who, wave, now - DAY, now + 5 * DAY, session=sessions[number])
        )
        await store.checkins.mark_opened(tx, key, form, now)
        for question, (value, pin) in answers_of(wave, high=high).items():
            await store.answers.save(
                tx,
                keys,
                checkin_id=key,
                question=question,
                value=value,
                form=form,
                instrument=pin,
                device=DEVICE,
                by=who,
                now=now,
            )


async def opened(tx: AsyncConnection, key: str) -> bool:
    """Whether somebody began to fill it in."""
    one = await store.checkins.find(tx, key)
    return one is not None and one.opened_at is not None


async def work(
    tx: AsyncConnection, keys: Keys, who: str, leader: Member, session: str, now: datetime, *, high: bool
) -> None:
    """People, problems, areas, goals, strategies, a plan, a note about safety."""
    number = 5 if high else 1
    theirs: dict[str, dict[str, object]] = {
        "relation": {"label": word("relation"), "hard": word("hard"), "now": number},
        "problem": {"words": word("problem")},
        "area": {"area": "grief", "rank": 1, "from_session": 1, "words": word("area"), "by_member": True},
        "goal": {"words": word("goal"), "ratings": [{"wave": "pre", "value": number}]},
        "plan": {"signs": word("signs"), "call": word("call")},
    }
    ours: dict[str, dict[str, object]] = {
        "worked": {"keys": ["ties"], "note": word("worked")},
        "note": {"text": word("note")},
        "readiness": {"ready_feelings": number, "ready_time": number, "ready_change": number},
    }
    things = {"plan": ONLY, "readiness": "pre", "worked": session, "note": "relation"}
    for by, bodies in ((who, theirs), (leader.id, ours)):
        for kind, body in bodies.items():
            thing = things.get(kind, kind)
            await store.workbook.put(tx, keys, who, kind, thing, body, by=by, device=DEVICE, now=now)


async def plant(
    tx: AsyncConnection, keys: Keys, target: Member, leader: Member, sessions: Sequence[str], now: datetime
) -> dict[str, str]:
    """Everything that is kept of the work with one member; the ids of what has a page of its own. The leader
    becomes a clinician."""
    account = await tx.execute(
        update(staff).where(staff.c.person == leader.person).values(clinician=True).returning(staff.c.id)
    )
    who, nils = target.id, account.scalar_one()
    await fill_in(tx, keys, who, sessions, now, high=False)
    await work(tx, keys, who, leader, sessions[4], now, high=False)
    await store.sheets.save_sheet(
        tx, keys, who, {"main": "grief", "secondary": "", "goals": [word("sheet")]}, leader.id, now
    )
    await store.absence.give(tx, keys, who, sessions[4], "family", word("absence"), who, now)
    await store.outcomes.say(tx, keys, who, Outcome("other"), word("outcome"), nils, now)
    await store.doorstep.put(tx, keys, sessions[5], who, word("where"), word("phone"), None, None, now)
    await store.scores.look(tx, keys, who, ("sudden_rise", "phq9", word("prompt")), leader.id, now)
    step = Tryout(step=word("step"), result=Result.DONE, happened=word("happened"), mood=2)
    await store.tryouts.put(tx, keys, who, "tryout", step, by=who, device=DEVICE, now=now)
    await store.group_summaries.save(tx, keys, sessions[1], word("draft"), leader.id, 0, now)
    await store.group_summaries.save(tx, keys, sessions[0], word("sent"), leader.id, 0, now)
    await store.group_summaries.send(tx, keys, sessions[0], 1, leader.id, (), now)
    met = await arranged(tx, keys, leader, target, now=now)
    await store.checklists.save(tx, keys, leader.id, met.id, ["risk"], now)
    worry = await store.concerns.flag(tx, keys, who, leader.person, word("flag"), now)
    await store.concern_acts.acknowledge(tx, keys, worry.id, leader.person, now)
    await store.concern_acts.contacted(tx, keys, worry.id, leader.person, word("contacted"), now)
    await store.concern_acts.close(tx, keys, worry.id, leader.person, word("closed"), now)
    await store.concerns.assess_answer(
        tx, keys, member=who, checkin=await answered(tx, who), question="phq9_9", value="3", now=now
    )
    return {"concern": worry.id, "meeting": met.id, "room": met.session or ""}


async def answered(tx: AsyncConnection, who: str) -> str:
    """A check-in of this member."""
    rows = await tx.execute(select(checkin.c.id).where(checkin.c.member == who, checkin.c.form.is_not(None)))
    return str(rows.scalars().first())
