"""The waves of check-ins as data: what each hangs on, when it opens, should be done and closes, when it is
reminded of, and when a person calls instead.

Three individual rounds and where they lie follow the group IPT literature (Wilfley, MacKenzie et al.);
measuring at every session is the rule of session-by-session outcome measurement; follow-ups at one, three
and six months as in published trials. Hours and days without a source are defaults. Days and months are
counted on the member's own clock, hours as time that passes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from care import timetable
from care.contract import Terms
from care.delivery import MessageKind


class Wave(StrEnum):
    """A round of check-ins. The values are stored."""

    PRE = "pre"
    MID = "mid"
    POST = "post"
    WEEKLY = "weekly"
    FOLLOWUP = "followup"


class Moment(StrEnum):
    """What a time can hang on."""

    FIRST_STARTS = "first_starts"  # the member's first session
    MIDDLE_ENDS = "middle_ends"  # session m, half of all rounded down
    NEXT_STARTS = "next_starts"  # session m + 1
    BEYOND_STARTS = "beyond_starts"  # session m + 2
    LAST_ENDS = "last_ends"
    SESSION_STARTS = "session_starts"  # the session a weekly check-in belongs to
    MEETING_STARTS = "meeting_starts"  # the individual meeting of this wave, once it is booked
    OPENS = "opens"  # the check-in itself
    CLOSES = "closes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A time: so long after (or, below zero, before) a moment."""

    of: Moment
    months: int = 0
    days: int = 0
    hours: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """One wave. `number` tells its rounds apart (months for follow-ups). `before_meeting` replaces the target
    once the meeting is booked. A person calls `call_days` after the target, or once `call_run` rounds in a
    row were missed. All of them are for participants and done once they are submitted."""

    wave: Wave
    opens: Point
    target: Point
    closes: Point
    reminders: tuple[Point, ...]
    number: int = 1
    before_meeting: Point | None = None
    invitation: MessageKind = MessageKind.CHECKIN_INVITATION
    call_days: int | None = None
    call_run: int | None = None


FOLLOWUP_MONTHS = (1, 3, 6)
FOLLOWUP_OPEN_DAYS = 14
MEETING_AFTER = timedelta(hours=48)
WEEKLY_IN_A_ROW = 2
FORM_BEFORE_MEETING = Point(of=Moment.MEETING_STARTS, hours=-48)
WEEKLY = Rhythm(
    wave=Wave.WEEKLY,
    opens=Point(of=Moment.SESSION_STARTS, hours=-48),
    target=Point(of=Moment.SESSION_STARTS, hours=-2),
    closes=Point(of=Moment.SESSION_STARTS),
    reminders=(Point(of=Moment.CLOSES, hours=-4),),
    invitation=MessageKind.WEEKLY_CHECKIN,
    call_run=WEEKLY_IN_A_ROW,
)


def rhythms(terms: Terms) -> tuple[Rhythm, ...]:
    """The waves of a group, with the days its contract names."""
    return (
        Rhythm(
            wave=Wave.PRE,
            opens=Point(of=Moment.FIRST_STARTS, days=-terms.pre_opens_days),
            target=Point(of=Moment.FIRST_STARTS, days=-terms.pre_target_to_days, hours=-48),
            closes=Point(of=Moment.FIRST_STARTS),
            before_meeting=FORM_BEFORE_MEETING,
            reminders=_after_opening(3, 6),
            call_days=3,
        ),
        WEEKLY,
        Rhythm(
            wave=Wave.MID,
            opens=Point(of=Moment.MIDDLE_ENDS),
            target=Point(of=Moment.NEXT_STARTS, hours=-48),
            closes=Point(of=Moment.BEYOND_STARTS),
            before_meeting=FORM_BEFORE_MEETING,
            reminders=_after_opening(2, 4),
            call_days=5,
        ),
        Rhythm(
            wave=Wave.POST,
            opens=Point(of=Moment.LAST_ENDS),
            target=Point(of=Moment.LAST_ENDS, days=terms.post_target_days),
            closes=Point(of=Moment.LAST_ENDS, days=terms.post_closes_days),
            before_meeting=Point(of=Moment.MEETING_STARTS),
            reminders=_after_opening(2, 5),
            call_days=7,
        ),
        *(
            Rhythm(
                wave=Wave.FOLLOWUP,
                number=months,
                opens=Point(of=Moment.LAST_ENDS, months=months),
                target=Point(of=Moment.LAST_ENDS, months=months),
                closes=Point(of=Moment.LAST_ENDS, months=months, days=FOLLOWUP_OPEN_DAYS),
                reminders=_after_opening(3),
            )
            for months in FOLLOWUP_MONTHS
        ),
    )


def _after_opening(*days: int) -> tuple[Point, ...]:
    return tuple(Point(of=Moment.OPENS, days=each) for each in days)


def at(point: Point, moments: Mapping[Moment, datetime], zone: str) -> datetime | None:
    """The instant of a point on a clock in `zone`; None where its moment is not known. Raises KeyError
    (ZoneInfoNotFoundError) for an unknown zone."""
    start = moments.get(point.of)
    if start is None:
        return None
    if point.days or point.months:
        there = ZoneInfo(zone)
        local = start.astimezone(there).replace(tzinfo=None)
        day = months_later(local.date(), point.months) + timedelta(days=point.days)
        start = timetable.instant(datetime.combine(day, local.time()), there)
    return start + timedelta(hours=point.hours)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))
