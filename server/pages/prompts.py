"""What a session of each phase needs, as short reminders for the facilitators. They follow the session frame
and the phase tasks of group IPT (Wilfley et al. 2000; World Health Organization 2016)."""

from gettext import NullTranslations

from care.phases import Phase, Phases, phase_of


def phase_words(translations: NullTranslations, phase: str) -> str:
    """The name of a phase."""
    _ = translations.gettext
    known = {
        "initial": _("Beginning"),
        "intermediate": _("Working phase"),
        "ending": _("Ending"),
        "maintenance": _("Maintenance"),
    }
    return known[phase]


def prompts(translations: NullTranslations, phases: Phases, ordinal: int) -> tuple[str, ...]:
    """What this session needs, in order; what belongs to this one session alone comes first."""
    phase = phase_of(phases, ordinal)
    special = _turns(translations, phases, ordinal)
    return (*special, *_by_phase(translations)[phase])


def _turns(translations: NullTranslations, phases: Phases, ordinal: int) -> tuple[str, ...]:
    """First session, middle, turn of a phase, last session."""
    _ = translations.gettext
    left = phases.count - ordinal
    found = []
    if ordinal == 1:
        found.append(_("Welcome everybody; introductions without pressure to tell much."))
        found.append(_("Go through the rules, confidentiality, all the dates and the last one."))
    if ordinal == phases.initial and ordinal > 1:
        found.append(_("The working phase comes next: everybody has one first goal in their own words."))
    if ordinal == phases.count // 2 and ordinal > 1:
        found.append(_("Halfway: look back together, and remind of the individual meeting."))
    if ordinal == phases.last_intermediate:
        found.append(_("Mark the end of the working phase and name the date of the last session."))
    if left == 0:
        found.append(
            _("Last session: a goodbye from and to each; the individual meeting afterwards is booked.")
        )
    return tuple(found)


def _by_phase(translations: NullTranslations) -> dict[Phase, tuple[str, ...]]:
    _ = translations.gettext
    return {
        Phase.INITIAL: (
            _("Say what members share; hope of getting better is realistic."),
            _("Explain how the group works: a place to try things out, and who does what."),
            _("Each says their problem area and goal in their own words."),
            _("A first link for each between how they feel and what happens with people close to them."),
            _("Everybody speaks once; connect members with each other."),
        ),
        Phase.INTERMEDIATE: (
            _("Round: better or worse since last time, the event of the week, what each wants today."),
            _("What was tried between the sessions: worked, partly, not yet. Adjust it together."),
            _("From vague to one concrete event with a person who matters now."),
            _("Ask the others first; then look closely at one talk or one decision."),
            _("Role play in pairs or in the round, then feedback: one thing that worked, one to try."),
            _("Each leaves with one small step: with whom, when, what could get in the way."),
            _("Say how many sessions remain."),
        ),
        Phase.ENDING: (
            _("Say plainly how many sessions are left, every time."),
            _("Name what the ending brings up: sadness, anger, relief, “not enough”."),
            _("Each one's progress, seen by the others; the credit is the member's."),
            _("Compare with the start: how they feel, goals reached, goals still open."),
            _("Early signs, likely setbacks, a plan, and whom to tell."),
            _("Wishes to meet afterwards: explore what they mean, and keep the ending firm."),
            _("If somebody is still unwell: further care is arranged before the last session."),
        ),
        Phase.MAINTENANCE: (
            _("The small new contract: rhythm, number, and how long."),
            _("Early signs since last time; one theme with a person who matters."),
            _("A new change, loss or dispute? What worked before is used again."),
            _("A plan until the next meeting."),
        ),
    }
