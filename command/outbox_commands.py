"""`ipt-rooms outbox`: what was sent, what waits, and what a person has to decide about."""

from datetime import UTC, datetime
from typing import Annotated

import typer

import store.outbox
from command import shell
from store.outbox import Message

app = typer.Typer(help="Look at messages. Rows hold ids and codes, no addresses and no text.")

OPEN_QUESTIONS = ("uncertain", "failed")
SHOWN = 200
MOST_REPEATS = 99
"""A person may repeat a message as often as they decide to; the sender alone repeats it once."""

State = Annotated[str, typer.Option(help="Show this state only, such as pending, sent, uncertain or failed.")]


class OutboxRefused(Exception):
    """A message cannot be put back; the text says why."""


@app.command("list")
def list_messages(state: State = "") -> None:
    """What is uncertain or failed, then how many messages are in each state."""
    shell.go(_list(state))


@app.command("again")
def again(message: Annotated[str, typer.Argument(help="The id of an uncertain message.")]) -> None:
    """Send an uncertain message once more; it may then arrive twice."""
    shell.go(_again(message))


async def _list(state: str) -> None:
    async with shell.writing() as tx:
        for each in (state,) if state else OPEN_QUESTIONS:
            for row in await store.outbox.listing(tx, SHOWN, state=each):
                print(_line(row))
        counts = await store.outbox.counts(tx)
    print("  ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "no messages")


async def _again(message: str) -> None:
    async with shell.writing() as tx:
        if not await store.outbox.put_back(tx, message, datetime.now(UTC), most=MOST_REPEATS):
            raise OutboxRefused(f"{message} is not an uncertain message that may still be sent")
    print("queued")


def _line(row: Message) -> str:
    return (
        f"{row.id}  {row.kind:<20} {row.state:<12} attempts {row.attempts}  "
        f"due {row.due_at:%Y-%m-%d %H:%M}  until {row.expires_at:%Y-%m-%d %H:%M}  {row.result or ''}"
    ).rstrip()
