"""`ipt-rooms staff`: the way in for the first admin, who invites everybody else in the browser."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

import store.staff
import store.staff_tokens
from command import link_sheet, shell
from server.settings import ServerSettings
from store.sealing import Keys
from store.settings import StoreSettings

app = typer.Typer(help="Accounts of the people who work here.", no_args_is_help=True)

LASTS = timedelta(hours=24)


class StaffRefused(Exception):
    """No account is made; the text says why."""


@app.callback()
def staff() -> None:
    """Accounts of the people who work here."""


@app.command("invite")
def invite(
    name: Annotated[str, typer.Option(prompt=True, help="As colleagues see it.")],
    address: Annotated[str, typer.Option(prompt="E-mail address", help="They sign in with it.")],
    admin: Annotated[bool, typer.Option("--admin", help="May invite others and give rights.")] = False,
    another: Annotated[bool, typer.Option("--another", help="Also where there is an admin.")] = False,
    zone: Annotated[str, typer.Option(help="IANA name, such as Europe/Berlin.")] = "Europe/Berlin",
    locale: Annotated[str, typer.Option()] = "en",
    to_file: Annotated[
        Path | None, typer.Option(help="Write the link to this file (0600) instead of printing it.")
    ] = None,
) -> None:
    """Make an account and its one-time link: 24 hours, shown once."""
    if not admin:
        raise StaffRefused(
            "the shell invites admins only (--admin); they invite everybody else in the browser"
        )
    shell.go(_invite(name, address, zone, locale, to_file, another=another))


async def _invite(
    name: str, address: str, zone: str, locale: str, to_file: Path | None, *, another: bool
) -> None:
    keys = Keys.load(StoreSettings())
    async with shell.writing() as tx:
        token = await first_admin(tx, keys, name, address, zone, locale, datetime.now(UTC), another=another)
    link = f"{ServerSettings().site}/staff/invite#{token}"
    if to_file is None:
        print(link)
    else:
        link_sheet.write_private(to_file, link + "\n")


async def first_admin(
    tx: AsyncConnection,
    keys: Keys,
    name: str,
    address: str,
    zone: str,
    locale: str,
    now: datetime,
    *,
    another: bool,
) -> str:
    """The token of a new admin's invitation. An invited account without a password gets a new link.
    Raises StaffRefused where there is an admin already and no `another`.
    """
    known = await store.staff.by_address(tx, keys, address)
    if known is not None and known.admin and not known.has_password:
        return await store.staff_tokens.mint(tx, keys, known.id, "invite", store.staff.COMMAND, now, LASTS)
    if await store.staff.admins(tx) and not another:
        raise StaffRefused("there is an admin already, who can invite others; --another makes one more")
    try:
        made = await store.staff.create(
            tx, keys, name=name, contact=address, zone=zone, locale=locale, now=now, admin=True
        )
    except (ValueError, KeyError) as refused:
        raise StaffRefused(str(refused)) from None
    return await store.staff_tokens.mint(tx, keys, made.id, "invite", store.staff.COMMAND, now, LASTS)
