"""`ipt-rooms zones`: which time zone data is in use, and what a newer one would move."""

from collections.abc import Sequence
from datetime import UTC, datetime

import typer

import store.schema
from care import zones
from command import rezoning, shell
from command.rezoning import Rezoning
from store.database import Database
from store.sealing import Keys
from store.settings import StoreSettings

app = typer.Typer(help="Time zone data.", no_args_is_help=True)


@app.command("show")
def show() -> None:
    """The version of the zone data in use. It is the installed package's, never the machine's."""
    print(zones.version())


@app.command("check")
def check() -> None:
    """List the sessions to come that the zone data in use would move. Changes nothing."""
    shell.go(_check())


@app.command("apply")
def apply() -> None:
    """Move these sessions, keep the agreed local hour, and tell the members of the groups concerned."""
    shell.go(_apply())


async def _check() -> None:
    db = await Database.open(StoreSettings())
    try:
        await store.schema.check(db)
        async with db.read() as tx:
            tell(await rezoning.found(tx, datetime.now(UTC)), "would move")
    finally:
        await db.close()


async def _apply() -> None:
    settings = StoreSettings()
    keys = Keys.load(settings)
    db = await Database.open(settings)
    try:
        await store.schema.check(db)
        tell(await rezoning.take_over(db, keys, datetime.now(UTC)), "moved")
    finally:
        await db.close()


def tell(found: Sequence[Rezoning], verb: str) -> None:
    """Prints what moves and a last line that sums up."""
    for each in found:
        for line in each.lines():
            print(line)
    sessions = sum(len(each.preview.moved) for each in found)
    print(f"Zone data {zones.version()}.")
    print(f"Groups dated with another: {len(found)}. Sessions that {verb}: {sessions}.")
