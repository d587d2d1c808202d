"""The numbers of a contract as fields of a form: what they are called, and back into terms.

Used where a group is set up and where a new version is offered. Which numbers are possible is the domain's
to say (`care.contract.check`); here they only get words.
"""

from dataclasses import dataclass, fields
from fractions import Fraction
from gettext import NullTranslations
from typing import Any

from care import contract, phases
from care.contract import RANGES, Fault, Terms
from care.phases import Phases
from server.pages.forms import Form

OWN = "own"
PHASES = ("initial", "intermediate", "ending")
SHARES = ("attended_share", "minimum_share", "review_share", "held_share")
YES_NO = ("summaries", "farewell", "maintenance")
FIRST = (
    *("minimum_share", "attended_share", "notice_hours", "late_after_min"),
    *("review_running", "review_total"),
)
DOOR = (
    *("door_minutes", "held_after_min", "partial_from_min", "early_before_min", "technical_at_most"),
    *("quorum", "confirm_within_hours", "bridged_seconds", "held_share", "attempt_before_min"),
    *("attempt_after_min", "drops_for_technical", "facilitator_gap_min"),
)
MISSING = (
    *("review_share", "place_review_running", "place_review_tries", "place_review_channels"),
    *("early_sessions", "early_call_hours", "catch_up_minutes", "illness_review_sessions"),
    "join_until_session",
)
MEETINGS = (
    *("pre_meetings", "pre_meeting_minutes", "mid_meeting_minutes", "post_meeting_minutes"),
    *("pre_opens_days", "pre_target_from_days", "pre_target_to_days", "post_target_days", "post_closes_days"),
    "questionnaire_days",
)
SERVICE = ("reply_time", "maintenance_days", "retention", "amendment_notice_days")
NUMBERS = (*FIRST, *DOOR, *MISSING, *MEETINGS, *SERVICE)
OF_THE_PLAN = frozenset({"zone", "first_local", "sessions", "every_days", "minutes", "closures"})
KNOWN = frozenset(field.name for field in fields(Terms))


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that belong together: a code, a heading, and (name, label) of each."""

    code: str
    title: str
    fields: tuple[tuple[str, str], ...]


def filled(terms: Terms) -> dict[str, str]:
    """The form's fields for these terms; shares in whole percent."""
    found = {name: str(getattr(terms, name)) for name in NUMBERS if name not in SHARES}
    found |= {name: percent(getattr(terms, name)) for name in SHARES}
    found |= {name: "yes" if getattr(terms, name) else "" for name in YES_NO}
    found |= {name: str(getattr(terms.phases, name)) for name in PHASES}
    count = terms.sessions
    chosen = next((one for one in presets(count) if terms.phases == preset(one, count)), OWN)
    return found | {
        "preset": chosen,
        "channel": terms.channel,
        "crisis_country": terms.crisis_country,
        "fees": terms.fees,
    }


def read(form: Form, base: Terms, translations: NullTranslations, *, amends: bool = False) -> Terms | None:
    """The terms as the form has them; None, and the form's errors, where nobody could agree to them."""
    _ = translations.gettext
    numbers: dict[str, Any] = {}
    for name in NUMBERS:
        low, high = (1, 100) if name in SHARES else RANGES[name]
        wrong = _("%(field)s: give a whole number from %(low)s to %(high)s.") % {
            "field": label(name, translations),
            "low": low,
            "high": high,
        }
        numbers[name] = form.whole(name, low, high, wrong)
    parts = read_phases(form, base.sessions, translations)
    if form.errors or parts is None:
        return None
    shares = {name: share(int(numbers[name])) for name in SHARES}
    made = base.with_changes(
        numbers
        | shares
        | {name: form.get(name) == "yes" for name in YES_NO}
        | {"phases": {name: getattr(parts, name) for name in PHASES}}
        | {"channel": form.get("channel"), "crisis_country": form.get("crisis_country").upper()}
        | {"fees": form.get("fees")}
    )
    for fault in contract.check(made, amends=amends):
        form.refuse(fault.field, fault_words(fault, translations))
    return None if form.errors else made


def read_phases(form: Form, count: int, translations: NullTranslations) -> Phases | None:
    """The chosen preset, or the form's own three numbers."""
    _ = translations.gettext
    chosen = form.get("preset")
    if chosen in presets(count):
        return preset(chosen, count)
    wrong = _("Give each phase a number of sessions, at least one.")
    numbers = [form.whole(name, 1, 18, wrong) for name in PHASES]
    if None in numbers:
        return None
    if sum(each or 0 for each in numbers) != count:
        words = _("The phases have %(sum)s sessions together; the group has %(count)s.")
        form.refuse("initial", words % {"sum": sum(each or 0 for each in numbers), "count": count})
        return None
    return Phases(**dict(zip(PHASES, (each or 0 for each in numbers), strict=True)))


def presets(count: int) -> tuple[str, ...]:
    """The presets for so many sessions, without those that say the same as an earlier one."""
    once: dict[Phases, str] = {}
    for name in phases.presets_for(count):
        once.setdefault(phases.preset(name, count), name)
    return tuple(once.values())


def preset(name: str, count: int) -> Phases:
    """The phases of a preset."""
    return phases.preset(name, count)


def percent(value: Fraction) -> str:
    """`70`."""
    return str(round(value * 100))


def share(value: int) -> str:
    """`7/10`, as documents write it."""
    found = Fraction(value, 100)
    return f"{found.numerator}/{found.denominator}"


