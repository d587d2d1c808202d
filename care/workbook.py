"""What a member and the facilitators have written down together: read from its versions, the newest of each
thing counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from care import problems
from care.areas import Period
from care.goals import Goal
from care.inventory import Relation
from care.problems import Problem
from care.readiness import Readiness
from care.relapse import Maintenance, Plan
from care.strategies import Worked
from care.written import value

RELATION, NOTE, PROBLEM, RANKING, AREA = "relation", "note", "problem", "ranking", "area"
GOAL, WORKED, PLAN, AFTERWARDS, READINESS = "goal", "worked", "plan", "afterwards", "readiness"
KINDS = (RELATION, NOTE, PROBLEM, RANKING, AREA, GOAL, WORKED, PLAN, AFTERWARDS, READINESS)
OWN = frozenset({RELATION, PROBLEM, RANKING, AREA, GOAL, PLAN, AFTERWARDS})
"""What a member reads and writes. What was worked on and how ready somebody seems is the facilitators', a
note about safety a clinician's."""
ONLY = "-"
"The name of a thing there is one of."
GONE: Mapping[str, object] = {"gone": True}
"The body of something that was taken off the list. Its earlier versions stay."


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one thing. `device` is where it was written, by whom in `by`."""

    kind: str
    thing: str
    number: int
    body: Mapping[str, object] = field(repr=False)
    device: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """Everything that holds now, in the order it was first written. `versions` are the newest of each
    thing."""

    people: Mapping[str, Relation]
    problems: Mapping[str, Problem]
    order: tuple[str, ...]
    areas: dict[str, Period]
    goals: dict[str, Goal]
    worked: Mapping[str, Worked]
    plan: Plan
    afterwards: Maintenance | None
    notes: Mapping[str, str] = field(repr=False)
    readiness: Mapping[str, Readiness]
    versions: Mapping[tuple[str, str], Version]

    def at(self, kind: str, thing: str) -> datetime | None:
        """When a thing was last written."""
        found = self.versions.get((kind, thing))
        return found.at if found else None


def newest(versions: Iterable[Version]) -> dict[tuple[str, str], Version]:
    """The newest version of each thing that is still there, in the order the things first came."""
    found: dict[tuple[str, str], Version] = {}
    for one in versions:
        known = found.get((one.kind, one.thing))
        if known is None or known.number < one.number:
            found[one.kind, one.thing] = one
    return {key: one for key, one in found.items() if one.body != GONE}


def read(versions: Iterable[Version]) -> Workbook:
    """The workbook of these versions. Raises ValueError for a body nobody could have written."""
    found = newest(versions)
    bodies: dict[str, dict[str, Mapping[str, object]]] = {kind: {} for kind in KINDS}
    for (kind, thing), one in found.items():
        bodies[kind][thing] = one.body
    listed = {thing: value(Problem, each) for thing, each in bodies[PROBLEM].items()}
    ranking = bodies[RANKING].get(ONLY, {}).get("order", ())
    afterwards = bodies[AFTERWARDS].get(ONLY)
    return Workbook(
        people={thing: value(Relation, each) for thing, each in bodies[RELATION].items()},
        problems=listed,
        order=problems.ordered(list(listed), list(ranking) if isinstance(ranking, list) else []),
        areas={thing: value(Period, each) for thing, each in bodies[AREA].items()},
        goals={thing: value(Goal, each) for thing, each in bodies[GOAL].items()},
        worked={thing: value(Worked, each) for thing, each in bodies[WORKED].items()},
        plan=value(Plan, bodies[PLAN].get(ONLY, {})),
        afterwards=value(Maintenance, afterwards) if afterwards else None,
        notes={thing: str(each.get("text", "")) for thing, each in bodies[NOTE].items()},
        readiness={thing: value(Readiness, each) for thing, each in bodies[READINESS].items()},
        versions=found,
    )


def from_device(versions: Iterable[Version], member: str, device: str) -> list[Version]:
    """What somebody reads back who came in by a link for one form: what they wrote on this device. A thing
    whose newest version comes from elsewhere is left out."""
    found = newest(versions)
    return [one for one in found.values() if one.by == member and one.device == device]
