"""What a form said: values kept as they were typed, and what is wrong with them in words, field by field.

A handler reads a form, asks it for typed values, and shows the same page again while `errors` holds
something; `web/templates/parts/forms.html` draws it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from aiohttp import web
from multidict import MultiDict

from server import render

YEARS = range(2000, 2100)
"Beyond them no session lies, and other zones would lead out of the calendar."
WRONG = 422
"Unprocessable content (RFC 9110, 15.5.21): understood, but it cannot be done like this."


@dataclass(slots=True)
class Form:
    """A form's fields. `errors` are words by field, in the order they were found; the field "" is the whole
    form."""

    values: MultiDict[str] = field(default_factory=MultiDict)
    errors: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The value without surrounding space; "" for none."""
        return self.values.get(name, "").strip()

    def all(self, name: str) -> list[str]:
        """Every value of this name, without empty ones."""
        return [value for value in self.values.getall(name, []) if value]

    def refuse(self, name: str, words: str) -> None:
        """Notes what is wrong with a field; the first thing found stands."""
        self.errors.setdefault(name, words)

    def text(self, name: str, missing: str, longest: int = 200) -> str:
        """A line that must be there; `missing` are the words when it is not, or is too long."""
        value = self.get(name)
        if not value or len(value) > longest:
            self.refuse(name, missing)
        return value

    def one_of(self, name: str, options: Collection[str], missing: str) -> str:
        """One of the options; "" and an error for anything else."""
        value = self.get(name)
        if value in options:
            return value
        self.refuse(name, missing)
        return ""

    def whole(self, name: str, low: int, high: int, wrong: str) -> int | None:
        """A whole number within these limits, both included; None and an error for anything else."""
        value = self.get(name)
        number = int(value) if re.fullmatch(r"-?[0-9]{1,6}", value) else None
        if number is None or not low <= number <= high:
            self.refuse(name, wrong)
            return None
        return number

    def date(self, name: str, wrong: str) -> date | None:
        """A day of this century as browsers send it (`2026-03-02`); None and an error for anything else."""
        try:
            found = date.fromisoformat(self.get(name))
        except ValueError:
            found = None
        if found is None or found.year not in YEARS:
            self.refuse(name, wrong)
            return None
        return found

    def time(self, name: str, wrong: str) -> time | None:
        """A time of day as browsers send it (`18:00`); None and an error for anything else."""
        value = self.get(name)
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", value):
            self.refuse(name, wrong)
            return None
        return time.fromisoformat(value).replace(second=0)

    def local(self, day: str, clock: str, wrong_day: str, wrong_clock: str) -> datetime | None:
        """A wall-clock time (naive) of a date field and a time field; None when either is wrong."""
        on, at = self.date(day, wrong_day), self.time(clock, wrong_clock)
        return None if on is None or at is None else datetime.combine(on, at)


async def read(request: web.Request) -> Form:
    """The fields of a posted form, without files and the page's own `csrf`. Line ends become one kind."""
    sent = await request.post()
    pairs = [(name, value) for name, value in sent.items() if isinstance(value, str) and name != "csrf"]
    return Form(values=MultiDict((name, value.replace("\r\n", "\n")) for name, value in pairs))


def filled(values: Mapping[str, str]) -> Form:
    """A form before it was sent: with what is known already."""
    return Form(values=MultiDict(values))


def again(request: web.Request, template: str, form: Form, **context: object) -> web.Response:
    """The page with this form: with status 422 when something is wrong with it."""
    return render.page(request, template, status=WRONG if form.errors else 200, form=form, **context)


def see(address: str) -> web.Response:
    """On to another page after a change (303: the browser asks for it anew)."""
    return web.Response(status=303, headers={"Location": address})
