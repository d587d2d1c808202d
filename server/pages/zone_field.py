"""A time zone as people type it: its name, or the city it is named for, in their language."""

from collections.abc import Iterable
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from care import zones
from server.pages.forms import Form

REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/"),
    *("Indian/", "Pacific/"),
)


@lru_cache
def offered() -> tuple[str, ...]:
    """The zones to pick from: those named for places."""
    return tuple(sorted(name for name in zones.names() if name.startswith(REGIONS)))


def understood(typed: str, language: str) -> str:
    """The zone that was meant; "" where no zone, or more than one, is called that."""
    wanted = typed.strip()
    if zones.known(wanted):
        return wanted
    words = folded(wanted)
    found = by_name().get(words) or by_city(language).get(words) or frozenset()
    aliases = get_global("zone_aliases")
    return min(found) if len({aliases.get(name, name) for name in found}) == 1 else ""


@lru_cache
def by_name() -> dict[str, frozenset[str]]:
    """Zones by their whole name and by its last part, which is a city."""
    return gathered([(words, name) for name in offered() for words in (name, name.rpartition("/")[2])])


@lru_cache
def by_city(language: str) -> dict[str, frozenset[str]]:
    """Zones by the city they stand for, in this language (CLDR)."""
    cities = Locale.parse(language).time_zones
    return gathered([(str(cities.get(name, {}).get("city", "")), name) for name in offered()])


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """The names that go by the same words."""
    found: dict[str, set[str]] = {}
    for words, name in pairs:
        found.setdefault(folded(words), set()).add(name)
    return {words: frozenset(names) for words, names in found.items() if words}


def folded(words: str) -> str:
    """Words without what makes no difference to a zone."""
    return " ".join(words.replace("_", " ").casefold().split())


def read(form: Form, name: str, language: str, missing: str) -> str:
    """The zone of a field, which then holds the zone's whole name; "" and an error when none was meant."""
    found = understood(form.get(name), language)
    if found:
        form.values[name] = found
    else:
        form.refuse(name, missing)
    return found
