"""The four problem areas of interpersonal psychotherapy, and which of them a member works on, and from
which session on (Weissman, Markowitz and Klerman, The Guide to Interpersonal Psychotherapy;
Wilfley, MacKenzie et al., Interpersonal Psychotherapy for Group).

Nothing chooses an area but two people: the facilitator proposes, both agree. A period is never rewritten,
only ended; at most two hold at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from care.phases import Phase

MAIN, SECOND = 1, 2
LONGEST = 1000
MEMBER, FACILITATOR = "member", "facilitator"


class Area(StrEnum):
    """What the work is about. Grief is a death; another loss is a transition."""

    GRIEF = "grief"
    DISPUTE = "dispute"
    TRANSITION = "transition"
    ISOLATION = "isolation"


class Stage(StrEnum):
    """Where a dispute stands: the two talk about it, have stopped talking, or are about to part."""

    RENEGOTIATION = "renegotiation"
    IMPASSE = "impasse"
    DISSOLUTION = "dissolution"


class Why(StrEnum):
    """Why an area was taken up or changed."""

    START = "start"
    NEW_EVENT = "new_event"
    UNDERSTANDING = "understanding"
    RESOLVED = "resolved"
    WRONG_FIT = "wrong_fit"


class Refused(ValueError):
    """The area cannot be taken up like this. `code` says why: `same`, `taken`, `unknown`, `ending`, `early`,
    `reason`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """An area from session `from_session` on, to `to_session` (both counted) or without an end yet.
    `replaces` is the period that ends when both have agreed to this one. Raises ValueError for an
    impossible one."""

    area: Area
    rank: int
    from_session: int
    to_session: int | None = None
    why: Why = Why.START
    words: str = field(default="", repr=False)
    stage: Stage | None = None
    by_member: bool = False
    by_facilitator: bool = False
    replaces: str | None = None
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if self.rank not in (MAIN, SECOND):
            raise ValueError("an area is the main one or the second one")
        if self.from_session < 1 or (self.to_session is not None and self.to_session < self.from_session - 1):
            raise ValueError("an area ends after it began")
        if self.stage is not None and self.area != Area.DISPUTE:
            raise ValueError("only a dispute has a stage")
        if len(self.words) > LONGEST:
            raise ValueError("too long")

    @property
    def agreed(self) -> bool:
        """Whether both have said yes."""
        return self.by_member and self.by_facilitator and not self.withdrawn

    @property
    def open(self) -> bool:
        """Agreed, without an end."""
        return self.agreed and self.to_session is None

    @property
    def waiting(self) -> bool:
        """Proposed, and one of the two has not agreed yet."""
        return not self.agreed and not self.withdrawn

    def holds(self, session: int) -> bool:
        """Whether it is worked on in this session."""
        over = self.to_session is not None and self.to_session < session
        return self.agreed and self.from_session <= session and not over


Periods = dict[str, Period]


def holding(periods: Periods, session: int) -> tuple[str, ...]:
    """The keys of what is worked on in a session, the main area first."""
    found = [key for key, one in periods.items() if one.holds(session)]
    return tuple(sorted(found, key=lambda key: periods[key].rank))


def proposed(periods: Periods, key: str, period: Period, phase: Phase) -> Periods:
    """The periods with one more that waits for both to agree. Raises Refused when it could not hold: an
    open period has its area or its rank, a change has no reason, or the ending has begun and no event forces
    it."""
    if period.replaces is not None and not (period.replaces in periods and periods[period.replaces].open):
        raise Refused("unknown")
    if period.why != Why.START and not period.words.strip():
        raise Refused("reason")
    if phase in (Phase.ENDING, Phase.MAINTENANCE) and period.why != Why.NEW_EVENT:
        raise Refused("ending")
    _fits(periods, period)
    waiting = replace(period, by_member=False, by_facilitator=False, to_session=None, withdrawn=False)
    return {**periods, key: waiting}


def agreed(periods: Periods, key: str, side: str) -> Periods:
    """The periods once a side (MEMBER or FACILITATOR) has said yes to a proposal. With the second yes the
    period it replaces ends before it. Raises Refused when it cannot hold any more, KeyError for none."""
    period = periods[key]
    if not period.waiting:
        return periods
    said = replace(period, by_member=True) if side == MEMBER else replace(period, by_facilitator=True)
    if not said.agreed:
        return {**periods, key: said}
    _fits(periods, period)
    changed = {**periods, key: said}
    if said.replaces is not None:
        changed[said.replaces] = replace(periods[said.replaces], to_session=said.from_session - 1)
    return changed


def withdrawn(periods: Periods, key: str) -> Periods:
    """The periods without a proposal that was not agreed; it stays on paper. Raises KeyError for none."""
    period = periods[key]
    return {**periods, key: replace(period, withdrawn=True)} if period.waiting else periods


def ended(periods: Periods, key: str, session: int) -> Periods:
    """The periods with an open one ended after `session`. Raises Refused before it began, KeyError for
    none."""
    period = periods[key]
    if not period.open:
        return periods
    if session < period.from_session - 1:
        raise Refused("early")
    return {**periods, key: replace(period, to_session=session)}


def staged(periods: Periods, key: str, stage: Stage) -> Periods:
    """The periods with another stage of a dispute. Raises ValueError for another area, KeyError for none."""
    return {**periods, key: replace(periods[key], stage=stage)}


def _fits(periods: Periods, period: Period) -> None:
    """Raises Refused for what another agreed period has already, at any session from the new one's first."""
    if period.replaces is not None:
        replaced = periods[period.replaces]
        if not replaced.open:
            raise Refused("unknown")
        if period.from_session < replaced.from_session:
            raise Refused("early")
    for key, one in periods.items():
        later = one.agreed and (one.to_session is None or one.to_session >= period.from_session)
        if key == period.replaces or not later:
            continue
        if one.area == period.area:
            raise Refused("same")
        if one.rank == period.rank:
            raise Refused("taken")


def history(periods: Periods) -> Sequence[tuple[str, Period]]:
    """Everything that was agreed, by its first session, then by rank."""
    found = [(key, one) for key, one in periods.items() if one.agreed]
    return sorted(found, key=lambda each: (each[1].from_session, each[1].rank))
