"""Filled questionnaires in the database, as somebody gave them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import store.answers
import store.checkins
from care.measures import PHQ9, Measure
from store.answers import Value
from store.sealing import Keys
from tests.services.asked import ask


def totalling(measure: Measure, total: int) -> dict[str, Value]:
    """Answers that add up to a total."""
    each, rest = divmod(total // measure.factor, len(measure.items))
    return {one.id: each + (place < rest) for place, one in enumerate(measure.items)}


async def fill(
    tx: AsyncConnection,
    keys: Keys,
    member: str,
    session: str,
    now: datetime,
    *,
    wave: str = "weekly",
    number: int = 1,
    given: dict[Measure, dict[str, Value]] | None = None,
    also: dict[str, Value] | None = None,
    total: int | None = None,
    device: str = "d",
) -> str:
    """The id of a check-in that was filled in and sent at `now`."""
    checkin = await ask(tx, member, session, now, wave, number=number)
    assert await store.checkins.mark_opened(tx, checkin, f"{wave}.1", now)
    sheets = dict(given or {})
    if total is not None:
        sheets[PHQ9] = totalling(PHQ9, total)
    rows = [(name, value, one.pin) for one, answers in sheets.items() for name, value in answers.items()]
    rows += [(name, value, "") for name, value in (also or {}).items()]
    for name, value, pin in rows:
        await store.answers.save(
            tx,
            keys,
            checkin_id=checkin,
            question=name,
            value=value,
            form=f"{wave}.1",
            instrument=pin,
            device=device,
            by=member,
            now=now,
        )
    assert await store.checkins.submit(tx, checkin, now)
    return checkin
