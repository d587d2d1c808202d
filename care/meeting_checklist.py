"""What a facilitator goes through in each of the three individual meetings, as codes in order.

Contents after published manuals of group IPT and its trials: history, inventory, problem area, goals and
preparation before the group; a review with the reminder of the limit in the middle; improvement, the plan
and the goodbye at the end. Risk is asked aloud by a person in each of them, whatever any score says.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from care.meetings import MID, POST, PRE

RISK = "risk"

ITEMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PRE: (
            "arrived",
            RISK,
            "history",
            "inventory",
            "timeline",
            "ranked",
            "area",
            "goals",
            "strategies",
            "readiness",
            "group",
            "practical",
            "contract",
        ),
        MID: (
            "arrived",
            RISK,
            "goals_again",
            "tried",
            "chart",
            "going",
            "circle",
            "area_again",
            "attendance",
            "limit",
        ),
        POST: (
            "arrived",
            RISK,
            "improvement",
            "goals_last",
            "unfinished",
            "plan",
            "maintenance",
            "feelings",
            "worse",
            "emergency",
        ),
    }
)


def known(topic: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Those of the codes that belong to the topic, in its order: others are left out."""
    given = set(codes)
    return tuple(code for code in ITEMS[topic] if code in given)
