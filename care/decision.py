"""What a person says about one member in one session, and until when they may say it.

The machine proposes, a person decides. A decision never erases what was there before: it names the value
it replaces and the proposal it was made against, and the newest one holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from care.verdict import Status


class Reason(StrEnum):
    """Why a person says so. A short code; what goes beyond it is a note."""

    AS_PROPOSED = "as_proposed"
    PHONE = "phone"  # took part by telephone
    JOINT = "joint"  # took part beside somebody else, on that person's link
    TECHNICAL_KNOWN = "technical_known"  # the technique failed, and staff know it
    NOTICE_BY_PHONE = "notice_by_phone"  # said beforehand, outside the product
    FACILITATOR_SAW = "facilitator_saw"
    WRONG_RECORD = "wrong_record"
    SAFETY = "safety"
    OTHER = "other"


# What a person may choose. `expected` lies in the future and `not_on_roster` follows from dates.
CHOOSABLE = frozenset(Status) - {Status.EXPECTED, Status.NOT_ON_ROSTER}

# Reasons that go with a change; the first only says that nothing is changed.
FOR_A_CHANGE = frozenset(Reason) - {Reason.AS_PROPOSED}

CONFIRM_WITHIN = timedelta(hours=24)


class Refusal(StrEnum):
    """Why a decision is not taken."""

    NOT_OVER = "not_over"
    NOT_CHOOSABLE = "not_choosable"
    NOT_YOURS = "not_yours"
    REASON_MISSING = "reason_missing"
    NOT_AS_PROPOSED = "not_as_proposed"
    NEEDS_CHOICE = "needs_choice"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. `proposal` is what the machine said at that moment, `replaces` what a person had said."""

    id: str
    session: str
    member: str
    status: Status
    reason: Reason
    note_given: bool
    by: str
    role: str
    at: datetime
    replaces: Status | None = None
    proposal: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody asks to have written down about one member."""

    status: Status
    reason: Reason
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known where a decision is asked for. `closed_at` is None while the session is not over;
    `group_ended` is true once the group's record is closed, `reopened` while it stands open again.
    `confirm_within` is the contract's."""

    role: str
    closed_at: datetime | None
    confirm_within: timedelta = CONFIRM_WITHIN
    group_ended: bool = False
    reopened: bool = False
    proposal: Status | None = None
    needs_choice: bool = False  # the proposal asks for a person's own choice
    current: Status | None = None


def refusal(asked: Change, known: Circumstances, now: datetime) -> Refusal | None:
    """Why this decision is not taken, None when it is.

    A facilitator confirms, and changes with a reason. A coordinator corrects with a reason, and may confirm
    as proposed only what no facilitator confirmed in time.
    """
    if known.role not in ("facilitator", "coordinator"):
        return Refusal.NOT_YOURS
    if known.closed_at is None:
        return Refusal.NOT_OVER
    if known.group_ended and not known.reopened:
        return Refusal.LOCKED
    if asked.status not in CHOOSABLE:
        return Refusal.NOT_CHOOSABLE
    return _as_proposed(asked, known, now) if asked.reason is Reason.AS_PROPOSED else None


def _as_proposed(asked: Change, known: Circumstances, now: datetime) -> Refusal | None:
    if asked.status is not known.proposal:
        return Refusal.NOT_AS_PROPOSED
    if known.needs_choice:
        return Refusal.NEEDS_CHOICE
    changes = known.current is not None and known.current is not asked.status
    early = known.role == "coordinator" and not overdue(known.closed_at, known.confirm_within, now)
    return Refusal.REASON_MISSING if changes or early else None


def confirm_by(closed_at: datetime, within: timedelta = CONFIRM_WITHIN) -> datetime:
    """Until when the facilitators confirm; from then on it is a coordinator's task as well."""
    return closed_at + within


def overdue(closed_at: datetime | None, within: timedelta, now: datetime) -> bool:
    """True once the facilitators' time to confirm is over."""
    return closed_at is not None and now >= confirm_by(closed_at, within)


def newest(history: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    """The decision that holds for each (session, member): the last of the history, which is in its order."""
    return {(one.session, one.member): one for one in history}
