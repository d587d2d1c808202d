"""The dates of a group on one member's own clock: which is next, which is the last, and where the hour of the
clock is another one than at most sessions."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from care.foresight import Run, in_zone, local_hours
from care.series import Dated, live
from server.pages.course import LINGER, OVER
from store.groups import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One date. `state` is past, next, later or gone (called off); `unusual` is "", clock or moved."""

    session: Session
    state: str
    last: bool
    unusual: str
    away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDates:
    """All dates, in order, and the runs of equal hours still ahead, where clocks make them differ."""

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
    coming = [one for one in live(series) if ahead and (one.ordinal or 0) >= ahead[0].ordinal]
    unusual = _unusual(coming, zone)
    by_clock = "clock" in unusual.values()
    runs = [run for run in local_hours(series, zone) if ahead and run.to_ordinal >= ahead[0].ordinal]
    return OwnDates(
        rows=tuple(
            Row(
                session=one,
                state=_state(one, ahead, now),
                last=bool(numbered) and one is numbered[-1],
                unusual=unusual.get(one.ordinal, ""),
                away=one.id in away,
            )
            for one in ordered
        ),
        hours=tuple(runs) if by_clock else (),
        left=len(ahead),
    )


def _unusual(coming: Sequence[Dated], zone: str) -> dict[int, str]:
    """The sessions at another day or hour than most: `clock` where only the member's clock says so, because
    the clocks do not change on the same day; `moved` where the group meets at another time itself."""
    own = {one.ordinal or 0: _wall(one, zone) for one in coming}
    group = {one.ordinal or 0: _wall(one, one.zone) for one in coming}
    usual, agreed = _most(own.values()), _most(group.values())
    return {
        number: "clock" if group[number] == agreed else "moved"
        for number, at in own.items()
        if at != usual or group[number] != agreed
    }


def _wall(one: Dated, zone: str) -> tuple[int, time]:
    local = in_zone(one, zone)
    return local.weekday(), local.time()


def _most(times: Iterable[tuple[int, time]]) -> tuple[int, time] | None:
    common = Counter(times).most_common(1)
    return common[0][0] if common else None


def _is_past(one: Session, now: datetime) -> bool:
    return one.state in OVER or one.ends_at + LINGER < now


def _state(one: Session, ahead: Sequence[Session], now: datetime) -> str:
    if one.state == "cancelled":
        return "gone"
    if _is_past(one, now):
        return "past"
    return "next" if one is ahead[0] else "later"
