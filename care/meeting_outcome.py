"""Held or not: what the facts of a meeting suggest, and who may say what until when. A person says it."""

from datetime import datetime, timedelta
from enum import StrEnum

from care.meeting_states import State
from care.roles import Role
from care.standing import ATTENDED
from care.verdict import Status


class Why(StrEnum):
    """Why a meeting was held or not. The values are stored."""

    AS_PROPOSED = "as_proposed"
    BY_PHONE = "by_phone"
    IN_PERSON = "in_person"
    SHORT = "short"  # they met, for less than planned, and it was enough
    NOT_SEEN = "not_seen"
    TECHNICAL = "technical"
    OUR_SIDE = "our_side"
    WRONG_RECORD = "wrong_record"
    OTHER = "other"


FITTING = {
    State.HELD: frozenset(
        {Why.AS_PROPOSED, Why.BY_PHONE, Why.IN_PERSON, Why.SHORT, Why.WRONG_RECORD, Why.OTHER}
    ),
    State.NOT_HELD: frozenset(
        {Why.AS_PROPOSED, Why.NOT_SEEN, Why.TECHNICAL, Why.OUR_SIDE, Why.WRONG_RECORD, Why.OTHER}
    ),
}
NOT_SEEN = frozenset({Status.NO_SHOW, Status.EXCUSED, Status.LATE_CANCEL, Status.LATE_NOT_ADMITTED})
NOT_OVER, NOT_YOURS, LATE, NOT_AS_PROPOSED, SAME = "not_over", "not_yours", "late", "not_as_proposed", "same"


def suggested(status: Status | None) -> State | None:
    """What the proposal of attendance means for the meeting; None where only a person can say."""
    if status in ATTENDED:
        return State.HELD
    return State.NOT_HELD if status in NOT_SEEN else None


def refusal(
    new: State,
    why: Why,
    role: str,
    current: State,
    proposed: Status | None,
    closed_at: datetime | None,
    within: timedelta,
    now: datetime,
) -> str:
    """Why this cannot be said, "" where it can. Facilitators say it; a coordinator once their time is over,
    and whoever corrects later than that is a coordinator."""
    if closed_at is None:
        return NOT_OVER
    over = now >= closed_at + within
    if role == Role.COORDINATOR and not over:
        return NOT_YOURS
    if role == Role.FACILITATOR and over and current is not State.BOOKED:
        return LATE
    if role not in (Role.COORDINATOR, Role.FACILITATOR) or why not in FITTING.get(new, ()):
        return NOT_YOURS
    if new is current:
        return SAME
    return NOT_AS_PROPOSED if why is Why.AS_PROPOSED and suggested(proposed) is not new else ""
