"""A check-in that somebody fills in: who writes, which steps are asked now, what may be read back here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.answers
import store.checkins
import store.safety_state
from care import forms
from care.checkin_states import State
from care.form import Form, Step, Value, first_open, numbers
from care.instrument import Measure
from server import keys, render
from server.pages import place
from store.checkins import CheckIn
from store.filling import Hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A check-in in the middle of being answered. `address` is where its steps live, `home` leads out;
    `answered` says of each question whether its answer was given here; `own` are those answers."""

    one: CheckIn
    hand: Hand
    address: str
    home: str
    form: Form
    steps: tuple[Step, ...]
    answered: Mapping[str, bool]
    own: Mapping[str, Value] = field(repr=False)

    @property
    def done(self) -> set[str]:
        """The steps that have an answer."""
        return {one.key for one in self.steps if one.key in self.answered}

    def at(self, key: str) -> Step | None:
        """The step of this name, when it is asked now."""
        return next((one for one in self.steps if one.key == key), None)

    def number(self, step: Step) -> int:
        """Which page of how many it is, counted from one."""
        return self.steps.index(step) + 1

    def before(self, step: Step) -> str:
        """Where the way back leads."""
        number = self.number(step)
        return f"{self.address}/{self.steps[number - 2].key}" if number > 1 else self.home

    def following(self, key: str = "") -> str:
        """Where to go on behind this step: the next one that is open, or the summary."""
        found = first_open(self.steps, self.done, after=key)
        return f"{self.address}/{found.key}" if found else f"{self.address}/check"


def measures_of(request: web.Request) -> Mapping[str, Measure]:
    """Everything this service can ask, by id, in the official words of the page's language where there are
    such."""
    library, language = request.app[keys.QUESTIONNAIRES], render.language(request)
    return {name: library.worded(one, language) for name, one in library.measures().items()}


def pinned(request: web.Request, one: CheckIn) -> Form | None:
    """The form as it was first opened; None where nobody has opened it."""
    return None if one.form is None else forms.build(one.form, measures_of(request))


async def load(
    request: web.Request, tx: AsyncConnection, one: CheckIn, hand: Hand, address: str, home: str
) -> Filling | None:
    """The check-in as it is being filled in; None while it takes no answers or nobody has opened it yet."""
    now = place.now(request)
    form = pinned(request, one)
    if one.state != State.OPENED or form is None or not one.answerable(now):
        return None
    answered = await store.answers.answered_ids(tx, one.id, hand.device, hand.member)
    given = await store.answers.given_here(tx, request.app[keys.KEYS], one.id, hand.device, hand.member)
    own = {name: answer.value for name, answer in given.items()}
    # What was answered elsewhere is not looked at: where it might matter, it is taken to.
    above = numbers(own) | {name for name, here in answered.items() if not here}
    open_now = await store.safety_state.item9_open(tx, one.group, now)
    steps = form.asked(above, safety_open=open_now)
    return Filling(
        one=one, hand=hand, address=address, home=home, form=form, steps=steps, answered=answered, own=own
    )
