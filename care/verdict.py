"""Which status a member's numbers and facts propose: one order of rules, first match wins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from care.interval import ZERO, Span, Spans, share, total
from care.policy import Place, Policy, SessionTimes
from care.presence import Track


class Status(StrEnum):
    """How a session went for a member. `safety_exit` is never proposed: only a person says that."""

    EXPECTED = "expected"
    NOT_ON_ROSTER = "not_on_roster"
    AGREED_PAUSE = "agreed_pause"
    PROVIDER_CANCELLED = "provider_cancelled"
    CUT_SHORT = "cut_short"
    ATTENDED = "attended"
    ATTENDED_LATE = "attended_late"
    LEFT_EARLY = "left_early"
    TECHNICAL_FAILURE = "technical_failure"
    PARTIAL = "partial"
    BRIEF_CONTACT = "brief_contact"
    LATE_NOT_ADMITTED = "late_not_admitted"
    EXCUSED = "excused"
    LATE_CANCEL = "late_cancel"
    NO_SHOW = "no_show"
    SAFETY_EXIT = "safety_exit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of the plan that counts, the same for everybody."""

    held: Spans  # held and scheduled
    service: Spans  # our interruptions
    counted: Spans  # held without the interruptions
    opened_at: datetime | None
    locked: Spans

    @property
    def length(self) -> timedelta:
        """The counted time."""
        return total(self.counted)

    def share_of(self, planned: Span) -> Fraction:
        """The counted time as a share of the planned time."""
        return share(self.length, planned.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """A member's numbers against the window.

    `share` is the better of two: presence in the window, and presence in all the time held, so taking
    an interruption of ours out of the window can only help.
    """

    present: timedelta  # in the held part of the scheduled time, short gaps bridged
    share: Fraction
    late: timedelta  # after the later of scheduled start and opening; zero if on time or not there
    early: timedelta  # before the window's end; zero if there to the end or not there
    arrived_at: datetime | None
    gaps: Spans  # the real gaps, bridged or not


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A status, short codes for the reasons, and whether a person has to decide rather than confirm."""

    status: Status
    reasons: frozenset[str] = frozenset()
    decide: bool = False


def judge(
    session: SessionTimes,
    place: Place,
    seen: Track,
    room: Window,
    numbers: Measures,
    policy: Policy,
    now: datetime,
) -> Verdict:
    """The first rule that matches."""
    outside = _outside(session, place, room, policy, now)
    if outside is not None:
        return Verdict(status=outside)
    if numbers.share >= policy.attended_share:
        return Verdict(status=_attended(numbers, policy), reasons=_how(place, seen, numbers))
    technical = _technical(session, seen, room, policy)
    if technical:
        over = place.technical_before >= policy.technical_at_most
        codes = technical | ({"limit_reached"} if over else set())
        return Verdict(status=Status.TECHNICAL_FAILURE, reasons=frozenset(codes), decide=over)
    if numbers.present >= policy.partial_from:
        return Verdict(status=Status.PARTIAL, reasons=_how(place, seen, numbers))
    return _barely_or_not(session, place, seen, room, numbers, policy)


def _outside(
    session: SessionTimes, place: Place, room: Window, policy: Policy, now: datetime
) -> Status | None:
    """The status where presence is not asked about: not theirs, not yet, or not held by us."""
    joined_later = place.joined_at is not None and place.joined_at >= session.ends_at
    gone = place.left_at is not None and place.left_at <= session.starts_at
    if joined_later or gone:
        return Status.NOT_ON_ROSTER
    if place.paused:
        return Status.AGREED_PAUSE
    if session.cancelled:
        return Status.PROVIDER_CANCELLED
    if now < session.starts_at:
        return Status.EXPECTED
    if now < session.ends_at:
        return None
    if not room.held:
        return Status.PROVIDER_CANCELLED
    return Status.CUT_SHORT if room.share_of(session.planned) < policy.held_share else None


def _attended(numbers: Measures, policy: Policy) -> Status:
    if numbers.early > policy.early_before:
        return Status.LEFT_EARLY
    return Status.ATTENDED_LATE if numbers.late > policy.late_after else Status.ATTENDED


def _how(place: Place, seen: Track, numbers: Measures) -> frozenset[str]:
    """Codes that say how somebody was there; none of them changes the status."""
    codes = {
        "listening_only": numbers.present > ZERO and not seen.media and not place.by_hand,
        "two_devices": seen.devices > 1,
        "with_gaps": bool(numbers.gaps),
        "put_out": bool(seen.put_out),
    }
    held = {code for code, holds in codes.items() if holds}
    return frozenset(held | {f"by_hand_{one.kind}" for one in place.by_hand})


def _technical(session: SessionTimes, seen: Track, room: Window, policy: Policy) -> frozenset[str]:
    """Evidence that the technique, ours or theirs, kept the member away; empty if there is none."""
    first, last = session.starts_at - policy.attempt_before, session.starts_at + policy.attempt_after
    tried = [at for at in seen.tried if first <= at < session.ends_at]
    in_time = bool(seen.failed) or any(at <= last for at in tried)
    decided = _refused(seen, room) or bool(seen.left or seen.put_out or seen.let_in)
    codes = {
        "never_connected": bool(tried) and not seen.connected and in_time,
        "dropped": seen.drops >= policy.drops_for_technical,
        "not_let_in": bool(seen.connected) and _knocked(session, seen) and not decided,
    }
    found = frozenset(code for code, holds in codes.items() if holds)
    return found | {f"cause_{cause}" for cause in seen.failed if found and cause}


def _refused(seen: Track, room: Window) -> bool:
    """Whether a person decided that the member stays out: told so, or knocking at a locked room."""
    at_a_lock = any(knock < lock.end for knock in seen.knocked for lock in room.locked)
    return bool(seen.refused) or (at_a_lock and not seen.let_in)


def _knocked(session: SessionTimes, seen: Track) -> bool:
    return any(at < session.ends_at for at in seen.knocked)


def _barely_or_not(
    session: SessionTimes, place: Place, seen: Track, room: Window, numbers: Measures, policy: Policy
) -> Verdict:
    """Under ten minutes, or nothing: what the member did and said decides."""
    if numbers.present > ZERO:
        return Verdict(status=Status.BRIEF_CONTACT, reasons=_how(place, seen, numbers), decide=True)
    if _refused(seen, room):
        return Verdict(status=Status.LATE_NOT_ADMITTED)
    if _knocked(session, seen):
        return Verdict(status=Status.BRIEF_CONTACT, reasons=frozenset({"left_the_lobby"}), decide=True)
    if place.notice_at is not None and place.notice_at < session.starts_at:
        in_time = session.starts_at - place.notice_at >= policy.notice
        return Verdict(status=Status.EXCUSED if in_time else Status.LATE_CANCEL)
    return Verdict(status=Status.NO_SHOW)
