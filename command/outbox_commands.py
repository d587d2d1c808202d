"""`ipt-rooms outbox`: what was sent, what waits, and what a person has to decide about."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import care.returned
import store.outbox
import store.outbox_decided
import store.returned
from care.returned import NotAReport
from command import shell
from store.outbox import Message
from store.outbox_decided import OPEN_QUESTIONS, Choice
from store.returned import Taken
from store.sealing import Keys
from store.settings import StoreSettings

app = typer.Typer(help="Look at messages. Rows hold ids and codes, no addresses and no text.")

SHOWN = 200
OPERATOR = "operator"

TAKEN = {
    Taken.FLAGGED: "the address is flagged; the coordinator is asked for a new one",
    Taken.NOTED: "noted; the address was changed since",
    Taken.KNOWN: "known already",
    Taken.NOT_FINAL: "not final; the mail server goes on trying",
    Taken.UNKNOWN: "about no message of ours",
}

State = Annotated[str, typer.Option(help="Show this state only, such as pending, sent, uncertain or failed.")]


class OutboxRefused(Exception):
    """A message cannot be decided about; the text says why."""


@app.command("list")
def list_messages(state: State = "") -> None:
    """What is uncertain or failed, then how many messages are in each state."""
    shell.go(_list(state))


@app.command("retry")
def retry(message: Annotated[str, typer.Argument(help="The id of an uncertain or failed message.")]) -> None:
    """Send a message once more; an uncertain one may then arrive twice."""
    shell.go(_decide(message, Choice.AGAIN))


@app.command("received")
def received(message: Annotated[str, typer.Argument(help="The id of an uncertain message.")]) -> None:
    """Note that an uncertain message did arrive."""
    shell.go(_decide(message, Choice.RECEIVED))


@app.command("bounce")
def bounce(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Mails with a report; none or -: one mail on standard input.")
    ] = None,
) -> None:
    """Take reports that messages came back (RFC 3464), such as from a pipe of the mail server."""
    shell.go(_bounce(files or [Path("-")]))


async def _list(state: str) -> None:
    async with shell.writing() as tx:
        for each in (state,) if state else OPEN_QUESTIONS:
            for row in await store.outbox.listing(tx, SHOWN, state=each):
                print(_line(row))
        counts = await store.outbox.counts(tx)
    print("  ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "no messages")


async def _bounce(files: Sequence[Path]) -> None:
    keys = Keys.load(StoreSettings())
    for file in files:
        raw = sys.stdin.buffer.read() if str(file) == "-" else await asyncio.to_thread(file.read_bytes)
        try:
            told = care.returned.from_report(raw)
        except NotAReport as why:
            print(f"{file}: {why}")
            continue
        async with shell.writing() as tx:
            taken = await store.returned.take(tx, keys, told, OPERATOR, datetime.now(UTC))
        print(f"{file}: {TAKEN[taken]}")


async def _decide(message: str, choice: Choice) -> None:
    keys, now = Keys.load(StoreSettings()), datetime.now(UTC)
    async with shell.writing() as tx:
        if not await store.outbox_decided.decide(
            tx, keys, message, choice, now, by="operator", role="operator"
        ):
            raise OutboxRefused(f"{message} is not an open question, or it is too late to send it")
    print("queued" if choice is Choice.AGAIN else "noted")


def _line(row: Message) -> str:
    return (
        f"{row.id}  {row.kind:<20} {row.channel:<4} {row.state:<12} attempts {row.attempts}  "
        f"due {row.due_at:%Y-%m-%d %H:%M}  until {row.expires_at:%Y-%m-%d %H:%M}  {row.result or ''}"
    ).rstrip()
