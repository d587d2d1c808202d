"""Public holidays that fall on a session's day: suggestions for a person to take or leave, never applied by
themselves. The dates come from the `holidays` package.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from babel import Locale


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One day and what it is called there."""

    day: date
    name: str


@lru_cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Code (ISO 3166-1 alpha-2) and name of every country with known holidays, by name."""
    names = Locale.parse(language).territories
    known = [code for code in holidays.list_supported_countries() if len(code) == 2 and code in names]
    return tuple(sorted(((code, str(names[code])) for code in known), key=lambda pair: pair[1]))


@lru_cache
def regions(country: str) -> tuple[str, ...]:
    """The parts of a country that have holidays of their own, by their code; none for an unknown country."""
    return tuple(holidays.list_supported_countries().get(country, ()))


@lru_cache
def region_names(country: str) -> tuple[tuple[str, str], ...]:
    """Code and name of these parts, by name; one without a name goes by its code."""
    if not regions(country):
        return ()
    aliases = holidays.country_holidays(country).subdivisions_aliases
    known = {code: name for name, code in reversed(list(aliases.items()))}
    named = [(code, str(known.get(code, code))) for code in regions(country)]
    return tuple(sorted(named, key=lambda pair: pair[1]))


def on_days(country: str, region: str, days: Iterable[date], language: str) -> tuple[Suggestion, ...]:
    """The holidays among these days; none for an unknown country. An unknown region counts as none."""
    wanted = sorted(set(days))
    if not wanted or country not in dict(countries("en")):
        return ()
    found = holidays.country_holidays(
        country,
        subdiv=region if region in regions(country) else None,
        years=range(wanted[0].year, wanted[-1].year + 1),
        language=spoken(country, language),
    )
    return tuple(Suggestion(day, found[day]) for day in wanted if day in found)


@lru_cache
def spoken(country: str, language: str) -> str | None:
    """The package's language for the names of a country's holidays that comes nearest; None for its own."""
    offered = holidays.country_holidays(country).supported_languages
    return next((one for one in offered if one.split("_")[0] == language), None)
