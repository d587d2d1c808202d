# ruff: noqa: E501 (a sentence stays on one line, so that translators and greps find it)
"""Individual meetings in words: what each is for, where it stands, why a time cannot be had, what is on the
facilitator's list."""

from gettext import NullTranslations


def topic_words(translations: NullTranslations, topic: str) -> str:
    """Which of the three."""
    _ = translations.gettext
    return {
        "pre": _("Meeting before the group"),
        "mid": _("Meeting in the middle"),
        "post": _("Meeting after the last session"),
    }[topic]


def about_words(translations: NullTranslations, topic: str) -> str:
    """What a member and a facilitator talk about, and why then, in the member's voice."""
    _ = translations.gettext
    return {
        "pre": _(
            "We get to know each other, look at what matters to you, and prepare the group. That is why it is before the first session."
        ),
        "mid": _(
            "We look at what has changed, what helped, and what you want from the second half. That is why it is around the middle of the group."
        ),
        "post": _(
            "We look back, say goodbye to the group, and make a plan for afterwards. That is why it is soon after the last session."
        ),
    }[topic]


def state_words(translations: NullTranslations, state: str) -> str:
    """Where a meeting stands, for staff."""
    _ = translations.gettext
    return {
        "needed": _("not booked"),
        "booked": _("booked"),
        "held": _("held"),
        "not_held": _("not held"),
        "cancelled": _("called off"),
        "waived": _("not needed"),
    }[state]


def refused_words(translations: NullTranslations, code: str) -> str:
    """Why a time could not be had or changed."""
    _ = translations.gettext
    known = {
        "taken": _("Somebody else was a moment faster. Please choose another time."),
        "gone": _("This time is not offered any more. Please choose another one."),
        "settled": _("This meeting is booked already. You can move it to another time."),
        "not_free": _("One of the two has something else at that time. Please choose another time."),
        "begun": _("This meeting has begun or is over, so it can no longer be changed."),
        "past": _("This time is too soon or past. Please choose a later one."),
        "outside_window": _("This time lies outside the weeks for this meeting."),
    }
    return known.get(code, known["gone"])


def left_words(translations: NullTranslations, code: str, count: int) -> str:
    """Why some of the offered times were left out."""
    ngettext = translations.ngettext
    return {
        "past": ngettext("one is too soon or past", "%(num)s are too soon or past", count),
        "outside_window": ngettext(
            "one lies outside the weeks for this meeting",
            "%(num)s lie outside the weeks for this meeting",
            count,
        ),
        "skipped_hour": ngettext(
            "one does not exist because the clocks go forward",
            "%(num)s do not exist because the clocks go forward",
            count,
        ),
        "taken": ngettext(
            "one overlaps with something else of yours", "%(num)s overlap with something else of yours", count
        ),
    }[code] % {"num": count}


def cancel_words(translations: NullTranslations, reason: str) -> str:
    """Why a facilitator calls a meeting off."""
    _ = translations.gettext
    return {
        "facilitator_away": _("I cannot be there"),
        "member_asked": _("The member asked for it"),
        "dates_moved": _("The dates of the group have changed"),
        "other": _("Another reason"),
    }[reason]


def waive_words(translations: NullTranslations, reason: str) -> str:
    """Why a meeting is not needed."""
    _ = translations.gettext
    return {
        "held_elsewhere": _("It took place outside this service"),
        "agreed": _("Agreed with the member"),
        "left": _("The member has left the group"),
        "other": _("Another reason"),
    }[reason]


def why_words(translations: NullTranslations, why: str) -> str:
    """Why a meeting was held or not."""
    _ = translations.gettext
    return {
        "as_proposed": _("as the room's records show"),
        "by_phone": _("by phone"),
        "in_person": _("in person"),
        "short": _("shorter than planned, and enough"),
        "not_seen": _("the member did not come"),
        "technical": _("the technology failed"),
        "our_side": _("we could not be there"),
        "wrong_record": _("what was said before is wrong"),
        "other": _("another reason"),
    }[why]


def decision_words(translations: NullTranslations, code: str) -> str:
    """Why a word about a meeting is not taken."""
    _ = translations.gettext
    known = {
        "not_over": _(
            "This can be said once the meeting is over and its list is made, a minute or two after the end."
        ),
        "not_yours": _("Please choose a reason that goes with it."),
        "late": _("The time to correct this is over; a coordinator can."),
        "not_as_proposed": _("The room's records do not say so. Please choose another reason."),
        "same": _("That is what stands there already."),
        "settled": _("Another meeting about this is booked or held, so this one cannot be held as well."),
    }
    return known.get(code, known["not_yours"])


def item_words(translations: NullTranslations, code: str) -> str:
    """One line of the facilitator's list."""
    _ = translations.gettext
    return {
        "arrived": _("Arrived: where are you, are you alone, can we talk freely?"),
        "risk": _("Safety asked aloud, whatever the forms say: thoughts of death, plan, means, who is near"),
        "history": _("What brings you, earlier episodes, treatment, medication, hopes for a group"),
        "inventory": _("People who matter and the circle, completed together"),
        "timeline": _("When it began, beside what happened in life"),
        "ranked": _("Problems put in order by the member"),
        "area": _("Problem area proposed and agreed, in the member's words"),
        "goals": _("Up to three priorities, concrete, with a first rating"),
        "strategies": _("Strategies for the area, and one small first step"),
        "readiness": _("Readiness: feelings, time, change; your own rating too"),
        "group": _("What a group is, fears, confidentiality, punctuality and why, how to use it"),
        "practical": _("Name in the group, place, call-back number, emergency contact, device"),
        "contract": _("Contract read, questions answered, both sign"),
        "goals_again": _("Each priority rated again: still right, new words?"),
        "tried": _("What was tried, what helped, what did not, what to do more of in the group"),
        "chart": _("The course looked at together, in the member's own words"),
        "going": _("What goes well, what does not, what is hard about the group, what was held back"),
        "circle": _("The circle: only what has changed"),
        "area_again": _("Problem area: keep, add or change, and why"),
        "attendance": _("Sessions so far and to come, without blame; what gets in the way; a plan"),
        "limit": _("How many sessions are left and when the last one is, said aloud"),
        "improvement": _("What has changed, in symptoms and in which relationship; credit to the member"),
        "goals_last": _("Each priority rated for the last time"),
        "unfinished": _("What is not finished, and the next steps"),
        "plan": _(
            "Plan for afterwards: early signs, stress points, what worked, who can tell me, whom to call"
        ),
        "maintenance": _("Go on? How often, in a group or alone, review date; or other help"),
        "feelings": _("Feelings about the ending: loss, pride, anger are all welcome"),
        "worse": _("Did anything about the group make things worse?"),
        "emergency": _("Where to turn in an emergency after the end, confirmed"),
    }[code]
