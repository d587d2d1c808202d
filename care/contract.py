"""The group terms: every number and choice of the contract's clauses, with defaults a service may change.

Sources of the defaults stand with the clauses in `care.clauses`. Terms that were signed are never altered:
a change is a new version (`care.amendment`).
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from care import document, phases, timetable, zones
from care.phases import Phases
from care.policy import Policy
from care.series import Closure, Plan, closed_on

NAMED_ROLES = ("facilitator", "coordinator", "supervisor")
QUESTIONNAIRES = ("phq9", "gad7")
CHANNELS = ("phone", "mail", "both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What everyone in a group signs. Lengths carry their unit in the name; `first_local` is naive wall time
    in `zone`. The comment at each block names its clauses."""

    # 1-4: how many, when, how long
    zone: str
    first_local: datetime
    sessions: int = 12
    every_days: int = 7
    minutes: int = 90
    phases: Phases = field(default_factory=lambda: phases.preset("seed_default", 12))
    # 5: the individual meetings
    pre_meetings: int = 1
    pre_meeting_minutes: int = 90
    mid_meeting_minutes: int = 45
    post_meeting_minutes: int = 45
    pre_opens_days: int = 14
    pre_target_from_days: int = 10
    pre_target_to_days: int = 3
    post_target_days: int = 7
    post_closes_days: int = 14
    # 9: missed sessions, the door, what counts
    door_minutes: int = 10
    late_after_min: int = 5
    held_after_min: int = 15
    attended_share: Fraction = Fraction(1, 2)
    partial_from_min: int = 10
    early_before_min: int = 10
    notice_hours: int = 24
    minimum_share: Fraction = Fraction(7, 10)
    review_running: int = 2
    review_total: int = 3
    review_share: Fraction = Fraction(1, 4)
    place_review_running: int = 3
    place_review_tries: int = 3
    place_review_channels: int = 2
    early_sessions: int = 2
    early_call_hours: int = 2
    technical_at_most: int = 2
    bridged_seconds: int = 90
    held_share: Fraction = Fraction(1, 2)
    attempt_before_min: int = 15
    attempt_after_min: int = 20
    drops_for_technical: int = 2
    facilitator_gap_min: int = 2
    catch_up_minutes: int = 20
    confirm_within_hours: int = 24
    quorum: int = 3
    # 10, 11: illness, holidays
    illness_review_sessions: int = 2
    closures: tuple[Closure, ...] = ()
    # 15: who may join, and until when
    closed: bool = True
    join_until_session: int = 2
    # 16, 18: reaching us, and help in a crisis ("" is the member's own country)
    channel: str = "phone"
    reply_time: int = 2  # working days
    crisis_country: str = ""
    # 19, 22, 23: video, questionnaires, summaries
    telehealth_version: int = 1
    questionnaires: tuple[str, ...] = QUESTIONNAIRES
    questionnaire_days: int = 7
    summaries: bool = False
    # 25, 26: leaving, the time after
    farewell: bool = True
    maintenance: bool = False
    maintenance_days: int = 30
    # 27, 28: who knows, how long it is kept (years), fees ("" is none)
    named_roles: tuple[str, ...] = NAMED_ROLES
    retention: int = 10
    fees: str = ""
    # the signed paper itself: an amendment takes effect this long after it was offered
    amendment_notice_days: int = 7

    def minimum(self) -> int:
        """Sessions a member should reach."""
        return math.ceil(self.minimum_share * self.sessions)

    def allowance(self) -> int:
        """Sessions a member may miss and still reach the minimum."""
        return self.sessions - self.minimum()

    def review_at(self) -> int:
        """Misses in all, at which a review conversation is due: the fixed number or the share of all
        sessions, whichever is first."""
        return min(self.review_total, math.ceil(self.review_share * self.sessions))

    def plan(self) -> Plan:
        """What the sessions are generated from."""
        return Plan(
            zone=self.zone,
            first_local=self.first_local,
            every_days=self.every_days,
            minutes=self.minutes,
            count=self.sessions,
            closures=self.closures,
        )

    def policy(self, version: str) -> Policy:
        """The numbers attendance is judged by."""
        return Policy(
            version=version,
            attended_share=self.attended_share,
            late_after=timedelta(minutes=self.late_after_min),
            early_before=timedelta(minutes=self.early_before_min),
            partial_from=timedelta(minutes=self.partial_from_min),
            notice=timedelta(hours=self.notice_hours),
            technical_at_most=self.technical_at_most,
            bridged=timedelta(seconds=self.bridged_seconds),
            held_share=self.held_share,
            attempt_before=timedelta(minutes=self.attempt_before_min),
            attempt_after=timedelta(minutes=self.attempt_after_min),
            drops_for_technical=self.drops_for_technical,
            facilitator_gap=timedelta(minutes=self.facilitator_gap_min),
        )

    def document(self) -> dict[str, object]:
        """The terms as JSON values, every field named; `from_document` gives them back exactly."""
        return document.write(self)

    @classmethod
    def from_document(cls, values: Mapping[str, object]) -> "Terms":
        """The terms of a document. Raises ValueError where a field is missing, unknown or of another type."""
        return document.read(cls, values)

    def with_changes(self, changes: Mapping[str, object]) -> "Terms":
        """The terms with some fields set from JSON values. Raises ValueError for an unknown field or a value
        of another type."""
        return replace(self, **document.values(Terms, changes))

    def with_service(self, service: Mapping[str, object]) -> "Terms":
        """The terms with a service's own defaults. Raises ValueError for a field that is a group's own."""
        if own := service.keys() - service_defaults().keys():
            raise ValueError(f"not for a service to set: {', '.join(sorted(own))}")
        return self.with_changes(service)


