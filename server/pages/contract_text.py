"""The contract in words: 28 clauses made from the group's terms, its dates and, for the member and the
facilitators alone, the personal sheet.

What is shown and what is signed are the same strings: the template only lays these out, and the signature is
taken over `plain` of them. Nothing here knows who reads; a caller that may not show the sheet passes none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale, dates

from care.clauses import DATES, SHEET, TERMS, of_part
from care.contract import Terms
from care.meetings import MID, POST, PRE, Window, windows
from care.series import Dated, live
from server.pages.contract_rules import group_rules
from server.pages.crisis_numbers import countries
from server.render import date, place_name

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One clause as it is read and signed."""

    number: int
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`terms`, `dates` or `sheet`, with its clauses."""

    key: str
    title: str
    clauses: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What one member works on: `main` and `secondary` are problem areas, `goals` their own words."""

    main: str
    secondary: str
    goals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """In which language the text is written, and the zone of the person it is for."""

    words: NullTranslations
    locale: Locale
    zone: str


def parts(reader: Reader, terms: Terms, series: Sequence[Dated], sheet: Sheet | None) -> tuple[Part, ...]:
    """The whole contract: group terms, dates, and the personal sheet where there is one to show."""
    _ = reader.words.gettext
    made = {clause.number: clause for clause in (*_terms(reader, terms), *_dates(reader, terms, series))}
    if sheet is not None:
        made |= {clause.number: clause for clause in _sheet(reader, sheet)}
    titles = {TERMS: _("What we agree on"), DATES: _("The dates"), SHEET: _("Your personal sheet")}
    return tuple(
        Part(key=key, title=title, clauses=tuple(made[one.number] for one in of_part(key)))
        for key, title in titles.items()
        if sheet is not None or key != SHEET
    )


def plain(shown: Sequence[Part]) -> tuple[tuple[str, tuple[tuple[int, str, tuple[str, ...]], ...]], ...]:
    """The strings of the contract without names of our own, for `care.signing`."""
    return tuple((part.title, tuple((c.number, c.title, c.lines) for c in part.clauses)) for part in shown)


def area_words(translations: NullTranslations) -> Mapping[str, str]:
    """The four problem areas of interpersonal psychotherapy in everyday words."""
    _ = translations.gettext
    return {
        "grief": _("Grief: somebody close to me has died"),
        "dispute": _("A dispute: with somebody close we want different things"),
        "transition": _("A change: my life or my place in it has become a different one"),
        "isolation": _("Loneliness: it is hard to find or keep people close to me"),
    }


