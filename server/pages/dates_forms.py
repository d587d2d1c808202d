"""What a coordinator wants to do with a session's date, and what it would lead to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from gettext import NullTranslations

from care import changes
from care.contract import Terms
from care.preview import Preview
from care.series import Dated, live
from server.pages.forms import Form

KINDS = (changes.MOVE, changes.CANCEL_APPEND, changes.CANCEL, changes.SHIFT, changes.STAND_IN)
REASONS = ("illness", "holiday", "request", "technical", "other")
FIELDS = ("kind", "session", "day", "at", "days", "person", "reason")
MOST_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The sessions of a group as they stand, with what they were agreed on. `leaders` are the people who can
    lead one, by person."""

    series: tuple[Dated, ...]
    terms: Terms
    revision: int
    leaders: Mapping[str, str]


def wanted(form: Form, dates: Dates, now: datetime, translations: NullTranslations) -> Preview | None:
    """What the form asks for, worked out; None, and the form's errors, when it is not whole or cannot be
    done."""
    _ = translations.gettext
    kind = form.one_of("kind", KINDS, _("Choose what should happen."))
    found = next((one for one in dates.series if one.id == form.get("session")), None)
    if found is None or found.ordinal is None:
        form.refuse("", _("This session is not there any more. Look at the dates again."))
        return None
    made = _preview(form, kind, found.ordinal, dates, now, translations)
    if made is not None and made.refused:
        form.refuse(FIELD_OF.get(made.refused, ""), refusal_words(made.refused, translations))
    form.one_of("reason", REASONS, _("Choose a reason."))
    return None if form.errors else made


FIELD_OF = {"in_the_past": "day", "onto_another": "day", "out_of_order": "day", "unchanged": "day"}


def _preview(
    form: Form, kind: str, ordinal: int, dates: Dates, now: datetime, translations: NullTranslations
) -> Preview | None:
    _ = translations.gettext
    match kind:
        case changes.MOVE:
            to = form.local("day", "at", _("Give the new day."), _("Give the new hour, such as 18:00."))
            if to is None:
                return None
            return changes.move(dates.series, ordinal, to, now=now, closures=dates.terms.closures)
        case changes.CANCEL_APPEND:
            return changes.cancel_append(dates.series, ordinal, dates.terms.plan(), now=now)
        case changes.CANCEL:
            return changes.cancel(dates.series, ordinal, now=now)
        case changes.SHIFT:
            return _shift(form, ordinal, dates, now, translations)
        case changes.STAND_IN:
            if form.get("person") and form.get("person") not in dates.leaders:
                form.refuse("person", _("Choose somebody from the list."))
                return None
            return changes.stand_in(dates.series, ordinal, form.get("person") or None, now=now)
    return None


def _shift(
    form: Form, ordinal: int, dates: Dates, now: datetime, translations: NullTranslations
) -> Preview | None:
    _ = translations.gettext
    wrong = _("Give a whole number of days; with a minus in front they come sooner.")
    days = form.whole("days", -MOST_DAYS, MOST_DAYS, wrong)
    at: time | None = None
    if form.get("at"):
        at = form.time("at", _("Give the new hour, such as 18:00."))
    if form.errors or days is None:
        return None
    terms = dates.terms
    return changes.shift_following(
        dates.series, ordinal, days, now=now, at=at, every_days=terms.every_days, closures=terms.closures
    )


def refusal_words(code: str, translations: NullTranslations) -> str:
    """Why a change cannot be made."""
    _ = translations.gettext
    known = {
        "no_such_session": _("This session is not there any more. Look at the dates again."),
        "already_held": _("This session is over."),
        "running": _("This session is running."),
        "cancelled": _("This session is called off already."),
        "already_begun": _("This session has begun."),
        "unchanged": _("That is what stands there already."),
        "in_the_past": _("That lies in the past."),
        "onto_another": _("Another session of this group is at that time."),
        "out_of_order": _("The sessions would change their order. Move it to a day between its neighbours."),
        "too_few_left": _("A group cannot go on with so few sessions."),
        "changed_since": _("The dates were changed again since. Look at them anew."),
    }
    return known.get(code, _("This change cannot be made."))


def reason_words(code: str, translations: NullTranslations) -> str:
    """Why the dates change; members are not told this word."""
    _ = translations.gettext
    known = {
        "illness": _("a facilitator is ill or away"),
        "holiday": _("a holiday or a closed week"),
        "request": _("the group asked for it"),
        "technical": _("the technology"),
        "other": _("something else"),
    }
    return known.get(code, code)


def kind_words(kind: str, translations: NullTranslations) -> str:
    """A change of dates in a few words."""
    _ = translations.gettext
    known = {
        changes.MOVE: _("One session moved"),
        changes.CANCEL_APPEND: _("One session called off, one added at the end"),
        changes.CANCEL: _("One session called off without another"),
        changes.SHIFT: _("Several sessions moved"),
        changes.STAND_IN: _("Somebody else leads"),
        changes.REINTERPRET: _("New time zone rules"),
        changes.UNDO: _("Undone"),
    }
    return known.get(kind, kind)


def may_change(one: Dated, now: datetime) -> bool:
    """True while a session's date can still be changed."""
    return one.state == "planned" and one.ordinal is not None and one.starts_at > now


def in_order(series: Sequence[Dated]) -> tuple[Dated, ...]:
    """Every row by its day, those called off among them."""
    return tuple(sorted(series, key=lambda one: (one.starts_at, one.ordinal or 0)))


def following(series: Sequence[Dated], one: Dated) -> int:
    """How many sessions there are from this one on."""
    return sum(each.starts_at >= one.starts_at for each in live(series))


def offered(one: Dated) -> dict[str, str]:
    """What the form holds before anything was typed: the session's own day and hour, and a week."""
    return {"day": one.local.date().isoformat(), "at": one.local.strftime("%H:%M"), "days": "7"}
