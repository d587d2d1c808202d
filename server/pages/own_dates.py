"""The dates of a group on one member's own clock: which is next, which is the last, and where the hour of the
clock is another one than at most sessions."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from care.foresight import Run, local_hours
from care.series import Dated
from server.pages.course import LINGER, OVER
from store.groups import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One date. `state` is past, next, later or gone (called off); `other_hour` on the member's clock."""

    session: Session
    state: str
    last: bool
    other_hour: bool
    away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDates:
    """All dates, in order, and the runs of equal hours from the next one on, where there is more than one."""

    rows: tuple[Row, ...]
    hours: tuple[Run, ...]
    left: int

    @property
    def last(self) -> Session | None:
        """The last session that will be."""
        return next((row.session for row in self.rows if row.last), None)


def arrange(
    sessions: Sequence[Session], series: Sequence[Dated], zone: str, now: datetime, away: Collection[str] = ()
) -> OwnDates:
    """The sessions as this member sees them at `now`; `away` are the ids of those they said no to."""
    ordered = sorted(sessions, key=lambda one: one.starts_at)
    numbered = [one for one in ordered if one.state != "cancelled"]
    ahead = [one for one in numbered if not _is_past(one, now)]
    runs = [run for run in local_hours(series, zone) if ahead and run.to_ordinal >= ahead[0].ordinal]
    other = _other_hours(runs)
    return OwnDates(
        rows=tuple(
            Row(
                session=one,
                state=_state(one, ahead, now),
                last=bool(numbered) and one is numbered[-1],
                other_hour=one.ordinal in other,
                away=one.id in away,
            )
            for one in ordered
        ),
        hours=tuple(runs) if len(runs) > 1 else (),
        left=len(ahead),
    )


def _other_hours(runs: Sequence[Run]) -> set[int]:
    """The sessions whose hour is not the one that most have."""
    counts: Counter[tuple[time, int]] = Counter()
    for run in runs:
        counts[run.at, run.weekday] += run.to_ordinal - run.from_ordinal + 1
    usual = counts.most_common(1)[0][0] if counts else None
    return {
        number
        for run in runs
        if (run.at, run.weekday) != usual
        for number in range(run.from_ordinal, run.to_ordinal + 1)
    }


def _is_past(one: Session, now: datetime) -> bool:
    return one.state in OVER or one.ends_at + LINGER < now


def _state(one: Session, ahead: Sequence[Session], now: datetime) -> str:
    if one.state == "cancelled":
        return "gone"
    if _is_past(one, now):
        return "past"
    return "next" if one is ahead[0] else "later"
