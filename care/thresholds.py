"""What somebody has to do now: tasks with an owner, a time and reasons, from attendance and its neighbours.

Only facts about attendance, notice, the contract and delivery are read here, never an answer: a coordinator
may see everything that follows. What an answer asks for (`ANSWERED`) is named here and opened
elsewhere. Each task has a key, so that the same cause opens it once, and a task whose cause is gone is not
wanted any more. Nothing here writes to a member.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from care.contact_priority import Level, contact_priority
from care.contract import Terms
from care.decision import CONFIRM_WITHIN, confirm_by
from care.ledger import MISSES
from care.standing import ATTENDED, LOOKED_BACK, NEUTRAL, NOT_SEEN, Numbers, Standing, numbers
from care.verdict import Status
from care.watched import Meeting, Watched


class Kind(StrEnum):
    """What is to be done. The values are stored."""

    CONFIRM_ATTENDANCE = "confirm_attendance"
    CONFIRM_OVERDUE = "confirm_overdue"
    CALL_2H = "call_2h"  # an early no-show
    CALL_SAME_DAY = "call_same_day"
    BRIEF_CONTACT_CALL = "brief_contact_call"
    CALL_48H = "call_48h"
    CALL_THIS_WEEK = "call_this_week"
    REVIEW = "review"
    PLACE_REVIEW = "place_review"
    MINIMUM_AT_RISK = "minimum_at_risk"
    LATE_PATTERN = "late_pattern"
    TECHNICAL_HELP = "technical_help"
    CHECKIN_CALL = "checkin_call"  # a form waits too long
    CONTRACT_UNSIGNED = "contract_unsigned"
    BOUNCED_CONTACT = "bounced_contact"
    QUESTION_ABOUT_RECORD = "question_about_record"
    WANTS_TO_LEAVE = "wants_to_leave"
    WANTS_A_PAUSE = "wants_a_pause"
    LINK_NOT_ME = "link_not_me"
    TELL_BY_PHONE = "tell_by_phone"  # mail does not go to them
    MEETING_UNBOOKED = "meeting_unbooked"  # of the three individual ones
    MEETING_OUTSIDE = "meeting_outside"  # the dates moved, and it no longer lies where it should
    MEETING_CONFIRM = "meeting_confirm"
    MEETING_CONFIRM_OVERDUE = "meeting_confirm_overdue"
    MEETINGS_UNLED = "meetings_unled"  # who was to lead them has left
    CALL_WISHED = "call_wished"  # said in a form after the group
    CLINICAL_CONTACT = "clinical_contact"  # and the group has no facilitator who could see to it


# No record asks for these: a member did, or a message could not go. They stay until somebody finishes them.
ASKED_FOR = frozenset(
    {Kind.WANTS_TO_LEAVE, Kind.WANTS_A_PAUSE, Kind.LINK_NOT_ME, Kind.TELL_BY_PHONE, Kind.CALL_WISHED}
)

# An answer asks for these. They are the facilitators' alone: no coordinator may learn of an answer by them.
ANSWERED = frozenset({Kind.CALL_WISHED})


class Owner(StrEnum):
    """Whose task it is."""

    FACILITATOR = "facilitator"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One task. `key` is unique in all groups; `reasons` are codes, `code` or `code:number`, sorted."""

    key: str
    kind: Kind
    group: str
    member: str | None
    session: str | None
    reasons: tuple[str, ...]
    due_at: datetime
    owner_role: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The numbers tasks go by."""

    numbers: Numbers = field(default_factory=Numbers)
    zone: str = "UTC"
    confirm_within: timedelta = CONFIRM_WITHIN
    first_call: timedelta = timedelta(hours=2)  # after a no-show in one of the first sessions


def rules(terms: Terms) -> Rules:
    """The rules of a group's contract."""
    return Rules(
        numbers=numbers(terms),
        zone=terms.zone,
        confirm_within=timedelta(hours=terms.confirm_within_hours),
        first_call=timedelta(hours=terms.early_call_hours),
    )


AT_LEAST = timedelta(hours=2)  # to call somebody the same evening
UNSIGNED_BEFORE = timedelta(hours=24)
REMIND_EVERY = timedelta(days=3)  # as members are reminded of it
CORRECT_WITHIN = timedelta(hours=24)  # a coordinator, once the facilitators' time is over
WEEK = timedelta(days=7)
TWO_DAYS = timedelta(hours=48)
ANSWER_WITHIN = timedelta(days=3)
EVENING = time(20)  # nobody is called later than this on the same day
LATE_SHARE = Fraction(1, 2)
HELP_RUN = 2


