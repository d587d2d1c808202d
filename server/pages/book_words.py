"""The words of the inventory and of everything that follows from it, for both readers."""

from collections.abc import Mapping
from enum import StrEnum
from gettext import NullTranslations
from typing import Any

from care.areas import Area, Stage, Why
from care.goals import Closed, Goal
from care.inventory import Channel, Domain, Fit, Mood, Often, Settled, Support, Tie
from care.relapse import Afterwards

Options = list[tuple[str, str]]


def rings(translations: NullTranslations) -> dict[int, str]:
    """The rings of the circle."""
    _ = translations.gettext
    return {1: _("closest"), 2: _("close"), 3: _("further"), 4: _("outside")}


def domains(translations: NullTranslations) -> dict[StrEnum, str]:
    """Parts of life."""
    _ = translations.gettext
    return {
        Domain.FAMILY: _("Family"),
        Domain.PARTNER: _("Partner"),
        Domain.FRIENDS: _("Friends"),
        Domain.WORK: _("Work, school or study"),
        Domain.NEIGHBOURS: _("Neighbours, community"),
        Domain.CARERS: _("People who look after my health"),
        Domain.LOST: _("Lost or missed"),
    }


def ties(translations: NullTranslations) -> dict[StrEnum, str]:
    """How it is between two."""
    _ = translations.gettext
    return {
        Tie.LIVING: _("We are in each other’s life"),
        Tie.DIED: _("Has died"),
        Tie.ESTRANGED: _("We have no contact"),
        Tie.ENDED: _("It has ended"),
    }


def choices(translations: NullTranslations) -> dict[str, dict[str, str]]:
    """The options of the inventory's questions, by field."""
    _ = translations.gettext
    often: dict[StrEnum, str] = {
        Often.DAILY: _("every day"),
        Often.WEEKLY: _("every week"),
        Often.MONTHLY: _("every month"),
        Often.RARELY: _("rarely"),
        Often.NEVER: _("never"),
    }
    fit: dict[StrEnum, str] = {Fit.YES: _("yes"), Fit.PARTLY: _("partly"), Fit.NO: _("no")}
    support: dict[StrEnum, str] = {
        Support.HEARD: _("feeling heard"),
        Support.PRACTICAL: _("practical help"),
        Support.COMPANY: _("company"),
        Support.ADVICE: _("advice"),
        Support.NONE: _("none of this"),
    }
    found: dict[str, Mapping[StrEnum, str]] = {
        "domain": domains(translations),
        "tie": ties(translations),
        "often": often,
        "disagree": often,
        "knows": fit,
        "matches": fit,
        "they_give": support,
        "i_give": support,
        "channel": {
            Channel.IN_PERSON: _("in person"),
            Channel.PHONE: _("by phone or video"),
            Channel.WRITING: _("in writing"),
        },
        "settled": {
            Settled.RESOLVED: _("we find a way"),
            Settled.DROPPED: _("we drop it"),
            Settled.GOES_ON: _("it goes on"),
        },
        "mood": {
            Mood.LIFTS: _("lifts it"),
            Mood.LOWERS: _("lowers it"),
            Mood.BOTH: _("both"),
        },
    }
    return {name: {str(key.value): words for key, words in each.items()} for name, each in found.items()}


def areas(translations: NullTranslations) -> dict[str, str]:
    """The four areas, short and plain."""
    _ = translations.gettext
    return {
        Area.GRIEF.value: _("Someone died"),
        Area.DISPUTE.value: _("A disagreement"),
        Area.TRANSITION.value: _("A life change"),
        Area.ISOLATION.value: _("Feeling alone"),
    }


def stages(translations: NullTranslations) -> dict[str, str]:
    """Where a dispute stands."""
    _ = translations.gettext
    return {
        Stage.RENEGOTIATION.value: _("The two still talk about it (renegotiation)"),
        Stage.IMPASSE.value: _("They have stopped talking about it (impasse)"),
        Stage.DISSOLUTION.value: _("They are about to part (dissolution)"),
    }


