"""`ipt-rooms retention`: what goes next and when. It only looks; the scheduler deletes."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

import store.retention
from command import shell
from store.settings import StoreSettings

AHEAD = 30
"Days that are looked at."
SHOWN = {0: "now", 7: "7 days", 30: "30 days"}


class RetentionRefused(Exception):
    """Nothing is shown; the text says why."""


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look and change nothing.")] = False,
) -> None:
    """Say how many rows each rule deletes now and in 30 days, and whose records are over by the policy."""
    if not dry_run:
        raise RetentionRefused("the scheduler deletes by itself; --dry-run says what and when")
    shell.go(_look(StoreSettings().keep_years, datetime.now(UTC)))


async def _look(years: int | None, now: datetime) -> None:
    async with shell.writing() as tx:
        days = await by_day(tx, now)
        over = await store.retention.people_over(tx, years, now) if years is not None else []
    for name in store.retention.RULES:
        first = next((day for day in sorted(days) if days[day][name]), None)
        date = "-" if first is None else f"{now + timedelta(days=first):%Y-%m-%d}"
        counts = "  ".join(f"{when} {days[day][name]:>6}" for day, when in SHOWN.items())
        print(f"{name:<16} {counts}  next {date}")
    if years is None:
        print("check-ins, decisions: nobody has said how long they are kept; set IPT_KEEP_YEARS")
    else:
        print(f"check-ins, decisions: {years} years after the group ended; over for {len(over)}")
        for person in over:
            print(f"  ipt-rooms erase person {person}")
    print("Nothing was changed.")


async def by_day(tx: AsyncConnection, now: datetime) -> dict[int, dict[str, int]]:
    """How many rows each rule would have deleted by each of the days to come."""
    return {day: await store.retention.due(tx, now + timedelta(days=day)) for day in range(AHEAD + 1)}
