"""`ipt-rooms audit`: whether anybody laid a hand on the record of who did what."""

from datetime import UTC, datetime

import typer

import store.access_log
import store.audit
import store.checkpoints
from command import shell
from store.sealing import Keys
from store.settings import StoreSettings

app = typer.Typer(help="The audit: a chain of who did what, without content.", no_args_is_help=True)


class AuditBroken(Exception):
    """The audit or the access log is not as it was written; the text names the first bad row."""


@app.command("verify")
def verify() -> None:
    """Walk the audit and the access log, compare the checkpoints, name the first bad row."""
    shell.go(_verify())


@app.command("checkpoint")
def checkpoint() -> None:
    """Add a checkpoint now and print it, to be kept on another machine."""
    shell.go(_checkpoint())


async def _verify() -> None:
    settings = StoreSettings()
    keys = Keys.load(settings)
    try:
        noted = store.checkpoints.read(store.checkpoints.file_of(settings))
    except store.checkpoints.Unreadable as damaged:
        raise AuditBroken(str(damaged)) from None
    async with shell.writing() as tx:
        broken = await store.audit.verify(tx, keys, noted)
        bad = await store.access_log.verify(tx, keys)
        last = await store.audit.checkpoint(tx, datetime.now(UTC))
    if broken is not None:
        raise AuditBroken(f"the audit is broken at row {broken.seq}: {SAID[broken.why]}")
    if bad is not None:
        raise AuditBroken(f"the access log is broken at row {bad}")
    rows = 0 if last is None else last.seq
    print(f"The audit is whole: {rows} rows, {len(noted)} checkpoints agree. The access log is whole.")


async def _checkpoint() -> None:
    settings = StoreSettings()
    async with shell.writing() as tx:
        last = await store.audit.checkpoint(tx, datetime.now(UTC))
    if last is None:
        print("The audit is empty.")
        return
    store.checkpoints.add(store.checkpoints.file_of(settings), last)
    print(store.checkpoints.line_of(last).rstrip())


SAID = {
    "altered": "it was altered or put in by hand",
    "missing": "it is missing",
    "checkpoint": "it is not the row a checkpoint names",
}
