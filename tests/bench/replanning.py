"""Half a year of three groups of eight, and how much of it differs from what was written down by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from store import schema
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings
from tests.bench import ledger
from tests.bench.figure import Figure
from tests.bench.programme import BEGINS, LASTS, Listener, Script, World
from tests.bench.programme_acts import (
    cancels,
    cancels_and_adds,
    comes_back,
    leaves,
    lives_by,
    moves,
    on,
    pauses,
    says_away,
)
from tests.scheduler import post_office

LEDGERS = Path(__file__).parent / "ledgers"


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a programme."""

    differences: Sequence[str]
    members: int
    rounds: int
    letters: int
    steps: int
    seconds: float


async def play(scripts: Sequence[Script], state: Path, until: datetime | None = None) -> Played:
    """Plays these groups, for half a year or until then, and holds them against their ledgers."""
    began = time.perf_counter()
    settings = StoreSettings(data_dir=state)
    await schema.migrate(settings)
    db = await Database.open(settings)
    office = Listener()
    try:
        async with post_office.opened(office=office):
            world = World(db, Keys.load(settings), office)
            for script in scripts:
                await world.found(script)
            await world.run(until or BEGINS + LASTS)
            await world.settle()
    finally:
        await db.close()
    found = []
    for script in scripts:
        wanted, seen = ledger.read(LEDGERS / f"{script.name}.txt"), world.accounts[script.name]
        if until is not None:
            wanted, seen = ledger.until(wanted, until), ledger.until(seen, until)
        found += [f"{script.name}: {one}" for one in ledger.differences(wanted, seen)]
    return Played(
        differences=found,
        members=sum(len(script.members) for script in scripts),
        rounds=sum(len(one.rounds) for seen in world.accounts.values() for one in seen.values()),
        letters=world.letters,
        steps=world.steps,
        seconds=time.perf_counter() - began,
    )


def _all(zone: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, zone)


BERLIN, NEW_YORK, LONDON, INDIA = "Europe/Berlin", "America/New_York", "Europe/London", "Asia/Kolkata"
SCRIPTS = (
    Script(
        name="berlin",
        zone=BERLIN,
        first=datetime(2026, 9, 22, 18),
        count=12,
        facilitator="Fay",
        members=_all(BERLIN, "Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal"),
        late={"Cleo": on(BERLIN, "2026-09-23 10:00")},
        never=("Gus",),
        stays_away={"Ben": ("2026-10-06", "2026-11-10", "2026-12-01"), "Hal": ("2026-09-22",)},
        acts=(
            (on(BERLIN, "2026-10-04 12:00"), says_away("Ben", "2026-10-06")),
            (on(BERLIN, "2026-10-14 10:00"), moves(5, "2026-10-22 17:00")),
            (on(BERLIN, "2026-10-14 12:00"), leaves("Dan")),
            (
                on(BERLIN, "2026-10-20 12:00"),
                pauses("Eve", on(BERLIN, "2026-10-25 00:00"), on(BERLIN, "2026-11-08 00:00")),
            ),
            (on(BERLIN, "2026-11-09 09:00"), cancels_and_adds(9)),
            (on(BERLIN, "2026-11-10 12:00"), says_away("Ben", "2026-11-10")),
            (on(BERLIN, "2026-11-16 09:00"), lives_by("Finn", INDIA)),
        ),
    ),
    Script(
        name="new_york",
        zone=NEW_YORK,
        first=datetime(2026, 10, 1, 17),
        count=16,
        facilitator="Fred",
        members=_all(NEW_YORK, "Ivy", "Kim", "Lou", "Max", "Ned", "Olga", "Pete") | {"Jo": LONDON},
        opens=("Max",),
        answers={("Pete", "mid"): 3, ("Pete", "post"): 3},
        stays_away={"Ned": ("2026-10-08", "2026-12-17")},
        acts=(
            (on(NEW_YORK, "2026-10-05 10:00"), says_away("Ned", "2026-10-08")),
            (on(NEW_YORK, "2026-10-23 12:00"), leaves("Kim")),
            (on(NEW_YORK, "2026-11-09 09:00"), moves(9, "2026-11-24 17:00")),
            (on(NEW_YORK, "2026-11-13 12:00"), comes_back("Kim")),
            (on(NEW_YORK, "2026-12-07 09:00"), cancels(13)),
            (on(NEW_YORK, "2026-12-10 12:00"), leaves("Lou")),
        ),
    ),
    Script(
        name="london",
        zone=LONDON,
        first=datetime(2026, 9, 28, 15),
        count=8,
        facilitator="Fiona",
        members=_all(LONDON, "Nora", "Omar", "Pia", "Quin", "Rosa", "Tess") | _all(INDIA, "Sami", "Uma"),
        never=("Pia",),
        opens=("Quin",),
        answers={("Rosa", "pre"): 2},
        stays_away={"Tess": ("2026-10-05", "2026-11-16")},
        acts=(
            (on(LONDON, "2026-10-18 18:00"), moves(4, "2026-10-21 15:00")),
            (on(LONDON, "2026-11-01 10:00"), cancels_and_adds(6)),
            (on(LONDON, "2026-11-13 10:00"), says_away("Tess", "2026-11-16")),
        ),
    ),
)


async def replanned() -> list[Figure]:
    """All three groups; the figure is what differs from the ledgers."""
    with TemporaryDirectory(prefix="ipt-bench-") as name:
        played = await play(SCRIPTS, Path(name) / "var")
    return [
        Figure(
            figure="replan_26_weeks",
            value=len(played.differences),
            unit="differences",
            how="three groups of eight for half a year through the real store, scheduler and a mail server, "
            "with moved and cancelled sessions, absences, two who leave, one who comes back, a pause, a move "
            "to another zone and the clocks going back, against ledgers written by hand",
            details={
                "members": played.members,
                "rounds": played.rounds,
                "letters": played.letters,
                "moments": played.steps,
                "s": round(played.seconds),
                "first differences": list(played.differences[:10]),
            },
            valid=played.members == 24 and played.rounds > 400 and played.letters > 1000,
        )
    ]