def parts(translations: NullTranslations) -> tuple[Part, ...]:
    """The fields in their groups; the first group is what most services look at."""
    _ = translations.gettext
    return tuple(
        Part(code, title, tuple((name, label(name, translations)) for name in names))
        for code, title, names in (
            ("first", _("Being there, and being away"), FIRST),
            ("door", _("The door and what counts"), DOOR),
            ("missing", _("After a missed session"), MISSING),
            ("meetings", _("Individual meetings and questionnaires"), MEETINGS),
            ("service", _("The service"), SERVICE),
        )
    )


def label(name: str, translations: NullTranslations) -> str:
    """What a field is called; its unit stands in the words."""
    _ = translations.gettext
    known = {
        "minimum_share": _("Sessions to reach, in percent of all"),
        "attended_share": _("Counts as attended from this percent of the session"),
        "notice_hours": _("Hours of notice before a session"),
        "late_after_min": _("On time until this many minutes after the start"),
        "review_running": _("Talk after this many misses in a row"),
        "review_total": _("Talk after this many misses in all"),
        "door_minutes": _("The door opens this many minutes before"),
        "held_after_min": _("Later than this many minutes, a facilitator decides"),
        "partial_from_min": _("Counts as a part from this many minutes"),
        "early_before_min": _("Left early: this many minutes before the end"),
        "technical_at_most": _("Technical failures before a person decides"),
        "quorum": _("Members needed for a session"),
        "confirm_within_hours": _("Hours to confirm attendance"),
        "bridged_seconds": _("A broken line counts as present up to this many seconds"),
        "held_share": _("Counts as cut short below this percent of the planned time"),
        "attempt_before_min": _("Trying to come counts from this many minutes before"),
        "attempt_after_min": _("Trying to come counts until this many minutes after the start"),
        "drops_for_technical": _("Broken lines that make a technical failure"),
        "facilitator_gap_min": _("Minutes without a facilitator that count as our interruption"),
        "review_share": _("Talk after missing this percent of all sessions"),
        "place_review_running": _("Look at the place after this many missed in a row, unheard"),
        "place_review_tries": _("Tries to reach somebody before that"),
        "place_review_channels": _("Ways of reaching somebody that were tried"),
        "early_sessions": _("The first sessions, in which we call sooner"),
        "early_call_hours": _("Hours until that call"),
        "catch_up_minutes": _("Minutes of a catch-up call"),
        "illness_review_sessions": _("Sessions away ill before we talk"),
        "join_until_session": _("New members join until session"),
        "pre_meetings": _("Meetings before the first session"),
        "pre_meeting_minutes": _("Minutes of a meeting before"),
        "mid_meeting_minutes": _("Minutes of the meeting in the middle"),
        "post_meeting_minutes": _("Minutes of the meeting after"),
        "pre_opens_days": _("Meetings before: from this many days ahead"),
        "pre_target_from_days": _("Best from this many days ahead"),
        "pre_target_to_days": _("Best until this many days ahead"),
        "post_target_days": _("Meeting after: best within this many days"),
        "post_closes_days": _("Meeting after: at the latest within this many days"),
        "questionnaire_days": _("Days between questionnaires"),
        "reply_time": _("Working days until we answer"),
        "maintenance_days": _("Days between sessions afterwards"),
        "retention": _("Years the record is kept"),
        "amendment_notice_days": _("Days of notice before a new version holds"),
    }
    return known[name]


def name_of(name: str, translations: NullTranslations) -> str:
    """What any field of the form is called, the numbers among them."""
    _ = translations.gettext
    others = {
        "initial": _("Own: beginning"),
        "intermediate": _("Own: working phase"),
        "ending": _("Own: ending"),
        "summaries": _("Members get a short summary after each session"),
        "farewell": _("Somebody who leaves is invited to say goodbye"),
        "maintenance": _("Sessions after the end are offered"),
        "channel": _("How members reach the service"),
        "crisis_country": _("Country of the crisis numbers"),
        "fees": _("Fees"),
    }
    return others[name] if name in others else label(name, translations)


def fault_words(fault: Fault, translations: NullTranslations) -> str:
    """What the domain does not agree to, in words."""
    _ = translations.gettext
    known = {
        "out_of_range": _("This number is too small or too large."),
        "not_a_share": _("Give a percentage from 1 to 100."),
        "phases_do_not_add_up": _("The phases do not add up to the number of sessions."),
        "held_before_late": _("A facilitator decides only after the time that still counts as on time."),
        "held_after_the_end": _("This is longer than the session."),
        "target_before_opening": _("The best time cannot begin before meetings are offered."),
        "target_runs_backwards": _("The best time ends before it begins."),
        "target_after_closing": _("The best time lies after the last possible day."),
        "joins_after_the_last": _("There are not so many sessions."),
        "unknown_zone": _("Choose a time zone, such as Europe/Berlin."),
        "no_such_local_time": _("This hour does not exist on that day: the clocks go forward over it."),
        "starts_in_a_closure": _("The first session falls on a day without one."),
        "closure_runs_backwards": _("A closed time ends before it begins."),
        "unknown_choice": _("Choose one of the answers."),
        "not_one_line": _("Write this in one short line."),
        "empty": _("Choose at least one."),
    }
    return known.get(fault.code, _("This cannot be agreed on like this."))


def preset_words(name: str, count: int, translations: NullTranslations) -> str:
    """A preset's three numbers."""
    found = preset(name, count)
    return translations.gettext(
        "Beginning %(initial)s, working phase %(intermediate)s, ending %(ending)s"
    ) % {name: getattr(found, name) for name in PHASES}
