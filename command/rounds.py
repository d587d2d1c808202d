"""The check-ins of the demo's groups, filled in as from the members' own pages: opened, answered one question
after the other, sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

import store.checkins
import store.filling
import store.questionnaires
from care import forms
from care.form import Value
from command import watch
from command.given import Answers
from store.checkins import CheckIn
from store.database import Database
from store.filling import Hand
from store.groups import Member
from store.sealing import Keys

DEVICE = "demo"
AFTER_OPENING = timedelta(hours=1)
APART = timedelta(minutes=20)


@dataclass(slots=True)
class Rounds:
    """What the members of one group answer, told in the order of time. `leader` leads it and is the member of
    `person`, who takes on what worries."""

    db: Database
    keys: Keys
    group: str
    answers: Mapping[str, Answers]
    leader: str
    person: str
    done: set[str] = field(default_factory=set)

    async def until(self, moment: datetime, people: Mapping[str, Member]) -> None:
        """Every round that was filled in by then."""
        async with self.db.read() as tx:
            rounds = await store.checkins.of_group(tx, self.group)
        names = {one.id: (place, name) for place, (name, one) in enumerate(people.items())}
        async with self.db.write() as tx:
            for one in rounds:
                place, name = names[one.member]
                at = one.opens_at + AFTER_OPENING + place * APART
                if one.id in self.done or at > moment or name not in self.answers:
                    continue
                self.done.add(one.id)
                given = self.answers[name].of(one.wave, one.number)
                if given is not None:
                    await self._fill(tx, one, given, at)
                elif one.wave in self.answers[name].told:
                    await store.checkins.waive(
                        tx, self.keys, one.id, "told_in_person", self.leader, "facilitator", at
                    )

    async def _fill(
        self, tx: AsyncConnection, one: CheckIn, given: Mapping[str, Value], at: datetime
    ) -> None:
        hand = Hand(member=one.member, role="participant", device=DEVICE)
        library = store.questionnaires.EMPTY
        if not await store.filling.open_one(tx, self.keys, one, library, hand, at):
            return
        opened = await store.checkins.find(tx, one.id)
        if opened is None or opened.form is None:
            raise LookupError("a check-in that was opened has a form")
        form = forms.build(opened.form, library.measures())
        for name, value in given.items():
            if form.question(name) is not None:
                found = await store.filling.give(tx, self.keys, one, form, {name: value}, hand, at)
                if found is not None:
                    await watch.work_on(tx, self.keys, found.concern, self.person, at)
        await store.filling.send(tx, self.keys, one, hand, at + timedelta(minutes=6))
