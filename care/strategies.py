"""What is done in a session, for each problem area and phase: the strategies of the standard manuals as data
(Weissman, Markowitz and Klerman, The Guide to Interpersonal Psychotherapy; Wilfley, MacKenzie et al.,
Interpersonal Psychotherapy for Group). The wording
lives in the pages.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from care.areas import Area
from care.phases import Phase

NOTE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One thing to work on; `area` is None for what belongs to everybody."""

    key: str
    area: Area | None
    phase: Phase


def _lines(area: Area | None, phase: Phase, *keys: str) -> tuple[Strategy, ...]:
    return tuple(Strategy(key=key, area=area, phase=phase) for key in keys)


WORKING = Phase.INTERMEDIATE
STRATEGIES: tuple[Strategy, ...] = (
    *_lines(None, Phase.INITIAL, "first_link", "area_in_own_words", "first_goal"),
    *_lines(Area.GRIEF, Phase.INITIAL, "grief_onset"),
    *_lines(Area.DISPUTE, Phase.INITIAL, "dispute_onset"),
    *_lines(Area.TRANSITION, Phase.INITIAL, "transition_onset"),
    *_lines(Area.ISOLATION, Phase.INITIAL, "isolation_onset"),
    *_lines(Area.GRIEF, WORKING, "grief_story", "grief_events", "grief_feelings", "grief_ties"),
    *_lines(
        Area.DISPUTE,
        WORKING,
        "dispute_stage",
        "dispute_expectations",
        "dispute_talk",
        "dispute_options",
        "dispute_role_play",
        "dispute_review",
    ),
    *_lines(
        Area.TRANSITION,
        WORKING,
        "transition_old",
        "transition_feelings",
        "transition_new",
        "transition_supports",
    ),
    *_lines(
        Area.ISOLATION,
        WORKING,
        "isolation_past",
        "isolation_patterns",
        "isolation_steps",
        "isolation_practice",
    ),
    *_lines(None, WORKING, "event_link", "ties", "feelings"),
    *_lines(None, Phase.ENDING, "progress", "ending_feelings", "goals_left", "early_signs"),
    *_lines(Area.GRIEF, Phase.ENDING, "grief_ending"),
    *_lines(Area.DISPUTE, Phase.ENDING, "dispute_ending"),
    *_lines(Area.TRANSITION, Phase.ENDING, "transition_ending"),
    *_lines(Area.ISOLATION, Phase.ENDING, "isolation_ending"),
    *_lines(None, Phase.MAINTENANCE, "signs_since", "worked_before", "new_change", "plan_until_next"),
)
BY_KEY: Mapping[str, Strategy] = {one.key: one for one in STRATEGIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What was worked on with a member in one session. Raises ValueError for an unknown strategy."""

    keys: frozenset[str] = frozenset()
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if unknown := self.keys - BY_KEY.keys():
            raise ValueError(f"unknown strategies: {', '.join(sorted(unknown))}")
        if len(self.note) > NOTE:
            raise ValueError("too long")


def checklist(areas: Collection[Area], phase: Phase) -> tuple[Strategy, ...]:
    """What fits a session of this phase for somebody who works on these areas, those of the areas first, in
    the order of `areas`."""
    here = [one for one in STRATEGIES if one.phase == phase]
    own = [one for area in areas for one in here if one.area == area]
    return (*own, *(one for one in here if one.area is None))


def counted(worked: Mapping[int, Worked]) -> dict[str, tuple[int, ...]]:
    """In which sessions each strategy was worked on."""
    found: dict[str, list[int]] = {}
    for session in sorted(worked):
        for key in sorted(worked[session].keys):
            found.setdefault(key, []).append(session)
    return {key: tuple(sessions) for key, sessions in found.items()}
