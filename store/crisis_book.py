"""The crisis numbers of a service, with the day they were checked. Kept as versions in the database and as a
file beside the data, so that they are there when the database is not."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import audit, chain
from store.sealing import Keys
from store.settings import StoreSettings
from store.tables import crisis_version

FILE = "crisis.json"
MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One way to reach somebody: `kind` is call or text."""

    name: str
    number: str
    note: str = ""
    kind: str = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One country's numbers as the service has set them, and the day they were last checked."""

    emergency: Number
    lines: tuple[Number, ...]
    checked: date


Book = Mapping[str, Numbers]


async def book(tx: AsyncConnection) -> Book:
    """The countries that the service has set, by code; none before it set any."""
    row = (await tx.execute(select(crisis_version).order_by(crisis_version.c.number.desc()).limit(1))).first()
    return {} if row is None else from_document(row.body)


async def set_country(
    tx: AsyncConnection, keys: Keys, code: str, numbers: Numbers, by: str, now: datetime
) -> Book:
    """The book with this country in it: a new version. Raises ValueError for numbers nobody can call."""
    refuse(numbers)
    await chain.hold(tx)
    changed = {**await book(tx), code: numbers}
    newest = (await tx.execute(select(func.max(crisis_version.c.number)))).scalar_one() or 0
    await tx.execute(
        insert(crisis_version).values(number=newest + 1, body=document(changed), made_by=by, made_at=now)
    )
    await audit.append(
        tx,
        keys,
        actor=by,
        role="admin",
        action="crisis_numbers_set",
        object=f"crisis:{code}",
        after=json.dumps(document({code: numbers}), sort_keys=True),
        now=now,
    )
    return changed


def refuse(numbers: Numbers) -> None:
    """Raises ValueError for a line without a name or a number that can be called."""
    for one in (numbers.emergency, *numbers.lines):
        if not one.name or sum(sign.isdigit() for sign in one.number) < 2 or one.kind not in ("call", "text"):
            raise ValueError("a line needs a name and a number")
    if len(numbers.lines) > MOST:
        raise ValueError("too many lines for somebody in need")


def snapshot(settings: StoreSettings, found: Book) -> None:
    """Writes the file beside the data, whole or not at all."""
    path = path_of(settings)
    draft = path.with_name(f"{FILE}.{os.getpid()}")
    draft.write_text(json.dumps(document(found), sort_keys=True), encoding="utf-8")
    draft.replace(path)


def read_snapshot(settings: StoreSettings) -> Book:
    """What the file says; nothing for none or for a damaged one: then the numbers of the product show."""
    try:
        return from_document(json.loads(path_of(settings).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def path_of(settings: StoreSettings) -> Path:
    """Where the file is."""
    return settings.data_dir / FILE


def checked(numbers: Numbers, day: date) -> Numbers:
    """The same numbers, checked on this day."""
    return replace(numbers, checked=day)


def document(found: Book) -> dict[str, Any]:
    """A book as it is stored."""
    return {
        code: {
            "emergency": _row(one.emergency),
            "lines": [_row(line) for line in one.lines],
            "checked": one.checked.isoformat(),
        }
        for code, one in found.items()
    }


def from_document(body: Mapping[str, Any]) -> Book:
    """The book of a stored one."""
    return {
        code: Numbers(
            emergency=Number(**one["emergency"]),
            lines=tuple(Number(**line) for line in one["lines"]),
            checked=date.fromisoformat(one["checked"]),
        )
        for code, one in body.items()
    }


def _row(one: Number) -> dict[str, str]:
    return {"name": one.name, "number": one.number, "note": one.note, "kind": one.kind}
