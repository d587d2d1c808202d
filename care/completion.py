"""Names for how much of a group somebody attended, each with its definition; and how a membership ended.

A label is arithmetic for reports and never for member pages: what counts as completing differs between
programmes so much that a number without its definition says nothing (Swift and Greenberg 2012, 669 studies).
The cut at 70 % lies between two British bodies' (60 % and 75 %) and the names are those of an English group
programme. An outcome is never arithmetic: a clinician chooses it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from care.standing import ATTENDED, Row
from care.verdict import Status

COMPLETER = Fraction(7, 10)
HALF = Fraction(1, 2)
CONTACTS_OF_A_COURSE = 2

SEEN = ATTENDED | {Status.PARTIAL, Status.BRIEF_CONTACT, Status.SAFETY_EXIT}


class LabelCode(StrEnum):
    """The labels, fullest first."""

    COMPLETER = "completer"
    HIGH_SPORADIC = "high_sporadic"
    LOW_SPORADIC = "low_sporadic"
    LAST_SEEN_SECOND_THIRD = "last_seen_second_third"
    LAST_SEEN_FIRST_THIRD = "last_seen_first_third"
    NEVER_SEEN = "never_seen"


DEFINITIONS = {
    LabelCode.COMPLETER: "Attended at least 70 % of the sessions.",
    LabelCode.HIGH_SPORADIC: "Attended at least 50 % and less than 70 % of the sessions.",
    LabelCode.LOW_SPORADIC: "Attended less than 50 %, last seen in the last third.",
    LabelCode.LAST_SEEN_SECOND_THIRD: "Attended less than 50 %, last seen in the second third.",
    LabelCode.LAST_SEEN_FIRST_THIRD: "Attended less than 50 %, last seen in the first third.",
    LabelCode.NEVER_SEEN: "Was not seen in any session.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label and the definition it never appears without. `minimum_dose` is half of the sessions attended,
    `course` at least two attended (how English statistics count a finished course)."""

    code: LabelCode
    definition: str
    attended: int
    sessions: int
    minimum_dose: bool
    course: bool


def label(rows: Sequence[Row], sessions: int) -> Label:
    """The label of one member's rows in a group of `sessions` that is over. Raises ValueError for a group
    without sessions."""
    if sessions < 1:
        raise ValueError("a group has at least one session")
    attended = sum(row.status in ATTENDED for row in rows)
    last_seen = max((row.ordinal for row in rows if row.status in SEEN), default=0)
    code = _code(Fraction(attended, sessions), last_seen, sessions)
    return Label(
        code=code,
        definition=DEFINITIONS[code],
        attended=attended,
        sessions=sessions,
        minimum_dose=Fraction(attended, sessions) >= HALF,
        course=attended >= CONTACTS_OF_A_COURSE,
    )


def _code(share: Fraction, last_seen: int, sessions: int) -> LabelCode:
    if share >= COMPLETER:
        return LabelCode.COMPLETER
    if share >= HALF:
        return LabelCode.HIGH_SPORADIC
    if last_seen == 0:
        return LabelCode.NEVER_SEEN
    by_third = {
        1: LabelCode.LAST_SEEN_FIRST_THIRD,
        2: LabelCode.LAST_SEEN_SECOND_THIRD,
        3: LabelCode.LOW_SPORADIC,
    }
    return by_third[third(last_seen, sessions)]


def third(ordinal: int, sessions: int) -> int:
    """In which third of the sessions this one lies: 1, 2 or 3. Where they differ the later are longer."""
    return min(3, math.ceil(Fraction(3 * ordinal, sessions)))


class Outcome(StrEnum):
    """How a membership ended, as a clinician says. Nothing derives it."""

    COMPLETED_AS_PLANNED = "completed_as_planned"
    COMPLETED_EARLY_BY_AGREEMENT = "completed_early_by_agreement"
    LEFT_BY_OWN_CHOICE = "left_by_own_choice"
    MOVED_TO_OTHER_CARE = "moved_to_other_care"
    PAUSED = "paused"
    LOST_CONTACT = "lost_contact"
    DIED = "died"
    OTHER = "other"
