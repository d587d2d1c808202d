"""The dates annex and the personal sheet in words."""

from collections.abc import Mapping, Sequence
from gettext import NullTranslations

from care.contract import Terms
from care.meetings import MID, POST, PRE, Window, windows
from care.series import Dated, live
from server.pages.contract_parts import Reader, Say, Sheet, Shown, clause, hour
from server.render import date, place_name


def area_words(translations: NullTranslations) -> Mapping[str, str]:
    """The four problem areas of interpersonal psychotherapy in everyday words."""
    _ = translations.gettext
    return {
        "grief": _("Grief: somebody close to me has died"),
        "dispute": _("A dispute: with somebody close we want different things"),
        "transition": _("A change: my life or my place in it has become a different one"),
        "isolation": _("Loneliness: it is hard to find or keep people close to me"),
    }


def of_dates(reader: Reader, terms: Terms, series: Sequence[Dated]) -> list[Shown]:
    """The dates of the sessions, and when the three individual meetings may be."""
    _ = reader.words.gettext
    held = live(series)
    return [
        clause(
            4,
            _("All dates"),
            *(_session_line(_, reader, one, last=one.ordinal == terms.sessions) for one in held),
            _("The last date does not move because somebody was away."),
        ),
        clause(5, _("Three meetings with you alone"), *_meetings(_, reader, terms, held)),
    ]


def _session_line(_: Say, reader: Reader, one: Dated, *, last: bool) -> str:
    places = {
        "number": one.ordinal,
        "day": date(one.starts_at, one.zone, reader.locale),
        "time": hour(one.starts_at, one.zone),
        "place": place_name(one.zone),
        "own": hour(one.starts_at, reader.zone),
        "own_place": place_name(reader.zone),
    }
    same = hour(one.starts_at, reader.zone) == hour(one.starts_at, one.zone)
    if last and same:
        return _("Session %(number)s, the last one: %(day)s, %(time)s (%(place)s)") % places
    if last:
        return (
            _("Session %(number)s, the last one: %(day)s, %(time)s (%(place)s); %(own)s in %(own_place)s")
            % places
        )
    if same:
        return _("Session %(number)s: %(day)s, %(time)s (%(place)s)") % places
    return _("Session %(number)s: %(day)s, %(time)s (%(place)s); %(own)s in %(own_place)s") % places


def _meetings(_: Say, reader: Reader, terms: Terms, held: Sequence[Dated]) -> list[str]:
    """One line for each meeting; none while the group has no dates of its own yet."""
    if [one.ordinal for one in held] != list(range(1, len(held) + 1)) or len(held) < 2:
        return [_("Their dates follow with the dates of the sessions.")]
    before = (
        _("Before the first session, from %(opens)s to %(closes)s, best between %(from)s and %(to)s: about "
          "%(minutes)s minutes.")
        if terms.pre_meetings == 1
        else _("Before the first session twice, from %(opens)s to %(closes)s, best between %(from)s and "
               "%(to)s: about %(minutes)s minutes each.")
    )  # fmt: skip
    middle = _("In the middle, from %(opens)s to %(closes)s, best between %(from)s and %(to)s: about "
               "%(minutes)s minutes.")  # fmt: skip
    after = _("After the last session, from %(opens)s to %(closes)s, best between %(from)s and %(to)s: about "
              "%(minutes)s minutes.")  # fmt: skip
    sentences = {
        PRE: (before, terms.pre_meeting_minutes),
        MID: (middle, terms.mid_meeting_minutes),
        POST: (after, terms.post_meeting_minutes),
    }
    found = windows(held, terms)
    return [
        sentence % (_window(reader, found[key]) | {"minutes": minutes})
        for key, (sentence, minutes) in sentences.items()
    ]


def _window(reader: Reader, window: Window) -> dict[str, str | int]:
    """The days of a window, by the names the sentences use."""
    days = {
        "opens": window.opens_at,
        "from": window.target_from,
        "to": window.target_to,
        "closes": window.closes_at,
    }
    return {name: date(moment, reader.zone, reader.locale) for name, moment in days.items()}


def of_sheet(reader: Reader, sheet: Sheet) -> list[Shown]:
    """What one member works on, and who is called for them."""
    _ = reader.words.gettext
    areas = area_words(reader.words)
    chosen = [areas[one] for one in (sheet.main, sheet.secondary) if one in areas]
    return [
        clause(
            6, _("What you work on"), *(chosen or [_("This is filled in together with your facilitator.")])
        ),
        clause(
            7,
            _("Your goals, in your own words"),
            *(sheet.goals or (_("These are filled in together with your facilitator."),)),
        ),
        clause(
            17,
            _("A person we may call"),
            _("You name somebody we may call in an emergency. We say only that we worry about you, and where "
              "you are."),
        ),
        clause(
            21,
            _("If the line breaks"),
            _("Come back with the same link. If you do not, we call the number you gave us for that day."),
        ),
    ]  # fmt: skip
