"""The grid of a group: members down, sessions 1 to N across, each cell a symbol and a word; and each member's
standing beside it. What it shows are statuses, never an answer.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

import store.contracts
import store.people
import store.standing
from care.absence import Notice
from care.phases import TABLE, Phases, phase_of, preset
from care.standing import Standing
from server import keys, render
from server.pages import office
from server.pages.dates_shown import day, short_day
from server.pages.grid_words import ORDER, Sign, sign
from server.pages.names import called
from server.pages.office import Office
from server.pages.prompts import phase_words
from store.standing import Cell, Column, Grid

FRAGMENT = "pages/coordinator/grid.html"
BEFORE, AFTER = timedelta(minutes=15), timedelta(minutes=45)
"A session is looked at live from this long before its start until this long after its end."
FEWEST, MOST = min(TABLE), max(TABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A session at the top of its column."""

    session: str
    ordinal: int
    day: str
    long_day: str
    phase: str
    phase_words: str
    first_of_phase: bool
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One cell: its sign, whether it is over and waits for a person's word, what is happening just now."""

    sign: Sign
    over: bool
    open: bool
    live: str
    live_words: str
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One member's row."""

    member: str
    name: str
    left: bool
    boxes: tuple[Box, ...]
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The grid in words. `live` while a session runs: then the page asks for it again and again."""

    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    legend: tuple[Sign, ...]
    live: bool


async def load(request: web.Request, tx: AsyncConnection, at: Office, parts: Phases) -> View:
    """The grid of this office's group, in the reader's language."""
    now = request.app[keys.CLOCK]().wall
    found = await store.standing.grid(tx, at.group.id, now)
    names = await store.people.names(tx, request.app[keys.KEYS], [one.member for one in found.rows])
    return view(found, names, parts, now, render.words(request), render.language(request))


def view(
    found: Grid,
    names: dict[str, str],
    parts: Phases,
    now: datetime,
    translations: NullTranslations,
    language: str,
) -> View:
    """The grid as it is drawn."""
    heads = tuple(head(one, parts, now, translations, language) for one in found.columns)
    lines = tuple(
        Line(
            member=one.member,
            name=called(translations, names, one.member),
            left=one.left,
            boxes=tuple(
                box(cell, column, now, translations)
                for cell, column in zip(one.cells, found.columns, strict=True)
            ),
            standing=one.standing,
        )
        for one in found.rows
    )
    used = {each.sign.status for one in lines for each in one.boxes}
    return View(
        heads=heads,
        lines=lines,
        legend=tuple(sign(translations, status) for status in ORDER if status in used),
        live=any(one.live for one in heads),
    )


def head(column: Column, parts: Phases, now: datetime, translations: NullTranslations, language: str) -> Head:
    """A session's number, day and phase."""
    phase = phase_of(parts, column.ordinal)
    on = column.starts_at.astimezone(ZoneInfo(column.zone)).date()
    return Head(
        session=column.session,
        ordinal=column.ordinal,
        day=short_day(on, language),
        long_day=day(on, language),
        phase=phase.value,
        phase_words=phase_words(translations, phase.value),
        first_of_phase=column.ordinal == 1 or phase_of(parts, column.ordinal - 1) is not phase,
        live=is_live(column, now),
    )


def is_live(column: Column, now: datetime) -> bool:
    """True around a session that is not over."""
    return column.state in ("planned", "open") and column.starts_at - BEFORE <= now <= column.ends_at + AFTER


def box(cell: Cell, column: Column, now: datetime, translations: NullTranslations) -> Box:
    """A cell in words. Before a session, a notice is shown as what it will be."""
    status = cell.status.value
    if cell.notice and status == "expected":
        status = "excused" if cell.notice is Notice.IN_TIME else "late_cancel"
    live = f"live_{cell.live.value}" if cell.live and is_live(column, now) else ""
    return Box(
        sign=sign(translations, status),
        over=column.ends_at <= now,
        open=column.ends_at <= now and not cell.decided and status not in ("not_on_roster", "agreed_pause"),
        live=live,
        live_words=live_words(translations, live),
        category=cell.category.value if cell.category else "",
    )


def live_words(translations: NullTranslations, live: str) -> str:
    """What is happening just now."""
    _ = translations.gettext
    return {
        "live_in": _("in the room"),
        "live_waiting": _("waiting"),
        "live_was_here": _("was here"),
    }.get(live, "")


async def fragment(request: web.Request) -> web.Response:
    """The grid alone, for the page's script: 304 while nothing has changed (RFC 9110, 13.1.2)."""
    at = await office.current(request)
    async with request.app[keys.DATABASE].read() as tx:
        parts = await phases(tx, at)
        found = await load(request, tx, at, parts)
    reply = render.page(request, FRAGMENT, office=at, grid=found)
    tag = hashlib.sha256((reply.text or "").encode()).hexdigest()[:32]
    given = request.if_none_match or ()
    if any(each.value == tag for each in given):
        reply = web.Response(status=304)
    reply.etag = tag
    return reply


async def phases(tx: AsyncConnection, at: Office) -> Phases:
    """The phases of the group's newest contract; the usual ones where nobody has agreed on any."""
    latest = await store.contracts.latest(tx, at.group.id)
    if latest is not None:
        return latest.terms.phases
    return preset("seed_default", min(max(at.group.count, FEWEST), MOST))


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/grid", fragment)]
