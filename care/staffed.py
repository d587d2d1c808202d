"""Staffed hours: the weekly hours, in the service's own zone, in which somebody reads what is answered.

A question about thoughts of death is asked only while its answer will be read, and not in the last minutes:
whoever is on duty needs the time they are promised to take it on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care.series import Closure

WEEK_MINUTES = 7 * 24 * 60
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Local hours of one weekday (Monday 0). An end of 00:00 is the end of the day."""

    weekday: int
    starts: time
    ends: time

    def __post_init__(self) -> None:
        if self.weekday not in range(7):
            raise ValueError("a weekday is 0 to 6")
        if self.ends != time(0) and self.starts >= self.ends:
            raise ValueError("the hours end before they begin")

    @property
    def minutes(self) -> range:
        """The minutes of the week they cover, from Monday 00:00."""
        start = self.weekday * DAY_MINUTES + _minute(self.starts)
        end = self.weekday * DAY_MINUTES + (_minute(self.ends) or DAY_MINUTES)
        return range(start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The staffed hours of a service, without its closures: holidays and days off, both ends included."""

    zone: str
    hours: tuple[Hours, ...] = ()
    closures: tuple[Closure, ...] = ()

    def open_until(self, now: datetime) -> datetime | None:
        """The end of the staffed hours that hold `now`; None outside of them. Raises KeyError for an unknown
        zone."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        end = None
        for starts, ends in self._spans(today - timedelta(days=1), days=9):
            if starts <= (end or now) < ends:
                end = ends
        return end

    def is_open(self, now: datetime, ahead: timedelta = timedelta(0)) -> bool:
        """Whether somebody is there now and for so long."""
        end = self.open_until(now)
        return end is not None and now + ahead < end

    def opens_at(self, now: datetime, within_days: int = 30) -> datetime | None:
        """When staffed hours begin next, `now` where they hold it; None when they do not within these
        days."""
        if self.is_open(now):
            return now
        today = now.astimezone(ZoneInfo(self.zone)).date()
        spans = self._spans(today, days=within_days)
        return next((starts for starts, _ in spans if starts > now), None)

    def _spans(self, first: date, days: int) -> list[tuple[datetime, datetime]]:
        """The staffed spans of these days in UTC, in order."""
        found = []
        for offset in range(days):
            day = first + timedelta(days=offset)
            if any(closure.covers(day) for closure in self.closures):
                continue
            for one in self.hours:
                if one.weekday == day.weekday():
                    following = day + timedelta(days=1) if one.ends == time(0) else day
                    span = self._instant(day, one.starts), self._instant(following, one.ends)
                    found.append(span)
        return sorted(span for span in found if span[0] < span[1])

    def _instant(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def minutes(hours: Iterable[Hours]) -> set[int]:
    """The minutes of the week that these hours cover together."""
    return {minute for one in hours for minute in one.minutes}


def clock_of(minute: int) -> tuple[int, time]:
    """The weekday and the time of a minute of the week."""
    weekday, rest = divmod(minute % WEEK_MINUTES, DAY_MINUTES)
    return weekday, time(rest // 60, rest % 60)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
