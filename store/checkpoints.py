"""Checkpoints of the audit: one line a day in a file beside the database, to be copied off the machine.

A line is `INSTANT NUMBER SEAL`. The file is only ever added to; a line that cannot be read counts as
tampering and not as absent.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from store.audit import Checkpoint
from store.settings import StoreSettings

NAME = "audit-checkpoints"


class Unreadable(ValueError):
    """The file is damaged; the message names the line."""


def file_of(settings: StoreSettings) -> Path:
    """Where the checkpoints are."""
    return settings.data_dir / NAME


def add(path: Path, one: Checkpoint) -> bool:
    """Writes the checkpoint unless the newest line says the same; True when it was written. The line is on
    the disk when this returns."""
    known = read(path)
    if known and (known[-1].seq, known[-1].seal) == (one.seq, one.seal):
        return False
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(line_of(one))
        file.flush()
        os.fsync(file.fileno())
    return True


def line_of(one: Checkpoint) -> str:
    """The line of a checkpoint, with its end."""
    return f"{one.at.astimezone(UTC).isoformat(timespec='seconds')} {one.seq} {one.seal.hex()}\n"


def read(path: Path) -> list[Checkpoint]:
    """Every checkpoint, oldest first; none without a file. Raises Unreadable."""
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            at, seq, seal = line.split(" ")
            found.append(Checkpoint(seq=int(seq), seal=bytes.fromhex(seal), at=datetime.fromisoformat(at)))
        except ValueError:
            raise Unreadable(f"{path}: line {number} is not a checkpoint") from None
    return found
