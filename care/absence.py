"""Word from a member who cannot come: in time, late, or after the session began."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Category(StrEnum):
    """Why somebody cannot come, as coordinators see it. The words beside it are for the facilitators."""

    ILL = "ill"
    WORK = "work"
    FAMILY = "family"
    TRAVEL = "travel"
    OTHER = "other"
    UNSAID = "unsaid"  # rather not say


class Notice(StrEnum):
    """How early the word came, by the contract."""

    IN_TIME = "in_time"
    LATE = "late"
    AFTER = "after"  # the session had begun: no notice at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One notice: who, for which session, said when. A notice that was taken back holds no longer."""

    member: str
    session: str
    category: Category
    given_at: datetime
    withdrawn_at: datetime | None = None


def notice(starts_at: datetime, given_at: datetime, in_time: timedelta) -> Notice:
    """How early a notice given at `given_at` is for a session that starts at `starts_at`. Exactly
    `in_time` before the start is in time."""
    if given_at >= starts_at:
        return Notice.AFTER
    return Notice.IN_TIME if starts_at - given_at >= in_time else Notice.LATE


def in_time_until(starts_at: datetime, in_time: timedelta) -> datetime:
    """The last moment at which a notice is in time."""
    return starts_at - in_time


def may_give(starts_at: datetime, now: datetime) -> bool:
    """True until the session begins; from then on the facilitators are told another way."""
    return now < starts_at
