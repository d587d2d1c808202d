"""When a message may go, again or at all: retries, too late, quiet hours, caps, an outage, a leaping clock.

All functions of values. A message is a purpose with one key, and a key never holds a time: moving a date
keeps the key, so one purpose can never be written twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Channel(StrEnum):
    """By which way a message goes. A text is a short message to a telephone or a push to it."""

    MAIL = "mail"
    TEXT = "text"


class MessageKind(StrEnum):
    """What a message is for."""

    INVITATION = "invitation"
    JOIN_LINK = "join_link"
    JOIN_LINK_AGAIN = "join_link_again"
    CHECKIN_INVITATION = "checkin_invitation"
    DATES = "dates"
    SESSION_MOVED = "session_moved"
    DATES_CHANGED = "dates_changed"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_LED = "session_led"
    CONTRACT_REMINDER = "contract_reminder"
    ABSENCE_THANKS = "absence_thanks"
    CONFIRM_ATTENDANCE = "confirm_attendance"
    CHECKIN_REMINDER = "checkin_reminder"
    WEEKLY_CHECKIN = "weekly_checkin"
    MEETING_OFFERED = "meeting_offered"
    MEETING_BOOKED = "meeting_booked"
    MEETING_MOVED = "meeting_moved"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_REMINDER = "meeting_reminder"
    SESSION_REMINDER = "session_reminder"
    SOMETHING_TO_READ = "something_to_read"
    DIGEST = "digest"
    ON_CALL_ALERT = "on_call_alert"
    ON_CALL_TEST = "on_call_test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one kind is treated. `link` is the purpose of the link its mail carries, "" for the plain address
    of the sign-in page, `DESK` for that of the staff. A text never carries more than a plain address."""

    link: str
    quiet: bool  # waits for the end of the service's quiet hours
    capped: bool  # counts towards, and obeys, the daily cap
    link_outlives: timedelta = timedelta(0)  # how long after the message's expiry the link still works
    hurries: bool = False  # does not wait for quiet hours that end too late for what it speaks of
    roles: tuple[str, ...] = ("participant",)  # who may get it
    urgent: bool = False  # nothing holds it back: no hours, no cap, no outage, no leap of the clock


DESK = "desk"
ON_CALL = ("on_call",)  # people of the staff, whether they have a place in the group or not
SEATED = ("participant", "facilitator")

# Somebody who asks for a link, or whose session starts, needs it now, whatever the hour.
RULES = {
    MessageKind.INVITATION: Rule(link="join", quiet=True, capped=True, link_outlives=timedelta(hours=2)),
    MessageKind.JOIN_LINK: Rule(link="join", quiet=False, capped=False, link_outlives=timedelta(hours=2)),
    MessageKind.JOIN_LINK_AGAIN: Rule(
        link="join", quiet=False, capped=False, link_outlives=timedelta(hours=2)
    ),
    MessageKind.CHECKIN_INVITATION: Rule(link="checkin", quiet=True, capped=True),
    MessageKind.DATES: Rule(link="", quiet=True, capped=True),
    MessageKind.SESSION_MOVED: Rule(link="", quiet=True, capped=False, hurries=True, roles=SEATED),
    MessageKind.DATES_CHANGED: Rule(link="", quiet=True, capped=False, hurries=True, roles=SEATED),
    MessageKind.SESSION_CANCELLED: Rule(link="", quiet=True, capped=False, hurries=True, roles=SEATED),
    MessageKind.SESSION_LED: Rule(link="", quiet=True, capped=True, roles=SEATED),
    MessageKind.CONTRACT_REMINDER: Rule(link="join", quiet=True, capped=True),
    MessageKind.ABSENCE_THANKS: Rule(link="", quiet=True, capped=True),
    MessageKind.CONFIRM_ATTENDANCE: Rule(link=DESK, quiet=True, capped=True, roles=("facilitator",)),
    MessageKind.CHECKIN_REMINDER: Rule(link="checkin", quiet=True, capped=True),
    MessageKind.WEEKLY_CHECKIN: Rule(link="checkin", quiet=True, capped=True),
    MessageKind.MEETING_OFFERED: Rule(link="join", quiet=True, capped=True),
    MessageKind.MEETING_BOOKED: Rule(link="", quiet=True, capped=False, hurries=True, roles=SEATED),
    MessageKind.MEETING_MOVED: Rule(link="", quiet=True, capped=False, hurries=True, roles=SEATED),
    MessageKind.MEETING_CANCELLED: Rule(link="", quiet=True, capped=False, hurries=True, roles=SEATED),
    MessageKind.MEETING_REMINDER: Rule(
        link="join", quiet=False, capped=False, link_outlives=timedelta(hours=2)
    ),
    MessageKind.SESSION_REMINDER: Rule(link="", quiet=True, capped=False),
    MessageKind.SOMETHING_TO_READ: Rule(link="join", quiet=True, capped=True),
    MessageKind.DIGEST: Rule(link="join", quiet=True, capped=False, roles=SEATED),
    MessageKind.ON_CALL_ALERT: Rule(link=DESK, quiet=False, capped=False, roles=ON_CALL, urgent=True),
    MessageKind.ON_CALL_TEST: Rule(link=DESK, quiet=False, capped=False, roles=ON_CALL, urgent=True),
}

# What somebody has to hear in time; whoever allows it gets a text as well when it is near.
TEXTED = frozenset(
    {
        MessageKind.SESSION_MOVED,
        MessageKind.DATES_CHANGED,
        MessageKind.SESSION_CANCELLED,
        MessageKind.MEETING_MOVED,
        MessageKind.MEETING_CANCELLED,
    }
)
TEXTED_WITHIN = timedelta(hours=24)

RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
JITTER_SHARE = 0.1  # so that everything an outage held back does not come back at one instant
URGENT_AGAIN = timedelta(minutes=1)  # an alert is tried each minute, however often it failed
URGENT_REPEATS = 20
REPEATS_AT_MOST = 1  # after a crash inside the provider's acceptance, with the same Message-ID
REPEAT_AFTER = timedelta(minutes=5)  # the first copy may still be on its way through a slow provider
LEAP = timedelta(hours=1)


def key(
    kind: MessageKind,
    member: str,
    about: str,
    step: str = "",
    revision: int = 0,
    channel: Channel = Channel.MAIL,
) -> str:
    """The unique key of one purpose: kind, member, what it is about, the step of a chain, its revision; and
    the channel where that is not mail."""
    return by_channel("|".join((kind.value, member, about, step, str(revision))), channel)


def by_channel(of_mail: str, channel: Channel) -> str:
    """The key of the same purpose by this channel."""
    return of_mail if channel is Channel.MAIL else f"{of_mail}|{channel.value}"


def urgent(kind: str) -> bool:
    """Whether nothing may hold this kind back."""
    return kind in set(MessageKind) and RULES[MessageKind(kind)].urgent


def repeats_at_most(kind: str) -> int:
    """How often a message of unknown fate is repeated by itself. An alert is better doubled than lost."""
    return URGENT_REPEATS if urgent(kind) else REPEATS_AT_MOST


def retry_at(
    attempts: int, now: datetime, expires_at: datetime, chance: float, *, urgent: bool = False
) -> datetime | None:
    """When to try again after `attempts` failures (1 or more); None where that would be too late.

    `chance` in [0, 1) spreads the delay by a tenth either way.
    """
    delay = URGENT_AGAIN if urgent else RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]
    due = now + delay * (1 - JITTER_SHARE + 2 * JITTER_SHARE * chance)
    return due if due < expires_at else None


def repeat_at(now: datetime, expires_at: datetime, *, urgent: bool = False) -> datetime:
    """When to repeat a message nobody knows the fate of: after a while, in any case before it expires."""
    return now + min(URGENT_AGAIN if urgent else REPEAT_AFTER, (expires_at - now) / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """The local hours in which no optional message goes out; equal ends mean there are none."""

    starts: time = time(20)
    ends: time = time(8)

    def over_at(self, now: datetime, zone: str) -> datetime | None:
        """When the quiet hours that hold `now` end, in UTC terms of `now`; None outside of them.

        Raises KeyError (ZoneInfoNotFoundError) for an unknown zone.
        """
        local = now.astimezone(ZoneInfo(zone))
        clock = local.time()
        inside = (
            self.starts <= clock < self.ends
            if self.starts <= self.ends
            else clock >= self.starts or clock < self.ends
        )
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if clock >= self.ends else 0)
        return datetime.combine(day, self.ends, tzinfo=local.tzinfo).astimezone(now.tzinfo)


HURRY = timedelta(hours=2)  # what is less than this away cannot wait for the morning


def open_at(now: datetime, zone: str, quiet: Sequence[QuietHours | None]) -> datetime:
    """The first time from `now` on that lies in none of the quiet hours on a clock in `zone`; a year from now
    where they leave no time at all, so that nothing waits for it."""
    moment = now
    for _ in range(LOOKS):
        ends = [hours.over_at(moment, zone) for hours in quiet if hours is not None]
        later = [end for end in ends if end is not None]
        if not later:
            return moment
        moment = max(later)
    return now + timedelta(days=365)


def may_hurry(rule: Rule, speaks_of: datetime | None, open_again: datetime) -> bool:
    """Whether a message would come too late after the service's quiet hours for the soonest thing it speaks
    of. A person's own hours are never passed over: they may be what keeps somebody safe."""
    return rule.hurries and speaks_of is not None and speaks_of < open_again + HURRY


LOOKS = 6  # two kinds of hours end at most a few times before they leave a gap, or never do


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The provider's state: after `trips_at` outages running, nothing is tried until `closed_until`."""

    outages: int = 0
    closed_until: datetime | None = None

    def lets(self, now: datetime) -> bool:
        """Whether a message may be tried now."""
        return self.closed_until is None or now >= self.closed_until

    def after_outage(self, now: datetime) -> "Breaker":
        """The breaker after the provider could not be reached or broke off."""
        outages = self.outages + 1
        if outages < BREAKER_TRIPS_AT:
            return replace(self, outages=outages)
        step = min(outages - BREAKER_TRIPS_AT, len(RETRY_AFTER) - 2)
        return Breaker(outages=outages, closed_until=now + RETRY_AFTER[step])

    def after_answer(self) -> "Breaker":
        """The breaker after the provider answered, whatever it said."""
        return Breaker()


BREAKER_TRIPS_AT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Both clocks of one process at one instant."""

    wall: datetime
    monotonic_s: float


def leapt(before: Reading, after: Reading) -> timedelta | None:
    """How far the wall clock ran ahead of or behind the monotonic one, where that is more than an hour.

    Both readings come from one running process: time passed while it was not running is no leap.
    """
    passed = timedelta(seconds=after.monotonic_s - before.monotonic_s)
    leap = (after.wall - before.wall) - passed
    return leap if abs(leap) > LEAP else None
