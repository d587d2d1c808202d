"""Which session belongs to which phase, as a table for each number of sessions.

The table reproduces the published anchors: 16 sessions as 4/8/4 (iptuk.net, stages of IPT) and 20 as 5/10/5
(Wilfley, MacKenzie et al., Interpersonal Psychotherapy for Group); the preset of the WHO format has one first
and one last session (Pilot and Feasibility Studies 2021, s40814-021-00889-x; BMC Psychology 2020,
s40359-020-00452-y). A group may set its own numbers; after signing they only change by an amendment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """A part of the treatment. Maintenance comes after the agreed number of sessions."""

    INITIAL = "initial"
    INTERMEDIATE = "intermediate"
    ENDING = "ending"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """How many sessions each phase has. Raises ValueError where a phase would have none."""

    initial: int
    intermediate: int
    ending: int

    def __post_init__(self) -> None:
        if min(self.initial, self.intermediate, self.ending) < 1:
            raise ValueError("every phase has at least one session")

    @property
    def count(self) -> int:
        """Sessions in all three phases."""
        return self.initial + self.intermediate + self.ending

    @property
    def last_intermediate(self) -> int:
        """The session in which the ending is first spoken of and the middle phase is looked back upon."""
        return self.initial + self.intermediate


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table: the phases of a number of sessions, what the middle meeting lies between, and
    the session that first speaks of the ending."""

    phases: Phases
    mid: tuple[int, int]
    ending_prompt: int


def _line(initial: int, intermediate: int, ending: int, mid: int, prompt: int) -> Line:
    return Line(
        phases=Phases(initial=initial, intermediate=intermediate, ending=ending),
        mid=(mid, mid + 1),
        ending_prompt=prompt,
    )


TABLE: Mapping[int, Line] = {
    8: _line(1, 4, 3, 4, 5),
    9: _line(1, 5, 3, 4, 6),
    10: _line(2, 5, 3, 5, 7),
    11: _line(2, 6, 3, 5, 8),
    12: _line(3, 6, 3, 6, 9),
    13: _line(3, 7, 3, 6, 10),
    14: _line(3, 7, 4, 7, 10),
    15: _line(3, 8, 4, 7, 11),
    16: _line(4, 8, 4, 8, 12),
    17: _line(4, 9, 4, 8, 13),
    18: _line(4, 10, 4, 9, 14),
    19: _line(4, 11, 4, 9, 15),
    20: _line(5, 10, 5, 10, 15),
}

PRESETS: Mapping[str, tuple[int, ...]] = {
    "seed_default": tuple(TABLE),
    "seed_strict": tuple(TABLE),  # never more than four sessions for the ending
    "who_brief": (8, 10),
    "iptg_20": (20,),
}
STRICT_ENDING = 4


def preset(name: str, n: int) -> Phases:
    """The phases of `n` sessions under a preset. Raises ValueError for an unknown preset or a number of
    sessions it does not speak of."""
    if n not in PRESETS.get(name, ()):
        raise ValueError(f"no phases for {n} sessions in {name!r}")
    if name == "who_brief":
        return Phases(initial=1, intermediate=n - 2, ending=1)
    phases = TABLE[n].phases
    if name == "seed_strict" and phases.ending > STRICT_ENDING:
        spare = phases.ending - STRICT_ENDING
        return Phases(initial=phases.initial, intermediate=phases.intermediate + spare, ending=STRICT_ENDING)
    return phases


def presets_for(n: int) -> tuple[str, ...]:
    """The presets that speak of `n` sessions, the default first."""
    return tuple(name for name, counts in PRESETS.items() if n in counts)


def shortened(phases: Phases, ordinal: int) -> Phases:
    """The phases once session `ordinal` is taken out: its own phase loses it, or, where that phase would be
    empty, the middle one. Raises ValueError where three sessions are all there is."""
    lost = phase_of(phases, ordinal).value
    left = {"initial": phases.initial, "intermediate": phases.intermediate, "ending": phases.ending}
    if left.get(lost, 1) == 1:
        lost = max(left, key=lambda name: (left[name], name == "intermediate"))
    left[lost] -= 1
    return Phases(**left)


def phase_of(phases: Phases, ordinal: int) -> Phase:
    """The phase of session `ordinal` (from 1). Raises ValueError below 1."""
    if ordinal < 1:
        raise ValueError("sessions are numbered from 1")
    if ordinal <= phases.initial:
        return Phase.INITIAL
    if ordinal <= phases.last_intermediate:
        return Phase.INTERMEDIATE
    return Phase.ENDING if ordinal <= phases.count else Phase.MAINTENANCE


def mid_between(n: int) -> tuple[int, int]:
    """The two sessions the individual meeting in the middle lies between: half of `n`, rounded down, and
    the next (as between 10 and 11 of 20 in Wilfley, MacKenzie et al.). Raises ValueError below 2."""
    if n < 2:
        raise ValueError("nothing lies in the middle of fewer than two sessions")
    return n // 2, n // 2 + 1


def ending_prompt(n: int) -> int:
    """The session in which the facilitator first speaks of the ending, in the default table. Raises
    ValueError for a number of sessions outside it."""
    if n not in TABLE:
        raise ValueError(f"no phases for {n} sessions")
    return TABLE[n].ending_prompt
