"""`ipt-rooms group`: groups, their people and their places, until coordinators have pages for it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

import store.groups
import store.people
from command import groups, shell
from store.sealing import Keys
from store.settings import StoreSettings

app = typer.Typer(help="Set up groups and their people.", no_args_is_help=True)

First = Annotated[
    datetime, typer.Option(formats=["%Y-%m-%d %H:%M"], help="Session 1, local time: 'YYYY-MM-DD HH:MM'.")
]


@app.command("create")
def create(
    title: Annotated[str, typer.Option()],
    first: First,
    zone: Annotated[str, typer.Option(help="IANA name, such as Europe/Berlin.")],
    sessions: Annotated[int, typer.Option(min=8, max=20)] = 12,
    minutes: Annotated[int, typer.Option(min=60, max=120)] = 90,
) -> None:
    """A new group with weekly sessions; prints its id."""
    new = groups.NewGroup(title=title, first=first, zone=zone, sessions=sessions, minutes=minutes)
    shell.go(_create(new))


@app.command("enrol")
def enrol(
    group: Annotated[str, typer.Argument(help="The group's id.")],
    role: Annotated[str, typer.Option(help="participant, facilitator or coordinator.")],
    name: Annotated[str, typer.Option(prompt=True, help="Asked for when not given.")],
    contact: Annotated[str, typer.Option(prompt=True, help="E-mail address.")],
    emergency: Annotated[str, typer.Option(prompt="Emergency contact")],
    locale: Annotated[str, typer.Option()] = "en",
) -> None:
    """A person's place in a group, on the lowest free seat; prints the place."""
    newcomer = groups.Newcomer(role=role, name=name, contact=contact, emergency=emergency, locale=locale)
    shell.go(_enrol(group, newcomer))


@app.command("list")
def list_groups(group: Annotated[str, typer.Argument(help="The group's id.")]) -> None:
    """The members of a group with role, seat and place. Names stay sealed."""
    shell.go(_list(group))


async def _create(new: groups.NewGroup) -> None:
    async with shell.writing() as tx:
        print(await groups.create(tx, new, datetime.now(UTC)))


async def _enrol(group: str, newcomer: groups.Newcomer) -> None:
    keys = Keys.load(StoreSettings())
    async with shell.writing() as tx:
        print((await groups.enrol(tx, keys, group, newcomer, datetime.now(UTC))).place)


async def _list(group: str) -> None:
    async with shell.writing() as tx:
        for member in await store.groups.members(tx, group):
            seat = "-" if member.seat is None else str(member.seat)
            print(f"{member.place}  {member.role:<12} seat {seat}")
