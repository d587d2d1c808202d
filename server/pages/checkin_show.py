"""What the pages of a check-in show: a question as it is drawn, and the answers before they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from gettext import NullTranslations

from care.form import Kind, NotAnAnswer, Question, Step, Value
from server.pages.filling import Filling
from server.pages.forms import Form
from server.pages.questions import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One question on a page: its name and kind, its words, and what can be chosen, as (code, words)."""

    id: str
    kind: str
    asked: Asked
    options: Sequence[tuple[str, str]]
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step in the summary. `said` are the words of its answers as far as they were given here; `state` is
    here, elsewhere, skipped or open."""

    key: str
    title: str
    state: str
    language: str
    said: Sequence[str] = field(repr=False)


def draw(step: Step, known: Mapping[str, Asked]) -> list[Drawn]:
    """The questions of a page."""
    return [
        Drawn(
            id=one.id,
            kind=one.kind.value,
            asked=known[one.id],
            options=options(one, known[one.id]),
            longest=one.longest,
        )
        for one in step.questions
    ]


def options(question: Question, asked: Asked) -> list[tuple[str, str]]:
    """What can be chosen. A number of a scale speaks for itself."""
    return [(code, asked.options.get(code, code)) for code in question.options]


def kept(step: Step, own: Mapping[str, Value]) -> dict[str, Value]:
    """What was answered here before."""
    return {one.id: own[one.id] for one in step.questions if own.get(one.id) is not None}


def filled(form: Form, step: Step, own: Mapping[str, Value]) -> Form:
    """The page's form with the answers that were given on this device."""
    for name, value in kept(step, own).items():
        for part in value if isinstance(value, tuple) else (value,):
            form.values.add(name, str(part))
    return form


def read(translations: NullTranslations, form: Form, step: Step) -> dict[str, Value]:
    """The answers of a page; what is wrong stands in the form."""
    found: dict[str, Value] = {}
    for one in step.questions:
        try:
            found[one.id] = one.read(form.values.getall(one.id, []))
        except NotAnAnswer as refused:
            form.refuse(one.id, refusal(translations, refused.why, one))
    return found


def refusal(translations: NullTranslations, why: str, question: Question) -> str:
    """What is wrong, in words."""
    _ = translations.gettext
    if why == "too_long":
        return _("That is too long. At most %(count)s characters fit here.") % {"count": question.longest}
    if why == "missing" and question.kind is Kind.SCALE:
        return _("Please choose a number, or skip this question.")
    if why == "missing":
        return _("Please choose an answer, or skip this question.")
    return _("Please choose one of the answers on this page.")


def summary(filling: Filling, known: Mapping[str, Asked], inside: Mapping[str, Sequence[str]]) -> list[Line]:
    """Every step with its answer, where it was given here; of a part what stands in it, as far as it is
    `inside`."""
    return [_line(filling, step, known, inside.get(step.key, ())) for step in filling.steps]


def _line(filling: Filling, step: Step, known: Mapping[str, Asked], inside: Sequence[str]) -> Line:
    asked = known[step.key]
    said = [told(known[name], value) for name, value in kept(step, filling.own).items()]
    said = list(inside) if said and inside else said
    here = filling.answered.get(step.key)
    if here is None:
        state = "open"
    elif not here:
        state = "elsewhere"
    else:
        state = "here" if said else "skipped"
    return Line(key=step.key, title=asked.title, state=state, language=asked.language, said=said)


def told(asked: Asked, value: Value) -> str:
    """An answer in words."""
    if isinstance(value, tuple):
        return ", ".join(asked.options.get(one, one) for one in value)
    return asked.options.get(str(value), str(value))