def due(
    group: str, meetings: Sequence[Meeting], watched: Sequence[Watched], rules: Rules, now: datetime
) -> tuple[Wanted, ...]:
    """Every task the group wants now, soonest due first."""
    of_group = [task for one in meetings for task in _confirming(group, one, rules, now)]
    by_ordinal = {one.ordinal: one for one in meetings}
    of_members = [
        task for one in watched if one.on_roster for task in _of_member(group, by_ordinal, one, rules, now)
    ]
    return tuple(sorted((*of_group, *of_members), key=lambda task: (task.due_at, task.key)))


def _confirming(group: str, one: Meeting, rules: Rules, now: datetime) -> list[Wanted]:
    if one.closed_at is None or not one.undecided:
        return []
    until = confirm_by(one.closed_at, rules.confirm_within)
    wanted = [(Kind.CONFIRM_ATTENDANCE, Owner.FACILITATOR, until)]
    if now >= until:
        wanted.append((Kind.CONFIRM_OVERDUE, Owner.COORDINATOR, until + CORRECT_WITHIN))
    return [
        Wanted(
            key=f"{kind}|{group}|{one.id}",
            kind=kind,
            group=group,
            member=None,
            session=one.id,
            reasons=(f"undecided:{one.undecided}",),
            due_at=at,
            owner_role=owner,
        )
        for kind, owner, at in wanted
    ]


