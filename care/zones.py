"""Which time zone data is in use: the pinned `tzdata` package and nothing the machine happens to have.

Two machines of one service, or one machine before and after an upgrade of its system, would else compute
different instants for the same agreed hour. Every entry point calls `pin` before it reads a clock.
"""

import zoneinfo
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

_FIRST_WORDS = "# version "


def pin() -> None:
    """From here on every ZoneInfo of this process comes from the package. Safe to call again."""
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()


def pinned() -> bool:
    """Whether zones come from the package alone."""
    return zoneinfo.TZPATH == ()


@cache
def version() -> str:
    """The version of the zone data in the package, such as "2026f". Raises LookupError where the package
    does not say."""
    with resources.files("tzdata.zoneinfo").joinpath("tzdata.zi").open(encoding="ascii") as lines:
        first = lines.readline().strip()
    if not first.startswith(_FIRST_WORDS):
        raise LookupError("the time zone data does not say its version")
    return first.removeprefix(_FIRST_WORDS)


@cache
def names() -> frozenset[str]:
    """The names a person may choose a zone by."""
    return frozenset(zoneinfo.available_timezones())


def known(name: str) -> bool:
    """Whether there is a zone of this name."""
    return name in names()


@cache
def countries() -> Mapping[str, str]:
    """The country of each zone that lies in one, in small letters, by the package's `zone.tab` (ISO 3166
    codes). Older names of a zone are not in it."""
    with resources.files("tzdata.zoneinfo").joinpath("zone.tab").open(encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
    return MappingProxyType({row[2]: row[0].lower() for row in rows})


def country(name: str) -> str:
    """The country that a zone lies in, "" where the zone does not say."""
    return countries().get(name, "")
