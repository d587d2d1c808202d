"""The clauses of the group terms in words: every number of the contract is said in one of them."""

from fractions import Fraction

from babel import dates

from care.contract import Terms
from server.pages.contract_parts import Reader, Say, Shown, clause
from server.pages.contract_rules import group_rules
from server.pages.crisis_numbers import countries
from server.render import place_name


def of_terms(reader: Reader, terms: Terms) -> list[Shown]:
    """Every clause that the group's terms speak of."""
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


def _frame(_: Say, reader: Reader, terms: Terms) -> list[Shown]:
    phases = terms.phases
    return [
        clause(
            1,
            _("Number of sessions"),
            _("The group meets %(count)s times.") % {"count": terms.sessions},
            _("The beginning takes %(initial)s of them, the working phase %(middle)s, the ending %(ending)s.")
            % {"initial": phases.initial, "middle": phases.intermediate, "ending": phases.ending},
        ),
        clause(2, _("Day and time"), _rhythm(_, reader, terms)),
        clause(3, _("Length"), _("One session takes %(minutes)s minutes.") % {"minutes": terms.minutes}),
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
        clause(
            8,
            _("What we expect of each other"),
            _("You: come, be on time, speak about people who matter to you now, try things out between the "
              "sessions, help the others, and tell how it went."),
            _("The facilitators: keep to what the group is for, keep the time, and keep everybody safe."),
        ),
        clause(9, _("When you miss a session"), *_missed(_, terms)),
        clause(
            10,
            _("When you are ill"),
            _("Rest, and tell us when you can. You may also be there and rest, with the camera off."),
            _("If it takes longer than %(count)s sessions we talk about what would help.")
            % {"count": terms.illness_review_sessions},
        ),
        clause(
            11,
            _("Holidays and plans"),
            _("Please tell us before you sign which dates you cannot make."),
            *_closures(_, terms),
        ),
        clause(
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
        _("You were there if you were there for %(percent)s percent of the session; times before and after "
          "a break are added up. From %(minutes)s minutes on you were there for a part.")
        % {"percent": percent(terms.attended_share), "minutes": terms.partial_from_min},
        _("A break of up to %(seconds)s seconds counts as being there.") % {"seconds": terms.bridged_seconds},
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
        _("It is such a failure if you try to come between %(before)s minutes before the start and %(after)s "
          "minutes after it and cannot, or if the line breaks %(drops)s times.")
        % {"before": terms.attempt_before_min, "after": terms.attempt_after_min,
           "drops": terms.drops_for_technical},
        _("A session of which we hold less than %(percent)s percent is one we cut short.")
        % {"percent": percent(terms.held_share)},
        _("When no facilitator is there for more than %(minutes)s minutes, that time is not counted.")
        % {"minutes": terms.facilitator_gap_min},
        _("If fewer than %(count)s people come, the session may be moved.") % {"count": terms.quorum},
    )  # fmt: skip


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
        clause(
            13,
            _("What is said here stays here"),
            _("You promise to tell nobody who is in the group or what others said. For members this is a "
              "promise; mostly it is not a law."),
            _("The facilitators are bound by law. They may speak only when a life is in danger, when a child "
              "or a person who needs protection is at risk, or when a court orders it."),
        ),
        clause(14, _("After the group too"), _("This promise goes on when the group is over.")),
        clause(15, _("Group rules"), *group_rules(reader.words), _joining(_, terms)),
    ]  # fmt: skip


def _joining(_: Say, terms: Terms) -> str:
    if not terms.closed:
        return _("Others may join the group while it runs.")
    return _("After session %(number)s nobody new joins the group.") % {"number": terms.join_until_session}


def _reach(_: Say, reader: Reader, terms: Terms) -> list[Shown]:
    ways = {"phone": _("by phone"), "mail": _("by e-mail"), "both": _("by phone or e-mail")}
    return [
        clause(
            16,
            _("Reaching us between sessions"),
            _("You reach us %(way)s, as your facilitators told you. We answer within %(days)s working days.")
            % {"way": ways[terms.channel], "days": terms.reply_time},
            _("This is not an emergency line."),
        ),
        clause(18, _("Help in a crisis"), _crisis(_, reader, terms)),
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
        clause(
            19,
            _("Meeting by video"),
            _("It saves the way and lets you stay at home. Others near you may overhear, and the technology "
              "may fail. If it does not suit you, we look for another way together."),
            _("By signing you agree to meet by video (version %(number)s of this consent).")
            % {"number": terms.telehealth_version},
        ),
        clause(20, _("Where you are"), _("Each time, before you come in, you tell us where you are.")),
        clause(
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
            clause(23, _("Questionnaires"), _("There are none.")),
            clause(24, _("If an answer worries us"), _("If something worries us, one of us calls you.")),
        ]
    return [
        clause(
            23,
            _("Questionnaires"),
            _("Every %(days)s days we ask how you are (%(forms)s). Your facilitators read it in working "
              "hours; nobody watches at night.") % {"days": terms.questionnaire_days, "forms": asked},
            _("The other members never see your answers."),
        ),
        clause(
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
        clause(
            25,
            _("If you think of leaving"),
            _("You may leave at any time. Please talk with us first."),
            _("You are welcome to come once more to say goodbye.") if terms.farewell else "",
            _("We help you to find other support."),
        ),
        clause(
            26,
            _("The ending, and afterwards"),
            _("The last session is a goodbye; afterwards each of us meets you once alone."),
            _("In an emergency you may still turn to us, and “Help now” stays open to you."),
            _("Later meetings are offered every %(days)s days.") % {"days": terms.maintenance_days}
            if terms.maintenance
            else "",
        ),
        clause(
            27,
            _("Who knows, and for how long"),
            _("These people may know about you: %(people)s.")
            % {"people": ", ".join(roles.get(one, one) for one in terms.named_roles)},
            _("We keep the record for %(years)s years. You may see it, and you may take your consent back.")
            % {"years": terms.retention},
            _("Should anything of this change, you hear it %(days)s days before and sign again.")
            % {"days": terms.amendment_notice_days},
        ),
        clause(28, _("Fees"), terms.fees or _("There are none.")),
    ]


def percent(share: Fraction) -> int:
    """A share in whole percent."""
    return round(100 * share)