def _of_member(
    group: str, meetings: Mapping[int, Meeting], one: Watched, rules: Rules, now: datetime
) -> list[Wanted]:
    asks = [*_calls(one, meetings, rules), *_reviews(one, meetings, rules)]
    asks += [*_patterns(one, meetings), *_paper(one, meetings, now)]
    return [
        Wanted(
            key=f"{ask.kind}|{one.member}|{ask.about}",
            kind=ask.kind,
            group=group,
            member=one.member,
            session=ask.session,
            reasons=tuple(sorted(ask.reasons)),
            due_at=ask.due_at,
            owner_role=ask.owner,
        )
        for ask in asks
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    kind: Kind
    owner: Owner
    about: str
    due_at: datetime
    reasons: Sequence[str]
    session: str | None = None


def _asked(
    kind: Kind,
    owner: Owner,
    about: str,
    due_at: datetime,
    reasons: Sequence[str],
    session: str | None = None,
) -> _Ask:
    return _Ask(kind=kind, owner=owner, about=about, due_at=due_at, reasons=reasons, session=session)


def _calls(one: Watched, meetings: Mapping[int, Meeting], rules: Rules) -> list[_Ask]:
    """A call the same day: we missed you. An absence that a later session made old is not called about."""
    told = [row for row in one.rows if row.status not in NEUTRAL or row.status is Status.BRIEF_CONTACT]
    last = max(told, key=lambda row: row.ordinal, default=None)
    if last is None or last.ordinal not in meetings:
        return []
    held = meetings[last.ordinal]
    if last.status is Status.BRIEF_CONTACT:
        kind, at = Kind.BRIEF_CONTACT_CALL, same_day(held.ends_at, rules.zone)
    elif last.status not in NOT_SEEN:
        return []
    elif last.ordinal <= rules.numbers.early_sessions:
        kind, at = Kind.CALL_2H, held.ends_at + rules.first_call
    else:
        kind, at = Kind.CALL_SAME_DAY, same_day(held.ends_at, rules.zone)
    reasons = [last.status.value, f"session:{last.ordinal}"]
    return [_asked(kind, Owner.COORDINATOR, held.id, at, reasons, held.id)]


def same_day(ended_at: datetime, zone: str) -> datetime:
    """Until when somebody is called on the day a session ended: 20:00 where the group is, and never less
    than two hours after the end."""
    local = ended_at.astimezone(ZoneInfo(zone))
    evening = datetime.combine(local.date(), EVENING, tzinfo=local.tzinfo).astimezone(ended_at.tzinfo)
    return max(evening, ended_at + AT_LEAST)


def review_reasons(standing: Standing, numbers: Numbers) -> tuple[str, ...]:
    """Why there is a conversation: misses running, in all, as a share of all sessions. One that is due stays
    due when the member comes again."""
    reached = {
        f"run:{standing.longest_run}": standing.longest_run >= numbers.review_running,
        f"total:{standing.misses}": standing.misses >= numbers.review_total,
        f"share:{standing.misses}/{standing.n}": standing.misses >= numbers.review_share * standing.n,
    }
    return tuple(code for code, holds in reached.items() if holds and standing.misses)


def _reviews(one: Watched, meetings: Mapping[int, Meeting], rules: Rules) -> list[_Ask]:
    """Conversations that more misses lead to, while sessions remain. One more miss is looked at anew."""
    over = [row.ordinal for row in one.rows if row.status is not Status.EXPECTED]
    missed = [row.ordinal for row in one.rows if row.status in MISSES]
    about = str(one.standing.misses)
    asks: list[_Ask] = []
    if not one.standing.remaining:
        return asks
    if missed:
        by = _before_the_next(meetings, max(missed))
        reasons = review_reasons(one.standing, rules.numbers)
        if reasons:
            asks.append(_asked(Kind.REVIEW, Owner.COORDINATOR, about, by, reasons))
        if one.standing.no_show_run >= rules.numbers.place_review_running:
            running = [f"no_show_run:{one.standing.no_show_run}"]
            asks.append(_asked(Kind.PLACE_REVIEW, Owner.COORDINATOR, about, by, running))
        asks += _by_priority(one, meetings[max(missed)].ends_at, about)
    if over and not one.standing.can_reach:
        short = [f"reachable:{one.standing.reachable.of}/{one.standing.minimum}"]
        by = _before_the_next(meetings, max(over))
        asks.append(_asked(Kind.MINIMUM_AT_RISK, Owner.FACILITATOR, "once", by, short))
    return asks


def _before_the_next(meetings: Mapping[int, Meeting], ordinal: int) -> datetime:
    """A week after this session, or the start of the next one where that is sooner."""
    following = meetings.get(ordinal + 1)
    by = meetings[ordinal].ends_at + WEEK
    return min(by, following.starts_at) if following else by


def _by_priority(one: Watched, since: datetime, about: str) -> list[_Ask]:
    found = contact_priority(one)
    if found.level is Level.WITHIN_48H:
        return [_asked(Kind.CALL_48H, Owner.FACILITATOR, about, since + TWO_DAYS, found.reasons)]
    if found.level is Level.THIS_WEEK:
        return [_asked(Kind.CALL_THIS_WEEK, Owner.FACILITATOR, about, since + WEEK, found.reasons)]
    return []


def _patterns(one: Watched, meetings: Mapping[int, Meeting]) -> list[_Ask]:
    asks = []
    late = one.standing.punctuality
    if late.out_of == LOOKED_BACK and late.share >= LATE_SHARE:
        latest = max(row.ordinal for row in one.rows if row.status in ATTENDED)
        by, reasons = _before_the_next(meetings, latest), [f"late:{late.of}/{late.out_of}"]
        asks.append(_asked(Kind.LATE_PATTERN, Owner.FACILITATOR, "once", by, reasons))
    failed = one.standing.technical_run
    if failed >= HELP_RUN:
        latest = max(row.ordinal for row in one.rows if row.status is Status.TECHNICAL_FAILURE)
        by, reasons = _before_the_next(meetings, latest), [f"technical_run:{failed}"]
        asks.append(_asked(Kind.TECHNICAL_HELP, Owner.COORDINATOR, str(failed), by, reasons))
    return asks


def _paper(one: Watched, meetings: Mapping[int, Meeting], now: datetime) -> list[_Ask]:
    asks = [
        _asked(Kind.QUESTION_ABOUT_RECORD, Owner.COORDINATOR, key, at + ANSWER_WITHIN, ("asked",))
        for key, at in one.asked
    ]
    if one.refused_at is not None:
        about = one.refused_at.isoformat()
        asks.append(
            _asked(Kind.BOUNCED_CONTACT, Owner.COORDINATOR, about, one.refused_at + TWO_DAYS, ("refused",))
        )
    if one.number_refused_at is not None:
        about, by = f"number:{one.number_refused_at.isoformat()}", one.number_refused_at + TWO_DAYS
        asks.append(_asked(Kind.BOUNCED_CONTACT, Owner.COORDINATOR, about, by, ("number_refused",)))
    first = min(meetings.values(), key=lambda each: each.ordinal, default=None)
    if one.unsigned is not None and first is not None:
        by = max(first.starts_at, one.sign_by or first.starts_at)
        if now >= by - UNSIGNED_BEFORE:
            asks.append(_asked(Kind.CONTRACT_UNSIGNED, Owner.COORDINATOR, one.unsigned, by, ("unsigned",)))
    return asks
