"""What tasks are worked out from: the sessions of a group and what is known of each participant.

Attendance, notice, contract and delivery facts, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from care.standing import Row, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A numbered session of the group as tasks look at it. `undecided` members have a proposal and no
    decision; None before the session is closed."""

    id: str
    ordinal: int
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None = None
    undecided: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One participant and what is known. `rows` go by ordinal, each of a session of the group; `asked` are
    open questions about the record: id and when."""

    member: str
    standing: Standing
    rows: Sequence[Row]
    unsigned: str | None = None  # the version of the contract that still lacks their name
    sign_by: datetime | None = None  # when that version takes effect, for an amendment
    refused_at: datetime | None = None  # the address was refused for good
    number_refused_at: datetime | None = None  # so was the telephone number, by whoever sends texts
    asked: Sequence[tuple[str, datetime]] = ()
    on_roster: bool = True
