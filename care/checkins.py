"""Which check-ins the end of a session opens, for whom and until when. Planning twice plans the same.

A wave hangs on a session, not on a date: moving the session moves what hangs on it. The middle wave opens
when session floor(N/2) ends and stays open until the session after the next begins; the last opens when
session N ends and stays open for two weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Wave(StrEnum):
    """A round of check-ins."""

    PRE = "pre"
    MID = "mid"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One session of a group, as far as check-ins ask about it."""

    id: str
    ordinal: int
    count: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One check-in of one member. (member, anchor, wave) is unique, so planning again adds nothing."""

    member: str
    anchor: str  # the session it hangs on
    wave: Wave
    opens_at: datetime
    closes_at: datetime


POST_OPEN = timedelta(days=14)
MID_OPEN_AT_MOST = timedelta(days=21)  # where the dates of later sessions are not known
PRE_OPEN = timedelta(days=14)


def middle(count: int) -> int:
    """The session after which the middle check-in opens. A group of one session has none: zero."""
    return count // 2


def opened_by(session: Meeting, others: Sequence[Meeting], members: Sequence[str]) -> tuple[Item, ...]:
    """The check-ins the end of this session opens, one for each member and wave.

    `others` are the group's sessions; where the last and the middle session are one, both waves open.
    """
    waves: list[tuple[Wave, datetime]] = []
    if session.ordinal == middle(session.count):
        waves.append((Wave.MID, _mid_closes(session, others)))
    if session.ordinal == session.count:
        waves.append((Wave.POST, session.ends_at + POST_OPEN))
    return tuple(
        Item(member=member, anchor=session.id, wave=wave, opens_at=session.ends_at, closes_at=closes_at)
        for wave, closes_at in waves
        for member in members
    )


def before(first: Meeting, member: str, joined_at: datetime) -> Item | None:
    """The check-in before the first session; None for a member who joined after it began."""
    opens_at = max(joined_at, first.starts_at - PRE_OPEN)
    if opens_at >= first.starts_at:
        return None
    return Item(member=member, anchor=first.id, wave=Wave.PRE, opens_at=opens_at, closes_at=first.starts_at)


def _mid_closes(session: Meeting, others: Sequence[Meeting]) -> datetime:
    after = [one.starts_at for one in others if one.ordinal == session.ordinal + 2]
    known = min(after, default=session.ends_at + MID_OPEN_AT_MOST)
    return max(known, session.ends_at + timedelta(hours=24))
