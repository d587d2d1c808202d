"""One person's form and a pasted list, wherever people are entered."""

from collections.abc import Sequence

from aiohttp import web

from server import render
from server.pages import zone_field
from server.pages.forms import Form
from server.pages.people_list import Fault, NewPerson, Offered, read_list, read_one
from store.enrol import Enrolment

FIELDS = ("name", "chosen_name", "address", "phone", "zone", "locale", "emergency")


def offered(request: web.Request, zone: str) -> Offered:
    """Zones and languages to choose from; `zone` is the group's."""
    languages = tuple(sorted(request.app[render.RENDERER].environments))
    language = render.language(request)
    return Offered(
        understood=lambda typed: zone_field.understood(typed, language),
        locales=languages,
        zone=zone,
        locale=language,
    )


def languages(request: web.Request) -> list[tuple[str, str]]:
    """The languages in their own words."""
    own = {"en": "English", "de": "Deutsch"}
    return [(code, own.get(code, code)) for code in sorted(request.app[render.RENDERER].environments)]


def one(form: Form, request: web.Request, zone: str) -> NewPerson | None:
    """The person of the form's fields; None, and the form's errors, when something is wrong."""
    person, faults = read_one(
        {name: form.get(name) for name in FIELDS}, offered(request, zone), render.words(request).gettext
    )
    note(form, request, faults)
    return person


def many(form: Form, request: web.Request, zone: str) -> list[NewPerson] | None:
    """The people of the pasted list; None, and the form's errors by line, when anything is wrong."""
    people, faults = read_list(form.get("list"), offered(request, zone), render.words(request).gettext)
    note(form, request, faults)
    return None if faults else people


def enrolment(one: NewPerson) -> Enrolment:
    """The person as the store takes them."""
    return Enrolment(
        name=one.name,
        chosen_name=one.chosen_name,
        contact=one.address,
        phone=one.phone,
        zone=one.zone,
        locale=one.locale,
        emergency=one.emergency,
    )


def note(form: Form, request: web.Request, faults: Sequence[Fault]) -> None:
    """Puts faults into the form; those of a list together, each with its line."""
    _ = render.words(request).gettext
    lines = [
        _("Line %(line)s: %(words)s") % {"line": one.line, "words": one.words} for one in faults if one.line
    ]
    if lines:
        form.refuse("list", " ".join(lines))
    for fault in faults:
        form.refuse(fault.field, fault.words)
