"""The pieces a contract is read in, and who reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One clause as it is read and signed."""

    number: int
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`terms`, `dates` or `sheet`, with its clauses."""

    key: str
    title: str
    clauses: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one member works on: `main` and `secondary` are problem areas, `goals` their own words."""

    main: str
    secondary: str
    goals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """In which language the text is written, and the zone of the person it is for."""

    words: NullTranslations
    locale: Locale
    zone: str


def clause(number: int, title: str, *lines: str) -> Shown:
    """A clause; empty lines are left out."""
    return Shown(number=number, title=title, lines=tuple(line for line in lines if line))


def hour(moment: datetime, zone: str) -> str:
    """`18:00` in the zone's own time."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"
