"""A form as data: steps in their order, each one question with what belongs to it on the same page.

Questions have names that never change; what they ask is pinned by the version in the form's name. No
question is required: leaving one out is an answer too. Words stand with the pages.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from care.form_parts import DONE, PARTS, step_of

Value = int | str | tuple[str, ...] | None
"None is an answer too: asked, and nothing said."

UNSAID = "unsaid"
"The option “I would rather not say”."
LINE, TEXT = 200, 2000
"The longest line and the longest text, in characters."
BEST = 10


class Kind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"  # 0 to 10
    ONE = "one"  # one of the options
    MANY = "many"  # any number of the options
    LINE = "line"
    TEXT = "text"
    ITEM = "item"  # an item of a measure: one of its numbers
    PART = "part"  # a page of its own leads there and back: done, or passed over


class NotAnAnswer(ValueError):
    """What was sent cannot be an answer to this question. `why` is missing, unknown or too_long."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `options` are the codes or numbers that can be chosen; `instrument` pins the measure an
    item belongs to; a question that is `beside` another one may stay empty without a word; `page` is the key
    of a part with a page of its own."""

    id: str
    kind: Kind
    options: tuple[str, ...] = ()
    instrument: str = ""
    page: str = ""
    beside: bool = False
    safety: bool = False

    @property
    def longest(self) -> int:
        """The most characters of words it takes."""
        return LINE if self.kind is Kind.LINE else TEXT

    def read(self, sent: Sequence[str]) -> Value:
        """The answer in what a form sent. Raises NotAnAnswer."""
        given = [one.strip() for one in sent if one.strip()]
        match self.kind:
            case Kind.LINE | Kind.TEXT:
                return self.checked(given[0]) if given else None
            case Kind.MANY:
                return self.checked(tuple(one for one in self.options if one in given)) if given else None
            case _ if not given:
                if self.beside:
                    return None
                raise NotAnAnswer("missing")
            case Kind.ONE | Kind.PART:
                return self.checked(given[0])
            case Kind.SCALE | Kind.ITEM:
                # Digits of other scripts are numbers to Python and nothing a browser of ours sends.
                if not (given[0].isascii() and given[0].isdigit() and len(given[0]) <= 3):
                    raise NotAnAnswer("unknown")
                return self.checked(int(given[0]))

    def checked(self, value: Value) -> Value:
        """The same value, when it can be an answer to this question. Raises NotAnAnswer."""
        if value is None:
            return value
        if self.kind in (Kind.LINE, Kind.TEXT):
            if not isinstance(value, str):
                raise NotAnAnswer("unknown")
            if len(value) > self.longest:
                raise NotAnAnswer("too_long")
        elif self.kind is Kind.MANY:
            if not isinstance(value, tuple) or not set(value) <= set(self.options):
                raise NotAnAnswer("unknown")
        elif self.kind in (Kind.ONE, Kind.PART):
            if value not in self.options:
                raise NotAnAnswer("unknown")
        elif isinstance(value, bool) or not isinstance(value, int) or str(value) not in self.options:
            raise NotAnAnswer("unknown")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page of a form, named by its first question. `part` groups steps; a step with `after_any` is asked
    only when one of those was answered with more than 0."""

    questions: tuple[Question, ...]
    part: str
    after_any: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name in addresses."""
        return self.questions[0].id

    @property
    def safety(self) -> bool:
        """Whether it may only be asked while somebody reads the answer."""
        return any(one.safety for one in self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A version of a form. `id` names every word in it: its own version and those of its measures."""

    id: str
    wave: str
    steps: tuple[Step, ...]

    def step(self, key: str) -> Step | None:
        """The step of this name."""
        return next((one for one in self.steps if one.key == key), None)

    def question(self, question_id: str) -> Question | None:
        """The question of this name."""
        return next((one for step in self.steps for one in step.questions if one.id == question_id), None)

    def asked(self, above: Collection[str], *, safety_open: bool) -> tuple[Step, ...]:
        """The steps that are asked now: `above` are the items known to be answered with more than 0. A
        safety item is left out while nobody reads."""
        return tuple(
            step
            for step in self.steps
            if (safety_open or not step.safety)
            and (not step.after_any or any(one in above for one in step.after_any))
        )


def first_open(steps: Iterable[Step], answered: Collection[str], after: str = "") -> Step | None:
    """The first step without an answer, from the one behind `after` on and then from the start; None when
    all have one."""
    ordered = list(steps)
    keys = [one.key for one in ordered]
    start = keys.index(after) + 1 if after in keys else 0
    return next((one for one in (*ordered[start:], *ordered[:start]) if one.key not in answered), None)


def numbers(answers: Mapping[str, Value]) -> frozenset[str]:
    """The questions that were answered with more than 0."""
    return frozenset(name for name, value in answers.items() if isinstance(value, int) and value > 0)


def scale(name: str) -> Question:
    """0 to 10."""
    return Question(id=name, kind=Kind.SCALE, options=tuple(str(one) for one in range(BEST + 1)))


def one_of(name: str, *options: str) -> Question:
    """One of these."""
    return Question(id=name, kind=Kind.ONE, options=options)


def many_of(name: str, *options: str) -> Question:
    """Any of these."""
    return Question(id=name, kind=Kind.MANY, options=options)


def line(name: str, *, beside: bool = False) -> Question:
    """A line in one's own words."""
    return Question(id=name, kind=Kind.LINE, beside=beside)


def words(name: str) -> Question:
    """A few sentences in one's own words."""
    return Question(id=name, kind=Kind.TEXT)


def box(name: str) -> Question:
    """A box beside another question, for those who want to say more."""
    return Question(id=name, kind=Kind.TEXT, beside=True)


def part(key: str, wave: str) -> Step:
    """A page that leads to another one, where this part of a wave is worked on. Raises KeyError for a part
    that never was."""
    page = PARTS[key].key
    return step(page, Question(id=step_of(page, wave), kind=Kind.PART, options=(DONE,), page=page))


def step(part: str, *questions: Question) -> Step:
    """A page with these questions."""
    return Step(questions=questions, part=part)
