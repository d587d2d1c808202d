"""The strategies of interpersonal psychotherapy in short sentences for the facilitators."""

from gettext import NullTranslations

from care.strategies import Strategy

__all__ = ["NullTranslations", "Strategy", "strategies"]


def strategies(translations: NullTranslations) -> dict[str, str]:
    """Every strategy of `care.strategies`, by its key."""
    _ = translations.gettext
    return {
        "first_link": _("A first link between how the member feels and what happens with others"),
        "area_in_own_words": _("The member names the area in their own words"),
        "first_goal": _("One first goal is begun"),
        "grief_onset": _("When it began, and the death it began with"),
        "dispute_onset": _("When it began, and the quarrel or silence it began with"),
        "transition_onset": _("When it began, and what had changed in life"),
        "isolation_onset": _("When it began, and how alone the member was then"),
        "grief_story": _("The story of the relationship, the good and the bad"),
        "grief_events": _("What happened before, at and after the death"),
        "grief_feelings": _("The feelings about it, those too that are hard to say"),
        "grief_ties": _("New ties and interests"),
        "dispute_stage": _("Where the dispute stands: renegotiation, impasse or dissolution"),
        "dispute_expectations": _("Who expects what of whom"),
        "dispute_talk": _("One talk looked at closely: the words, the tone, what was meant"),
        "dispute_options": _("What could be done, and what each way would lead to"),
        "dispute_role_play": _("Role play of the next talk"),
        "dispute_review": _("What came of the talk that was tried"),
        "transition_old": _("The old role: what was good, what was bad"),
        "transition_feelings": _("Feelings about what is lost"),
        "transition_new": _("The new role: good, bad, and what has to be learned"),
        "transition_supports": _("People who can help in the new role"),
        "isolation_past": _("Earlier relationships: what was good, what was hard"),
        "isolation_patterns": _("What repeats itself between the member and others"),
        "isolation_steps": _("A small step towards somebody"),
        "isolation_practice": _("Tried out here in the group"),
        "event_link": _("The event of the week and how the mood moved with it"),
        "ties": _("Building or renewing a tie"),
        "feelings": _("Feelings named and shared"),
        "progress": _("What has changed, and that it is the member's doing"),
        "ending_feelings": _("What the ending brings up"),
        "goals_left": _("Goals still open, and next steps"),
        "early_signs": _("Early signs, a plan, and whom to tell"),
        "grief_ending": _("How the dead one is remembered now, and who is there now"),
        "dispute_ending": _("How the two stand now, and what to do when it comes back"),
        "transition_ending": _("What the member can do in the new role by now"),
        "isolation_ending": _("Ties that go on after the group"),
        "signs_since": _("Early signs since last time"),
        "worked_before": _("What worked before, used again"),
        "new_change": _("A new change, loss or dispute"),
        "plan_until_next": _("A plan until the next meeting"),
    }
