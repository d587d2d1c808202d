"""New time zone rules taken over: which sessions they would move, and the change itself, group by group.

Governments change their clocks at short notice. The hour people agreed on stays; its instant may not, and
whoever lives elsewhere then meets at another hour.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import store.dates
import store.occasions
from care import changes, zones
from care.preview import Preview
from store.database import Database
from store.sealing import Keys

ACTOR = "command"
REASON = "new_zone_rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rezoning:
    """What the rules in use now would do to one group, made from its dates at `revision`."""

    group: str
    revision: int
    preview: Preview

    def lines(self) -> list[str]:
        """What moves, a line for each session: ids, numbers and instants."""
        return [
            f"{self.group}: session {each.ordinal}, {each.from_local:%Y-%m-%d %H:%M} local: "
            f"{each.from_:%H:%M} -> {each.to:%H:%M} UTC"
            for each in self.preview.moved
        ]


async def found(tx: AsyncConnection, now: datetime) -> list[Rezoning]:
    """Every group whose sessions to come were dated with another version of the zone data."""
    result = []
    for group in await store.occasions.groups_dated_otherwise(tx, zones.version(), now):
        preview = changes.reinterpret(await store.dates.series(tx, group), zones.version(), now=now)
        revision = await store.dates.revision(tx, group)
        result.append(Rezoning(group=group, revision=revision, preview=preview))
    return result


async def take_over(db: Database, keys: Keys, now: datetime) -> list[Rezoning]:
    """Makes the change in each group, one transaction each; members of a group whose sessions move are told.
    Returns what was done."""
    async with db.read() as tx:
        groups = [each.group for each in await found(tx, now)]
    done = []
    for group in groups:
        async with db.write() as tx:
            preview = changes.reinterpret(await store.dates.series(tx, group), zones.version(), now=now)
            if preview.refused is not None:
                continue
            revision = await store.dates.revision(tx, group)
            await store.dates.apply(tx, keys, group, preview, ACTOR, REASON, now, revision, role=ACTOR)
        done.append(Rezoning(group=group, revision=revision, preview=preview))
    return done
