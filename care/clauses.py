"""The 28 clauses of a group's contract: which part each belongs to, the fields it speaks of, and its source.

The wording lives in the templates; this is what a wording has to say. Three parts: the group terms (signed,
read by the coordinator), the dates annex (a moved date is noticed, not signed again) and the personal sheet
(the member and the facilitators only).
"""

from dataclasses import dataclass

TERMS, DATES, SHEET = "terms", "dates", "sheet"
PARTS = (TERMS, DATES, SHEET)

IPT = "general descriptions of interpersonal psychotherapy"
PRACTICE = "common clinical practice; no single source"
CHOICE = "a default of this software; no source states it"
GROUP_BOOK = "Wilfley, MacKenzie et al., Interpersonal Psychotherapy for Group"
SYNOPSIS = "Kaplan and Sadock's Synopsis of Psychiatry, 11th edition, p. 890"
PREPARATION = "chapter on group IPT, pre-group meeting and checklist (ebrary.net/75483)"
THREE_MEETINGS = "chapter on group IPT, the three individual meetings (ebrary.net/75481)"
GROUP_WORK = "chapter on group IPT, the members' work in the group (ebrary.net/75488)"
FEEDBACK = "chapter on group IPT, sessions 3 to 5 (ebrary.net/75487)"
GROUP_CONSENT = "Center for Ethical Practice, consent to group therapy"
POLICIES = "published attendance policies of group practices"
GROUP_POLICY = "a published group policy (vincenzosinisi.co.za)"
TELE_LOCATION = "telehealth consent of a community mental health centre (winchestercmhc.com)"
TELE_DISCONNECT = "telehealth consent of a counselling centre (windandwillow.org)"
TELE_RISKS = "telehealth consent guidance (patagoniahealth.com)"
TELE_PRIVACY = "telehealth.org, privacy in video groups"
TELE_CONTACT = "emergency contact in telehealth practice (practicewise telehealth guide)"
TELE_CONDUCT = "telehealth rules of a practice (iyouwetherapy.com)"
APA = "American Psychological Association, Guidelines for the Practice of Telepsychology, 2013"
NO_SHOWS = "Xiao et al., doi:10.1037/pst0000103"
NHS = "NHS Data Dictionary, attended or did not attend code"
ITEM_9 = "trial and service protocols for answers about self-harm (PMC4422492, PMC3717626)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause: its number, a stable key, its part, the fields of the terms it shows, and who says so."""

    number: int
    key: str
    part: str
    sources: tuple[str, ...]
    fields: tuple[str, ...] = ()


MISSED_FIELDS = (
    "door_minutes",
    "late_after_min",
    "held_after_min",
    "attended_share",
    "partial_from_min",
    "early_before_min",
    "notice_hours",
    "minimum_share",
    "review_running",
    "review_total",
    "review_share",
    "place_review_running",
    "place_review_tries",
    "place_review_channels",
    "early_sessions",
    "early_call_hours",
    "technical_at_most",
    "bridged_seconds",
    "held_share",
    "attempt_before_min",
    "attempt_after_min",
    "drops_for_technical",
    "facilitator_gap_min",
    "catch_up_minutes",
    "confirm_within_hours",
    "quorum",
)
MEETING_FIELDS = (
    "pre_meetings",
    "pre_meeting_minutes",
    "mid_meeting_minutes",
    "post_meeting_minutes",
    "pre_opens_days",
    "pre_target_from_days",
    "pre_target_to_days",
    "post_target_days",
    "post_closes_days",
)


def _clause(number: int, key: str, part: str, sources: tuple[str, ...], *fields: str) -> Clause:
    return Clause(number=number, key=key, part=part, sources=sources, fields=fields)


CLAUSES: tuple[Clause, ...] = (
    _clause(1, "number_of_sessions", TERMS, (IPT, GROUP_BOOK), "sessions", "phases"),
    _clause(2, "rhythm", TERMS, (IPT, PREPARATION), "every_days", "first_local", "zone"),
    _clause(3, "length", TERMS, (PRACTICE,), "minutes"),
    _clause(4, "dates", DATES, (PREPARATION,)),
    _clause(5, "individual_meetings", DATES, (THREE_MEETINGS, GROUP_BOOK), *MEETING_FIELDS),
    _clause(6, "focus", SHEET, (IPT,)),
    _clause(7, "goals", SHEET, (SYNOPSIS, PREPARATION)),
    _clause(8, "roles", TERMS, (PREPARATION, GROUP_WORK)),
    _clause(9, "missed_sessions", TERMS, (POLICIES, NO_SHOWS, NHS, CHOICE), *MISSED_FIELDS),
    _clause(10, "illness", TERMS, (IPT, CHOICE), "illness_review_sessions"),
    _clause(11, "holidays", TERMS, (IPT,), "closures"),
    _clause(12, "conduct", TERMS, (TELE_LOCATION, TELE_CONDUCT, GROUP_POLICY)),
    _clause(13, "confidentiality", TERMS, (GROUP_CONSENT, TELE_PRIVACY)),
    _clause(14, "confidentiality_after", TERMS, (GROUP_CONSENT,)),
    _clause(15, "group_rules", TERMS, (GROUP_CONSENT, FEEDBACK, PRACTICE), "closed", "join_until_session"),
    _clause(16, "outside_sessions", TERMS, (GROUP_CONSENT,), "channel", "reply_time"),
    _clause(17, "emergency_contact", SHEET, (TELE_CONTACT, PRACTICE)),
    _clause(18, "crisis_numbers", TERMS, (IPT,), "crisis_country"),
    _clause(19, "telehealth", TERMS, (TELE_RISKS, APA), "telehealth_version"),
    _clause(20, "location", TERMS, (TELE_LOCATION,)),
    _clause(21, "call_back", SHEET, (TELE_LOCATION, TELE_DISCONNECT)),
    _clause(22, "no_recording", TERMS, (TELE_LOCATION, TELE_CONDUCT), "summaries"),
    _clause(23, "questionnaires", TERMS, (ITEM_9, CHOICE), "questionnaires", "questionnaire_days"),
    _clause(24, "answers_about_safety", TERMS, (ITEM_9, CHOICE)),
    _clause(25, "leaving", TERMS, (PRACTICE,), "farewell"),
    _clause(26, "ending", TERMS, (IPT,), "maintenance", "maintenance_days"),
    _clause(27, "who_knows", TERMS, (GROUP_CONSENT,), "named_roles", "retention", "amendment_notice_days"),
    _clause(28, "fees", TERMS, (GROUP_CONSENT,), "fees"),
)

BY_KEY = {clause.key: clause for clause in CLAUSES}


def of_part(part: str) -> tuple[Clause, ...]:
    """The clauses of a part in their order. Raises ValueError for an unknown part."""
    if part not in PARTS:
        raise ValueError(part)
    return tuple(clause for clause in CLAUSES if clause.part == part)
