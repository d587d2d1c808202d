"""Days without a session: rows of a form, and holidays a person may take over from a calendar."""

from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations
from typing import Any

from babel.core import get_global

from care import series
from care.series import Plan
from server.pages import holidays_suggested
from server.pages.forms import Form

ROWS = 2
MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Countries and regions to choose from, and the holidays that meet a session."""

    countries: tuple[tuple[str, str], ...]
    regions: tuple[tuple[str, str], ...]
    holidays: tuple[tuple[str, str], ...]


def fields_of(closures: list[dict[str, str]], country: str, region: str) -> dict[str, str]:
    """The form's fields of stored closures."""
    fields = {"country": country, "region": region}
    for number, each in enumerate(closures):
        fields |= {
            f"from_{number}": each["from"],
            f"to_{number}": each["to"],
            f"why_{number}": each.get("why", ""),
        }
    return fields


def read(form: Form, translations: NullTranslations) -> list[dict[str, str]]:
    """The closures of the form's rows, in their order; empty rows are passed over. A row without a last day
    is one day."""
    _ = translations.gettext
    found: list[dict[str, str]] = []
    for number in range(rows(form)):
        names = from_, to, why = f"from_{number}", f"to_{number}", f"why_{number}"
        if not any(form.get(name) for name in names):
            continue
        first = form.date(from_, _("Give the first day without a session."))
        last = first if not form.get(to) else form.date(to, _("Give the last day without a session."))
        if first is None or last is None:
            continue
        if last < first:
            form.refuse(to, _("The last day comes before the first."))
            continue
        found.append({"from": first.isoformat(), "to": last.isoformat(), "why": form.get(why)[:100]})
    return found


def taken(form: Form, offer: Offer) -> list[dict[str, str]]:
    """The suggested holidays that were ticked, as closures of one day."""
    names = dict(offer.holidays)
    ticked = [each for each in form.all("holiday") if each in names]
    return [{"from": each, "to": each, "why": names[each].partition(": ")[2]} for each in ticked]


def rows(form: Form) -> int:
    """How many rows the form has: those that came, and one more when asked for."""
    last = max(
        (number + 1 for number in range(MOST) if form.get(f"from_{number}") or form.get(f"to_{number}")),
        default=0,
    )
    return min(MOST, max(ROWS, last + 1))


def offer(plan: Plan, closures: list[dict[str, str]], country: str, region: str, language: str) -> Offer:
    """What can be chosen. Holidays are looked up on the days of the sessions as they would be without any."""
    bare = series.generate(plan)
    days = [one.local.date() for one in bare.sessions]
    days += [one.local.date() for one in bare.warnings if one.code == series.CLOSURE_SKIPPED]
    closed = {each["from"] for each in closures if each["from"] == each["to"]}
    found = holidays_suggested.on_days(country, region, days, language)
    return Offer(
        countries=holidays_suggested.countries(language),
        regions=holidays_suggested.region_names(country),
        holidays=tuple(
            (one.day.isoformat(), f"{one.day.isoformat()}: {one.name}")
            for one in found
            if one.day.isoformat() not in closed
        ),
    )


def country_of(zone: str) -> str:
    """The country a zone lies in (CLDR), "" when there is none."""
    territories: Any = get_global("zone_territories")
    found = str(territories.get(zone, ""))
    return found if len(found) == 2 else ""


def merged(closures: list[dict[str, str]]) -> list[dict[str, str]]:
    """Every closure once, by its first day."""
    once = {(each["from"], each["to"]): each for each in closures}
    return sorted(once.values(), key=lambda each: (each["from"], each["to"]))


def first_day_closed(plan: Plan, closures: list[dict[str, str]]) -> bool:
    """True when the first session itself falls on a day without one."""
    on = plan.first_local.date()
    return any(date.fromisoformat(each["from"]) <= on <= date.fromisoformat(each["to"]) for each in closures)
