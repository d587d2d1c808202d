"""What the pages about scores start from: answers behind their door, and the sessions around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.promised
import store.scores
import store.standing
from care.phases import Phases
from care.review import Review
from care.standing import ATTENDED, OURS, OUTSIDE
from care.summary import Frame, Whole, whole
from server import keys
from store.groups import Group
from store.scores import Told
from store.signins import SignIn
from store.standing import Column, GridRow

NOT_THEIRS = OURS | OUTSIDE
"A session with one of these was not held for the member."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One member: what they answered, what it comes to, and the prompts nobody has looked at."""

    member: str
    told: Told
    frame: Frame
    found: Whole
    open: Sequence[Review]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Members of one group by id, with its dates and phases."""

    members: Mapping[str, Scored]
    columns: Sequence[Column]
    phases: Phases | None


async def load(
    request: web.Request,
    tx: AsyncConnection,
    who: SignIn,
    group: Group,
    purpose: str,
    *,
    member: str = "",
    left: bool = False,
) -> Scores:
    """One member's scores, or those of everybody, with `left` of those who left as well. Each look is logged,
    so the transaction has to write. Raises HTTPNotFound for a member of another group."""
    now = request.app[keys.CLOCK]().wall
    grid = await store.standing.grid(tx, who.group, now)
    agreed = await store.promised.of_group(tx, who.group, now)
    rows = [one for one in grid.rows if (one.member == member if member else left or not one.left)]
    if member and not rows:
        raise web.HTTPNotFound
    names = [one.member for one in rows]
    told = await store.scores.access_courses(tx, request.app[keys.KEYS], names, who.member, purpose, now)
    seen = await store.scores.looked_at(tx, names)
    return Scores(
        members={
            one.member: _scored(told[one.member], frame(grid.columns, one, group.count, now), seen)
            for one in rows
        },
        columns=grid.columns,
        phases=agreed.phases,
    )


def frame(columns: Sequence[Column], row: GridRow, count: int, now: datetime) -> Frame:
    """What a member's scores are read against. A session counts as held once it is over, confirmed or not."""
    cells = list(zip(columns, row.cells, strict=True))
    return Frame(
        first_starts=next((one.starts_at for one in columns if one.ordinal == 1), None),
        sessions=count,
        held=frozenset(
            at.ordinal
            for at, cell in cells
            if at.ends_at <= now and at.state != "cancelled" and cell.status not in NOT_THEIRS
        ),
        attended=frozenset(at.ordinal for at, cell in cells if cell.status in ATTENDED),
        over=row.left or all(at.ends_at <= now for at in columns if at.state != "cancelled"),
    )


def _scored(told: Told, against: Frame, seen: frozenset[tuple[str, str, str, str]]) -> Scored:
    found = whole(told.sheets, against)
    waiting = [
        one
        for one in found.reviews
        if (told.member, one.kind.value, one.measure, store.scores.about(one)) not in seen
    ]
    return Scored(member=told.member, told=told, frame=against, found=found, open=waiting)
