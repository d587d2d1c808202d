"""A group that is being set up: what was entered so far, as the draft keeps it, and what follows from it.

A draft is a plain JSON object; every step owns its own keys and nobody trusts another's: what is read here
was checked when it was entered and is checked again when the group is made.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from gettext import NullTranslations
from typing import Any

from care import phases
from care.contract import Terms
from care.phases import Phases
from care.series import Closure, Plan
from server.pages import zone_field
from server.pages.forms import Form
from server.pages.people_list import NewPerson, from_document

STEPS = ("basics", "closures", "numbers", "people", "check")
BASICS = ("title", "zone", "first_day", "first_time", "every_days", "count", "minutes")
RHYTHMS = ("7", "14", "21", "28")
COUNTS = range(8, 21)
MINUTES = (60, 120)
Values = Mapping[str, Any]


def plan_of(values: Values) -> Plan | None:
    """The plan of a draft; None while the basics are not all there."""
    if any(not values.get(name) for name in BASICS):
        return None
    return Plan(
        zone=str(values["zone"]),
        first_local=datetime.combine(
            date.fromisoformat(values["first_day"]), time.fromisoformat(values["first_time"])
        ),
        every_days=int(values["every_days"]),
        minutes=int(values["minutes"]),
        count=int(values["count"]),
        closures=closures_of(values),
    )


def closures_of(values: Values) -> tuple[Closure, ...]:
    """The days on which the group does not meet."""
    return tuple(
        Closure(
            from_date=date.fromisoformat(each["from"]),
            to_date=date.fromisoformat(each["to"]),
            why=str(each.get("why", "")),
        )
        for each in values.get("closures", [])
    )


def phases_of(values: Values) -> Phases:
    """The phases: as they were set, otherwise the default of the number of sessions."""
    count = int(values["count"])
    try:
        found = Phases(**values["phases"])
    except (KeyError, TypeError, ValueError):
        return phases.preset("seed_default", count)
    return found if found.count == count else phases.preset("seed_default", count)


def terms_of(values: Values, service: Terms | None = None) -> Terms:
    """The group's terms: the service's defaults, the group's own plan and phases, its changed numbers.
    Raises ValueError or KeyError while the draft does not hold a whole plan."""
    plan = plan_of(values)
    if plan is None:
        raise ValueError("a draft without its first step")
    base = Terms(zone=plan.zone, first_local=plan.first_local)
    if service is not None:
        own = base.document()
        kept = {
            name: value for name, value in service.document().items() if name not in ("zone", "first_local")
        }
        base = Terms.from_document(own | kept)
    parts = phases_of(values)
    changed: dict[str, object] = {
        "sessions": plan.count,
        "every_days": plan.every_days,
        "minutes": plan.minutes,
        "phases": {
            "initial": parts.initial,
            "intermediate": parts.intermediate,
            "ending": parts.ending,
        },
        "closures": list(values.get("closures", [])),
    }
    return base.with_changes(changed | dict(values.get("numbers", {})))


def people_of(values: Values) -> list[NewPerson]:
    """The members entered so far."""
    return [from_document(each) for each in values.get("people", [])]


def read_basics(form: Form, translations: NullTranslations, language: str, today: date) -> dict[str, str]:
    """The first step's values; the form holds what is wrong with them."""
    _ = translations.gettext
    form.text("title", _("Give the group a name that its members will know it by."), longest=100)
    zone_field.read(form, "zone", language, _("Choose a time zone, such as Europe/Berlin."))
    first = form.date("first_day", _("Give the day of the first session."))
    if first is not None and not today <= first <= today.replace(year=today.year + 2, day=1):
        form.refuse("first_day", _("The first session lies in the past, or more than two years ahead."))
    form.time("first_time", _("Give the hour of the first session, such as 18:00."))
    form.one_of("every_days", RHYTHMS, _("Choose how often the group meets."))
    form.whole("count", COUNTS[0], COUNTS[-1], _("Give a number of sessions from 8 to 20."))
    form.whole("minutes", *MINUTES, _("Give a length from 60 to 120 minutes."))
    return {name: form.get(name) for name in BASICS}


def reached(values: Values) -> str:
    """The first step that is still to be done."""
    done = values.get("done", [])
    return next((step for step in STEPS if step not in done), STEPS[-1])
