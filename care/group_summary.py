"""The summary of a session for its members: one text for all, initials only, early enough to be read before
the next session (Wilfley et al. 2000, Interpersonal Psychotherapy for Group)."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = 6000
AHEAD = timedelta(hours=24)
SHORTEST_NAME = 3
"Two letters may be initials."


class State(StrEnum):
    """How far a summary has come. A correction is a draft again until it is sent."""

    DRAFT = "draft"
    SENT = "sent"


class Warned(StrEnum):
    """What somebody should look at before it goes out."""

    NAMES = "names"  # a member is named
    LATE = "late"  # less than a day before the next session


def names_in(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """The members' names that stand in the text, whole or a part of them, in whatever case. A name of two
    letters counts as initials."""
    parts = {part for name in names for part in re.split(r"[\s\-.,]+", name) if len(part) >= SHORTEST_NAME}
    whole = {word.casefold(): word for word in re.findall(r"\w+", text)}
    found = {whole[key] for part in parts for key in (part.casefold(), f"{part.casefold()}s") if key in whole}
    return tuple(sorted(found))


def late(now: datetime, next_starts_at: datetime | None) -> bool:
    """Whether members would get it less than a day before the next session."""
    return next_starts_at is not None and next_starts_at - now < AHEAD


def warned(
    text: str, names: Iterable[str], now: datetime, next_starts_at: datetime | None
) -> tuple[Warned, ...]:
    """Everything to look at."""
    found = [Warned.NAMES] if names_in(text, names) else []
    return (*found, *([Warned.LATE] if late(now, next_starts_at) else []))
