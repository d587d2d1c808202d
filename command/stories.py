"""What has happened in the groups of the demo: one that is over, one in the middle, one about to begin. Every
person is invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from command import given
from command.evening_facts import Way
from command.given import Answers

WAY = Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A change of dates, made some days before a session: `move` by so many days, or `append` another at the
    end for one that falls into a closure.
    """

    kind: str
    session: int
    days_before: int
    days: int = 0
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One group. `first_days_ago` is when session 1 was (negative: will be); who is not named in an evening
    was there from start to end. `late` joins after session 1. `unsigned` have not signed the contract yet;
    `books` names whose circle, goals and areas are filled in; `answers` are those of the check-ins; `look`
    says what is worth a look; `met` names who had the first individual meeting as the demo shows it,
    `middle` who booked the second.
    """

    title: str
    first_days_ago: int
    hour: int
    people: tuple[str, ...]
    late: str = ""
    evenings: Mapping[int, Mapping[str, Way]] = field(default_factory=dict)
    changes: tuple[Moved, ...] = ()
    unsigned: tuple[str, ...] = ()
    confirmed_until: int = 99
    books: tuple[str, ...] = ()
    answers: Mapping[str, Answers] = field(default_factory=dict)
    met: tuple[str, ...] = ()
    middle: tuple[str, ...] = ()
    over: bool = False
    about: str = ""
    look: tuple[str, ...] = ()


FINISHED = Story(
    title="Linden group",
    first_days_ago=7 * 14 + 2,
    hour=17,
    people=("Anouk", "Ben", "Chiara", "Deniz", "Emre", "Finja", "Gesa", "Henri"),
    evenings={
        2: {"Ben": WAY.LATE},
        3: {"Deniz": WAY.AWAY, "Gesa": WAY.GAP},
        4: {"Finja": WAY.MISSING},
        6: {"Henri": WAY.FAILED, "Ben": WAY.LATE},
        7: {"Deniz": WAY.AWAY, "Finja": WAY.PARTLY},
        8: {"Emre": WAY.EARLY},
        9: {"Chiara": WAY.AWAY, "Deniz": WAY.MISSING},
        10: {"Deniz": WAY.MISSING},
        11: {"Anouk": WAY.LATE},
    },
    books=("Anouk",),
    answers=given.FINISHED,
    met=("Anouk",),
    over=True,
    about="finished",
    look=(
        "As Miriam: the people of the group, then Anouk (got better), Chiara (a worry, answered and closed)",
        "As Nora: what a coordinator sees of the same people: done or missing, nothing else",
    ),
)
MIDWAY = Story(
    title="Harbour group",
    first_days_ago=7 * 5 + 2,
    hour=18,
    people=("Ida", "Jarek", "Kim", "Lale", "Mats", "Nele", "Omid"),
    late="Paula",
    evenings={
        2: {"Kim": WAY.LATE},
        3: {"Mats": WAY.FAILED},
        4: {"Nele": WAY.AWAY, "Jarek": WAY.GAP},
        5: {"Omid": WAY.MISSING, "Lale": WAY.EARLY},
        6: {"Omid": WAY.MISSING, "Kim": WAY.LATE},
    },
    changes=(
        Moved(kind="move", session=4, days_before=6, days=1, reason="illness"),
        Moved(kind="append", session=9, days_before=30, reason="holiday"),
        # So that the weekly look for it is open on the day of the demo.
        Moved(kind="move", session=7, days_before=9, days=-4, reason="holiday"),
    ),
    confirmed_until=5,
    unsigned=("Paula",),
    books=("Ida", "Jarek"),
    answers=given.MIDWAY,
    met=("Ida", "Lale"),
    middle=("Lale", "Kim", "Nele"),
    about="in the middle",
    look=(
        "As Ida: two check-ins are open, answer this week's; book the meeting in the middle",
        "As Miriam: the brief for the next session, Ida's circle and goals, Kim's course and open question",
    ),
)
NEW = Story(
    title="Meadow group",
    first_days_ago=-9,
    hour=16,
    people=("Quirin", "Rana", "Silas", "Tara", "Ugur", "Vera"),
    unsigned=("Silas", "Tara", "Ugur"),
    answers=given.NEW,
    about="new",
    look=("As Nora: who has not signed yet, and what the first round asks for",),
)
STORIES = (FINISHED, MIDWAY, NEW)
