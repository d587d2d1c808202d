"""The people of a demo group: invented first names, and who takes which part in a room of a given size."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

LARGEST_ROOM = 12
"""Seats of a room (0 to 11)."""

FACILITATORS = ("Miriam", "Tomas")
PARTICIPANTS = ("Aylin", "Bernd", "Carla", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaya")
COORDINATOR = "Nora"
ON_CALL = "Selma"
"""Leads no group: the second clinician who is called when an answer worries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One person's part in a demo group. `seat` is None for a coordinator, who does not sit in the room."""

    name: str
    role: str
    seat: int | None


def parts(members: int) -> list[Part]:
    """The seated people of a room in seat order: two facilitators from five people on, otherwise one.

    Raises ValueError when the room cannot seat that many, or has nobody to facilitate.
    """
    if not 2 <= members <= LARGEST_ROOM:
        raise ValueError(f"a room seats 2 to {LARGEST_ROOM} people, not {members}")
    leading = 2 if members >= 5 else 1
    names = [*FACILITATORS[:leading], *PARTICIPANTS[: members - leading]]
    return [
        Part(name=name, role="facilitator" if seat < leading else "participant", seat=seat)
        for seat, name in enumerate(names)
    ]


def titles() -> Iterator[str]:
    """Names for one demo group after another, without end."""
    for number in count(1):
        yield f"Demo group {number}"