OF_A_GROUP = frozenset({"zone", "first_local", "phases", "closures"})


def service_defaults() -> dict[str, object]:
    """The fields a service may set for all its new groups, with their defaults, as JSON values."""
    return {
        each.name: document.plain(each.default)
        for each in fields(Terms)
        if each.default is not MISSING and each.name not in OF_A_GROUP
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A field nobody can agree to, why, and the numbers a sentence about it needs."""

    field: str
    code: str
    args: tuple[tuple[str, int | str], ...] = ()


RANGES: dict[str, tuple[int, int]] = {
    "sessions": (8, 20),
    "every_days": (1, 31),
    "minutes": (60, 120),
    "pre_meetings": (1, 2),
    "pre_meeting_minutes": (30, 120),
    **dict.fromkeys(("mid_meeting_minutes", "post_meeting_minutes"), (15, 120)),
    **dict.fromkeys(("pre_opens_days", "pre_target_from_days", "post_target_days"), (1, 60)),
    "pre_target_to_days": (0, 60),
    "post_closes_days": (1, 90),
    **dict.fromkeys(("door_minutes", "late_after_min", "early_before_min", "attempt_before_min"), (0, 60)),
    **dict.fromkeys(("held_after_min", "partial_from_min"), (1, 120)),
    "notice_hours": (0, 168),
    **dict.fromkeys(("review_running", "review_total", "place_review_running"), (1, 20)),
    "place_review_tries": (1, 10),
    "place_review_channels": (1, 5),
    **dict.fromkeys(("early_sessions", "technical_at_most"), (0, 20)),
    "early_call_hours": (1, 72),
    "bridged_seconds": (0, 600),
    "attempt_after_min": (0, 120),
    "drops_for_technical": (1, 20),
    "facilitator_gap_min": (0, 30),
    "catch_up_minutes": (5, 60),
    "confirm_within_hours": (1, 168),
    "quorum": (1, 8),
    **dict.fromkeys(("illness_review_sessions", "join_until_session"), (1, 20)),
    "reply_time": (1, 14),
    "telehealth_version": (1, 999),
    "questionnaire_days": (1, 31),
    "maintenance_days": (7, 92),
    "retention": (1, 30),
    "amendment_notice_days": (0, 60),
}
SHARES = ("attended_share", "minimum_share", "review_share", "held_share")
FEES_AT_MOST = 500  # characters


def check(terms: Terms, *, amends: bool = False) -> tuple[Fault, ...]:
    """What is wrong with the terms, in the order of the fields; empty where they can be offered.
    `amends` says that they follow signed ones: then the first session may have been moved out of a closure
    that was added later."""
    return (
        *_out_of_range(terms),
        *_shares(terms),
        *_phases(terms),
        *_order(terms),
        *_zone_and_dates(terms, amends),
        *_choices(terms),
    )


def _out_of_range(terms: Terms) -> list[Fault]:
    return [
        Fault(field=name, code="out_of_range", args=(("low", low), ("high", high)))
        for name, (low, high) in RANGES.items()
        if not low <= getattr(terms, name) <= high
    ]


def _shares(terms: Terms) -> list[Fault]:
    return [Fault(field=name, code="not_a_share") for name in SHARES if not 0 < getattr(terms, name) <= 1]


def _phases(terms: Terms) -> list[Fault]:
    if terms.phases.count == terms.sessions:
        return []
    args = (("count", terms.phases.count), ("sessions", terms.sessions))
    return [Fault(field="phases", code="phases_do_not_add_up", args=args)]


ORDERED = (
    ("held_after_min", "late_after_min", "held_before_late"),
    ("minutes", "held_after_min", "held_after_the_end"),
    ("pre_opens_days", "pre_target_from_days", "target_before_opening"),
    ("pre_target_from_days", "pre_target_to_days", "target_runs_backwards"),
    ("post_closes_days", "post_target_days", "target_after_closing"),
    ("sessions", "join_until_session", "joins_after_the_last"),
)


def _order(terms: Terms) -> list[Fault]:
    """The first field named must not be smaller than the second."""
    return [
        Fault(field=larger, code=code)
        for larger, smaller, code in ORDERED
        if getattr(terms, larger) < getattr(terms, smaller)
    ]


def _zone_and_dates(terms: Terms, amends: bool) -> list[Fault]:
    found = []
    if not zones.known(terms.zone):
        found.append(Fault(field="zone", code="unknown_zone"))
    elif timetable.resolve(terms.first_local, ZoneInfo(terms.zone)).caution == timetable.SKIPPED:
        found.append(Fault(field="first_local", code="no_such_local_time"))
    if not amends and closed_on(terms.first_local.date(), terms.closures) is not None:
        found.append(Fault(field="first_local", code="starts_in_a_closure"))
    found += [
        Fault(field="closures", code="closure_runs_backwards", args=(("number", number),))
        for number, closure in enumerate(terms.closures, start=1)
        if closure.to_date < closure.from_date
    ]
    return found


def _choices(terms: Terms) -> list[Fault]:
    found = []
    if terms.channel not in CHANNELS:
        found.append(Fault(field="channel", code="unknown_choice"))
    country = terms.crisis_country
    if country and not (len(country) == 2 and country.isascii() and country.isupper()):
        found.append(Fault(field="crisis_country", code="unknown_choice"))
    if not terms.named_roles:
        found.append(Fault(field="named_roles", code="empty"))
    if len(terms.fees) > FEES_AT_MOST or any(each < " " for each in terms.fees):
        found.append(Fault(field="fees", code="not_one_line", args=(("most", FEES_AT_MOST),)))
    return found
