"""`ipt-rooms link`: personal links made at the shell, each shown once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from command import link_sheet, links, shell
from server.settings import ServerSettings

app = typer.Typer(help="Make a personal link.", no_args_is_help=True)

Place = Annotated[str, typer.Argument(help="The member's place, as `ipt-rooms group list` shows it.")]
ToFile = Annotated[Path | None, typer.Option(help="Write it to this file (0600) instead of printing it.")]


@app.command("staff")
def staff(place: Place, to_file: ToFile = None) -> None:
    """A link for a facilitator or coordinator: 12 hours, one device, shown once."""
    shell.go(_give(place, to_file, staff=True))


@app.command("participant")
def participant(place: Place, to_file: ToFile = None) -> None:
    """A link for a participant: 7 days, one device, shown once."""
    shell.go(_give(place, to_file, staff=False))


@app.command("mail")
def mail(place: Place) -> None:
    """Mail a participant the link to the next session; again, a new one that ends the earlier ones."""
    shell.go(_mail(place))


async def _mail(place: str) -> None:
    async with shell.writing() as tx:
        print(f"queued: {await links.invite(tx, place, datetime.now(UTC))}")


async def _give(place: str, to_file: Path | None, *, staff: bool) -> None:
    base_url = ServerSettings().site
    async with shell.writing() as tx:
        address = await links.mint(tx, base_url, place, staff=staff, now=datetime.now(UTC))
    if to_file is None:
        print(address)
    else:
        link_sheet.write_private(to_file, address + "\n")
