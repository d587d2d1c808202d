"""Who came, as a page may show it: one line for each member, by what the reader's role may see.

Coordinators see the outcome and its kind. Minutes, times and how somebody was connected are for the
group's own facilitators: a camera that stayed off is nobody else's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from care.attendance import Proposal
from care.policy import Policy
from care.verdict import Status

THERE = frozenset({Status.ATTENDED, Status.ATTENDED_LATE, Status.LEFT_EARLY})
MISSED = frozenset({Status.LATE_NOT_ADMITTED, Status.LATE_CANCEL, Status.EXCUSED, Status.NO_SHOW})
OURS = frozenset({Status.PROVIDER_CANCELLED, Status.CUT_SHORT})
TO_CALL = frozenset({Status.NO_SHOW, Status.BRIEF_CONTACT})
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What only the group's facilitators see beside the outcome."""

    present_minutes: int
    window_minutes: int
    arrived_at: datetime | None
    gaps: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One member's line. `late` and `early` are flags of the contract, also where the status hides one."""

    member: str
    status: Status
    late: bool
    early: bool
    to_call: bool
    to_decide: bool
    evidence: Evidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How a session went, in people."""

    there: int
    in_part: int
    missed: int
    technical: int
    to_call: int
    to_decide: int


def lines(proposals: Sequence[Proposal], role: str, policy: Policy) -> tuple[Line, ...]:
    """The lines a reader of this role may see, in the order of the proposals."""
    return tuple(_line(proposal, role, policy) for proposal in proposals)


def count(proposals: Sequence[Proposal]) -> Count:
    """The session in numbers; members outside their dates are in none of them."""
    statuses = [proposal.status for proposal in proposals]
    return Count(
        there=sum(status in THERE for status in statuses),
        in_part=statuses.count(Status.PARTIAL) + statuses.count(Status.BRIEF_CONTACT),
        missed=sum(status in MISSED for status in statuses),
        technical=statuses.count(Status.TECHNICAL_FAILURE),
        to_call=sum(status in TO_CALL for status in statuses),
        to_decide=sum(proposal.decide for proposal in proposals),
    )


def _line(proposal: Proposal, role: str, policy: Policy) -> Line:
    there = proposal.status in THERE
    return Line(
        member=proposal.member,
        status=proposal.status,
        late=there and proposal.late > policy.late_after,
        early=there and proposal.early > policy.early_before,
        to_call=proposal.status in TO_CALL,
        to_decide=proposal.decide,
        evidence=_evidence(proposal) if role == "facilitator" else None,
    )


def _evidence(proposal: Proposal) -> Evidence:
    return Evidence(
        present_minutes=proposal.present // MINUTE,
        window_minutes=proposal.window // MINUTE,
        arrived_at=proposal.arrived_at,
        gaps=len(proposal.gaps),
        reasons=proposal.reasons,
    )
