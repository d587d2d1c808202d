"""A member's record against the contract: counts, two shares, the run of misses, and what is left.

Every share comes with the two numbers it was made of. A technical failure is excused in the rate; treatment
received it is not, so it does not count towards what is still reachable.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from care.contract import Terms
from care.ledger import MISSES
from care.verdict import Status

ATTENDED = frozenset({Status.ATTENDED, Status.ATTENDED_LATE, Status.LEFT_EARLY})
NOTICED = frozenset({Status.EXCUSED, Status.LATE_CANCEL})
NOT_SEEN = frozenset({Status.NO_SHOW, Status.LATE_NOT_ADMITTED})
OURS = frozenset({Status.PROVIDER_CANCELLED, Status.CUT_SHORT})
OUTSIDE = frozenset({Status.NOT_ON_ROSTER, Status.AGREED_PAUSE})

# They neither add to a run of misses nor end one. A brief contact waits for a person's word.
NEUTRAL = OURS | OUTSIDE | {Status.TECHNICAL_FAILURE, Status.BRIEF_CONTACT, Status.EXPECTED}

LOOKED_BACK = 4  # attended sessions that punctuality looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What the contract says about missing sessions."""

    sessions: int = 12
    minimum_share: Fraction = Fraction(7, 10)
    review_running: int = 2
    review_total: int = 3
    review_share: Fraction = Fraction(1, 4)
    place_review_running: int = 3
    early_sessions: int = 2

    @property
    def minimum(self) -> int:
        """The sessions a member means to attend: the share of all, rounded up."""
        return math.ceil(self.minimum_share * self.sessions)

    @property
    def allowance(self) -> int:
        """The sessions that may be missed with the minimum still in reach."""
        return self.sessions - self.minimum


def numbers(terms: Terms) -> Numbers:
    """The numbers of a group's contract."""
    return Numbers(
        sessions=terms.sessions,
        minimum_share=terms.minimum_share,
        review_running=terms.review_running,
        review_total=terms.review_total,
        review_share=terms.review_share,
        place_review_running=terms.place_review_running,
        early_sessions=terms.early_sessions,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One numbered session of one member: what was decided, or what is proposed until then. `late` holds
    also where the status shows something else, such as leaving early. `known` is false for a session that is
    over and that nobody recorded anything about: it may have been attended."""

    ordinal: int
    status: Status
    decided: bool
    starts_at: datetime
    late: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """`of` out of `out_of`."""

    of: int
    out_of: int

    @property
    def share(self) -> Fraction:
        """The exact share; zero where there is nothing to share."""
        return Fraction(self.of, self.out_of) if self.out_of else Fraction(0)

    @property
    def percent(self) -> int:
        """The share in whole percent, halves up."""
        return math.floor(self.share * 100 + Fraction(1, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The record so far. `held` are sessions that are over within the member's own dates; `excused` counts
    every notice, in time or late; `missed` nobody heard of, or came too late; `rate` is None before there is
    anything to rate; `undecided` of the counted ones rest on a proposal."""

    n: int
    held: int
    attended: int
    partial: int
    brief: int
    excused: int
    missed: int
    technical: int
    provider: int
    paused: int
    safety: int
    undecided: int
    remaining: int
    rate: Count | None
    reachable: Count
    minimum: int
    allowance: int
    allowance_left: int
    run: int
    longest_run: int
    no_show_run: int
    technical_run: int
    early_no_show: bool
    punctuality: Count
    can_reach: bool

    @property
    def misses(self) -> int:
        """Everything that uses up the allowance."""
        return self.excused + self.missed

    @property
    def charted(self) -> Fraction:
        """Attendance as a chart draws it, where a partial one is half."""
        return self.attended + Fraction(self.partial, 2)


def standing(rows: Sequence[Row], agreed: Numbers, on_roster: bool = True) -> Standing:
    """The standing of one member from one row a session, in any order.

    A row `expected`, and a session without a row, lies in the future; for somebody who left nothing does.
    """
    over = sorted((row for row in rows if row.status is not Status.EXPECTED), key=lambda row: row.ordinal)
    counts = _Counts(over)
    remaining = max(0, agreed.sessions - len(over)) if on_roster else 0
    rated = counts.held - counts.technical - counts.provider
    unknown = sum(not row.known for row in over)
    reachable = Count(counts.attended + remaining + unknown, agreed.sessions)
    return Standing(
        n=agreed.sessions,
        held=counts.held,
        attended=counts.attended,
        partial=counts.of(Status.PARTIAL),
        brief=counts.of(Status.BRIEF_CONTACT),
        excused=counts.of(*NOTICED),
        missed=counts.of(*NOT_SEEN),
        technical=counts.technical,
        provider=counts.provider,
        paused=counts.of(Status.AGREED_PAUSE),
        safety=counts.of(Status.SAFETY_EXIT),
        undecided=sum(not row.decided and row.status not in OUTSIDE for row in over),
        remaining=remaining,
        rate=Count(counts.attended, rated) if rated else None,
        reachable=reachable,
        minimum=agreed.minimum,
        allowance=agreed.allowance,
        allowance_left=agreed.allowance - counts.of(*MISSES),
        run=_run(over, MISSES),
        longest_run=max((_run(over[:n], MISSES) for n in range(1, len(over) + 1)), default=0),
        no_show_run=_run(over, NOT_SEEN),
        technical_run=_technical_run(over),
        early_no_show=any(row.status in NOT_SEEN and row.ordinal <= agreed.early_sessions for row in over),
        punctuality=_punctuality(over),
        can_reach=reachable.of >= agreed.minimum,
    )


class _Counts:
    """The rows, counted."""

    def __init__(self, over: Sequence[Row]) -> None:
        self._statuses = [row.status for row in over]
        self.attended = self.of(*ATTENDED)
        self.technical = self.of(Status.TECHNICAL_FAILURE)
        self.provider = self.of(*OURS)
        self.held = len(over) - self.of(*OUTSIDE)

    def of(self, *wanted: Status) -> int:
        """How many rows have one of these."""
        return sum(status in wanted for status in self._statuses)


def _run(over: Sequence[Row], counted: frozenset[Status]) -> int:
    """How many of `counted` came last, one after the other, neutral ones not looked at."""
    length = 0
    for row in reversed(over):
        if row.status in counted:
            length += 1
        elif row.status not in NEUTRAL:
            break
    return length


def _technical_run(over: Sequence[Row]) -> int:
    """Technical failures running; what our side did and pauses are not looked at."""
    length = 0
    for row in reversed(over):
        if row.status is Status.TECHNICAL_FAILURE:
            length += 1
        elif row.status not in OURS | OUTSIDE:
            break
    return length


def _punctuality(over: Sequence[Row]) -> Count:
    """How many of the last four attended sessions began late for the member."""
    there = [row for row in over if row.status in ATTENDED][-LOOKED_BACK:]
    late = sum(row.late or row.status is Status.ATTENDED_LATE for row in there)
    return Count(late, len(there))