def hour(moment: datetime, zone: str) -> str:
    """`18:00` in the zone's own time."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def percent(share: Fraction) -> int:
    """A share in whole percent."""
    return round(100 * share)


def _terms(reader: Reader, terms: Terms) -> list[Shown]:
    _ = reader.words.gettext
    return [
        *_frame(_, reader, terms),
        *_together(_, terms),
        *_trust(_, reader, terms),
        *_reach(_, reader, terms),
        *_video(_, terms),
        *_forms(_, terms),
        *_after(_, terms),
    ]


def _clause(number: int, title: str, *lines: str) -> Shown:
    return Shown(number=number, title=title, lines=tuple(line for line in lines if line))


def _frame(_: Say, reader: Reader, terms: Terms) -> list[Shown]:
    phases = terms.phases
    return [
        _clause(
            1,
            _("Number of sessions"),
            _("The group meets %(count)s times.") % {"count": terms.sessions},
            _("The beginning takes %(initial)s of them, the working phase %(middle)s, the ending %(ending)s.")
            % {"initial": phases.initial, "middle": phases.intermediate, "ending": phases.ending},
        ),
        _clause(2, _("Day and time"), _rhythm(_, reader, terms)),
        _clause(3, _("Length"), _("One session takes %(minutes)s minutes.") % {"minutes": terms.minutes}),
    ]


def _rhythm(_: Say, reader: Reader, terms: Terms) -> str:
    places = {
        "days": terms.every_days,
        "weekday": str(dates.format_date(terms.first_local, "EEEE", locale=reader.locale)),
        "time": f"{terms.first_local:%H:%M}",
        "place": place_name(terms.zone),
    }
    if terms.every_days == 7:
        return _("Every %(weekday)s at %(time)s, by the clock in %(place)s.") % places
    if terms.every_days == 14:
        return _("Every second %(weekday)s at %(time)s, by the clock in %(place)s.") % places
    return _("Every %(days)s days at %(time)s, by the clock in %(place)s.") % places


def _together(_: Say, terms: Terms) -> list[Shown]:
    return [
        _clause(
            8,
            _("What we expect of each other"),
            _("You: come, be on time, speak about people who matter to you now, try things out between the "
              "sessions, help the others, and tell how it went."),
            _("The facilitators: keep to what the group is for, keep the time, and keep everybody safe."),
        ),
        _clause(9, _("When you miss a session"), *_missed(_, terms)),
        _clause(
            10,
            _("When you are ill"),
            _("Rest, and tell us when you can. You may also be there and rest, with the camera off."),
            _("If it takes longer than %(count)s sessions we talk about what would help.")
            % {"count": terms.illness_review_sessions},
        ),
        _clause(
            11,
            _("Holidays and plans"),
            _("Please tell us before you sign which dates you cannot make."),
            *_closures(_, terms),
        ),
        _clause(
            12,
            _("How we treat each other"),
            _("With respect; no violence, no threats, no insults."),
            _("Sober, dressed, in one place: not while driving or at work."),
            _("If you meet or write to each other outside, tell the group."),
        ),
    ]  # fmt: skip


def _missed(_: Say, terms: Terms) -> tuple[str, ...]:
    return (*_door(_, terms), *_away(_, terms), *_ours(_, terms))


def _door(_: Say, terms: Terms) -> tuple[str, ...]:
    return (
        _("The door opens %(door)s minutes before the start. Up to %(late)s minutes after it is on time.")
        % {"door": terms.door_minutes, "late": terms.late_after_min},
        _("After %(held)s minutes a facilitator decides how you come in. No machine locks you out.")
        % {"held": terms.held_after_min},
        _("You were there if you were there for %(percent)s percent of the session; breaks in the line are "
          "added up. From %(minutes)s minutes on you were there for a part.")
        % {"percent": percent(terms.attended_share), "minutes": terms.partial_from_min},
        _("Whoever goes more than %(minutes)s minutes before the end left early.")
        % {"minutes": terms.early_before_min},
        _("Within %(hours)s hours a facilitator writes down who was there. You can see it and say if it is "
          "wrong.") % {"hours": terms.confirm_within_hours},
    )  # fmt: skip


def _away(_: Say, terms: Terms) -> tuple[str, ...]:
    return (
        _("If you cannot come, tell us; %(hours)s hours before or earlier is good time.")
        % {"hours": terms.notice_hours},
        _("The aim is to be at %(minimum)s of the %(count)s sessions. That leaves room for %(allowance)s.")
        % {"minimum": terms.minimum(), "count": terms.sessions, "allowance": terms.allowance()},
        _("If we miss you without a word, somebody calls you: in the first %(count)s sessions within "
          "%(hours)s hours, later on the same day.")
        % {"count": terms.early_sessions, "hours": terms.early_call_hours},
        _("When you are away %(running)s times in a row, or %(total)s times in all, we talk about what would "
          "help you to come.") % {"running": terms.review_running, "total": terms.review_at()},
        _("If we miss you %(running)s times in a row and do not reach you in %(tries)s tries and %(ways)s "
          "ways, people talk about your place and decide.")
        % {"running": terms.place_review_running, "tries": terms.place_review_tries,
           "ways": terms.place_review_channels},
        _("For a missed session there is a short call, up to %(minutes)s minutes; the session itself is not "
          "repeated and the last date stays.") % {"minutes": terms.catch_up_minutes},
    )  # fmt: skip


def _ours(_: Say, terms: Terms) -> tuple[str, ...]:
    return (
        _("A session that we call off or cut short does not count against you."),
        _("Nor does a failure of the technology; after %(count)s of them we look at each one with you.")
        % {"count": terms.technical_at_most},
        _("If fewer than %(count)s people come, the session may be moved.") % {"count": terms.quorum},
    )


def _closures(_: Say, terms: Terms) -> list[str]:
    lines = []
    for closure in terms.closures:
        places = {
            "start": f"{closure.from_date:%d.%m.%Y}",
            "end": f"{closure.to_date:%d.%m.%Y}",
            "why": closure.why,
        }
        if closure.why:
            lines.append(_("No session from %(start)s to %(end)s: %(why)s.") % places)
        else:
            lines.append(_("No session from %(start)s to %(end)s.") % places)
    return lines


def _trust(_: Say, reader: Reader, terms: Terms) -> list[Shown]:
    return [
        _clause(
            13,
            _("What is said here stays here"),
            _("You promise to tell nobody who is in the group or what others said. For members this is a "
              "promise; mostly it is not a law."),
            _("The facilitators are bound by law. They may speak only when a life is in danger, when a child "
              "or a person who needs protection is at risk, or when a court orders it."),
        ),
        _clause(14, _("After the group too"), _("This promise goes on when the group is over.")),
        _clause(15, _("Group rules"), *group_rules(reader.words), _joining(_, terms)),
    ]  # fmt: skip


def _joining(_: Say, terms: Terms) -> str:
    if not terms.closed:
        return _("Others may join the group while it runs.")
    return _("After session %(number)s nobody new joins the group.") % {"number": terms.join_until_session}


def _reach(_: Say, reader: Reader, terms: Terms) -> list[Shown]:
    ways = {"phone": _("by phone"), "mail": _("by e-mail"), "both": _("by phone or e-mail")}
    return [
        _clause(
            16,
            _("Reaching us between sessions"),
            _("You reach us %(way)s. We answer within %(days)s working days.")
            % {"way": ways[terms.channel], "days": terms.reply_time},
            _("This is not an emergency line."),
        ),
        _clause(18, _("Help in a crisis"), _crisis(_, reader, terms)),
    ]  # fmt: skip


def _crisis(_: Say, reader: Reader, terms: Terms) -> str:
    known = countries(reader.words).get(terms.crisis_country.lower() or "none")
    if known is None:
        return _("The numbers of your country stand behind “Help now” on every page.")
    return _("In danger call %(number)s. More numbers stand behind “Help now” on every page.") % {
        "number": known.emergency.number
    }


def _video(_: Say, terms: Terms) -> list[Shown]:
    return [
        _clause(
            19,
            _("Meeting by video"),
            _("It saves the way and lets you stay at home. Others near you may overhear, and the technology "
              "may fail. If it does not suit you, we look for another way together."),
            _("By signing you agree to meet by video (version %(number)s of this consent).")
            % {"number": terms.telehealth_version},
        ),
        _clause(20, _("Where you are"), _("Each time, before you come in, you tell us where you are.")),
        _clause(
            22,
            _("No recording"),
            _("Nobody records, and nobody takes pictures of the screen. This service cannot record."),
            _("After a session its summary goes to all members, without names.") if terms.summaries else "",
        ),
    ]  # fmt: skip


def _forms(_: Say, terms: Terms) -> list[Shown]:
    names = {"phq9": "PHQ-9", "phq8": "PHQ-8", "gad7": "GAD-7", "who5": "WHO-5"}
    asked = ", ".join(names.get(one, one) for one in terms.questionnaires)
    if not asked:
        return [
            _clause(23, _("Questionnaires"), _("There are none.")),
            _clause(24, _("If an answer worries us"), _("If something worries us, one of us calls you.")),
        ]
    return [
        _clause(
            23,
            _("Questionnaires"),
            _("Every %(days)s days we ask how you are (%(forms)s). Your facilitators read it in working "
              "hours; nobody watches at night.") % {"days": terms.questionnaire_days, "forms": asked},
            _("The other members never see your answers."),
        ),
        _clause(
            24,
            _("If an answer worries us"),
            _("If you answer that you think of death or of hurting yourself, one of us calls you. You are "
              "not sent away for it."),
        ),
    ]  # fmt: skip


def _after(_: Say, terms: Terms) -> list[Shown]:
    roles = {
        "facilitator": _("the facilitators"),
        "coordinator": _("the coordinator"),
        "supervisor": _("their supervisor"),
    }
    return [
        _clause(
            25,
            _("If you think of leaving"),
            _("You may leave at any time. Please talk with us first."),
            _("You are welcome to come once more to say goodbye.") if terms.farewell else "",
            _("We help you to find other support."),
        ),
        _clause(
            26,
            _("The ending, and afterwards"),
            _("The last session is a goodbye; afterwards each of us meets you once alone."),
            _("In an emergency you may still turn to us, and “Help now” stays open to you."),
            _("Later meetings are offered every %(days)s days.") % {"days": terms.maintenance_days}
            if terms.maintenance
            else "",
        ),
        _clause(
            27,
            _("Who knows, and for how long"),
            _("These people may know about you: %(people)s.")
            % {"people": ", ".join(roles.get(one, one) for one in terms.named_roles)},
            _("We keep the record for %(years)s years. You may see it, and you may take your consent back.")
            % {"years": terms.retention},
            _("Should anything of this change, you hear it %(days)s days before and sign again.")
            % {"days": terms.amendment_notice_days},
        ),
        _clause(28, _("Fees"), terms.fees or _("There are none.")),
    ]


def _dates(reader: Reader, terms: Terms, series: Sequence[Dated]) -> list[Shown]:
    _ = reader.words.gettext
    held = live(series)
    return [
        _clause(
            4,
            _("All dates"),
            *(_session_line(_, reader, one, last=one.ordinal == terms.sessions) for one in held),
            _("The last date does not move because somebody was away."),
        ),
        _clause(5, _("Three meetings with you alone"), *_meetings(_, reader, terms, held)),
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


def _sheet(reader: Reader, sheet: Sheet) -> list[Shown]:
    _ = reader.words.gettext
    areas = area_words(reader.words)
    chosen = [areas[one] for one in (sheet.main, sheet.secondary) if one in areas]
    return [
        _clause(
            6, _("What you work on"), *(chosen or [_("This is filled in together with your facilitator.")])
        ),
        _clause(
            7,
            _("Your goals, in your own words"),
            *(sheet.goals or (_("These are filled in together with your facilitator."),)),
        ),
        _clause(
            17,
            _("A person we may call"),
            _("You name somebody we may call in an emergency. We say only that we worry about you, and where "
              "you are."),
        ),
        _clause(
            21,
            _("If the line breaks"),
            _("Come back with the same link. If you do not, we call the number you gave us for that day."),
        ),
    ]  # fmt: skip
