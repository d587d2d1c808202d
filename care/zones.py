"""Which time zone data is in use: the pinned `tzdata` package and nothing the machine happens to have.

Two machines of one service, or one machine before and after an upgrade of its system, would else compute
different instants for the same agreed hour. Every entry point calls `pin` before it reads a clock.
"""

import zoneinfo
from functools import cache
from importlib import resources

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