def reasons(translations: NullTranslations) -> dict[str, str]:
    """Why an area is taken up or changed."""
    _ = translations.gettext
    return {
        Why.START.value: _("It is where we start"),
        Why.NEW_EVENT.value: _("Something new has happened"),
        Why.UNDERSTANDING.value: _("We understand it better now"),
        Why.RESOLVED.value: _("The first area is resolved"),
        Why.WRONG_FIT.value: _("It did not fit"),
    }


def refusals(translations: NullTranslations) -> dict[str, str]:
    """Why an area cannot be taken up like this."""
    _ = translations.gettext
    return {
        "same": _("This area is already worked on."),
        "taken": _("There is an area in this place. Say that the new one replaces it, or end it first."),
        "unknown": _("The area it should replace has ended meanwhile. Please look again."),
        "ending": _("The ending has begun. Only a new event opens another area now; otherwise plan the care "
                    "after the group."),
        "early": _("That session lies before the area began."),
        "reason": _("Please write down the reason for the change."),
    }  # fmt: skip


def closings(translations: NullTranslations) -> dict[str, str]:
    """How a goal ended."""
    _ = translations.gettext
    return {
        Closed.MET.value: _("reached"),
        Closed.PARTLY.value: _("partly reached"),
        Closed.CARRIED.value: _("goes on in another area"),
        Closed.DROPPED.value: _("let go, for a reason"),
    }


def headings(translations: NullTranslations) -> dict[str, tuple[str, str]]:
    """The headings of the plan for harder times, each with a hint."""
    _ = translations.gettext
    return {
        "signs": (_("Early signs that it is getting harder"), _("What do you, or others, notice first?")),
        "stress": (_("Times that are likely to be hard"), _("A season, a day, a kind of meeting.")),
        "worked": (_("What has helped me"), _("From the group, and from before.")),
        "notice": (_("Who can notice, and tell me"), _("Initials are enough.")),
        "call": (_("Whom I call"), _("Somebody close, and somebody whose work it is.")),
        "back": (_("When I come back for help"), _("For example: two weeks with more than two early signs.")),
        "unfinished": (_("What I want to go on working on"), ""),
    }


def afterwards(translations: NullTranslations) -> dict[str, str]:
    """What may come after the last session."""
    _ = translations.gettext
    return {
        Afterwards.NOTHING.value: _("Nothing regular; I come back when I need to"),
        Afterwards.SELF_HELP.value: _("A self-help group or something of my own"),
        Afterwards.INDIVIDUAL.value: _("Some individual meetings"),
        Afterwards.GROUP.value: _("Some meetings in a group"),
        Afterwards.OTHER_CARE.value: _("Other care, since I am still unwell"),
    }


def rhythms(translations: NullTranslations) -> dict[str, str]:
    """How often."""
    _ = translations.gettext
    return {
        "weekly": _("every week"),
        "fortnightly": _("every two weeks"),
        "monthly": _("every month"),
        "quarterly": _("every three months"),
    }


def waves(translations: NullTranslations, wave: str) -> str:
    """When a goal was rated."""
    _ = translations.gettext
    known = {"pre": _("at the start"), "mid": _("on the way"), "post": _("at the end")}
    if wave.startswith("followup-"):
        return _("%(months)s months after") % {"months": wave.removeprefix("followup-")}
    return known.get(wave, wave)


def course(translations: NullTranslations, goal: Goal) -> str:
    """How near a goal was at each wave, from the first rating to the newest, "" before there is one."""
    return " → ".join(f"{waves(translations, one.wave)}: {one.value}" for one in goal.ratings)


def pick(options: Mapping[Any, str], none: str = "") -> Options:
    """Options for a list to choose from, with an empty first line."""
    return [("", none or "–"), *((str(key), words) for key, words in options.items())]
