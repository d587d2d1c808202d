"""The attendance of a group as a table for other programs: statuses and their NHS codes."""

import csv
import io
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from aiohttp import web

import store.audit
import store.people
import store.standing
from server import keys
from server.pages import office
from store.standing import Grid

HEAD = (
    *("member", "session", "date", "start", "zone", "phase", "status", "nhs_code", "confirmed_by_person"),
    "left_group",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


async def attendance(request: web.Request) -> web.Response:
    """The file, as an attachment; that it was made stands in the history."""
    at = await office.current(request)
    now = request.app[keys.CLOCK]().wall
    secrets = request.app[keys.KEYS]
    async with request.app[keys.DATABASE].write() as tx:
        grid = await store.standing.grid(tx, at.group.id, now)
        names = await store.people.names(tx, secrets, [one.member for one in grid.rows])
        await store.audit.append(
            tx,
            secrets,
            actor=at.who.member,
            role=at.who.role,
            action="attendance_exported",
            object=f"group:{at.group.id}",
            group=at.group.id,
            now=now,
        )
    name = f"attendance-{now.date().isoformat()}.csv"
    return web.Response(
        # The mark tells spreadsheets that this is UTF-8.
        body=table(rows(grid, names)).encode("utf-8-sig"),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def rows(grid: Grid, names: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    """One row for each member and session, under a head in fixed English words."""
    yield HEAD
    for one in grid.rows:
        for column, cell in zip(grid.columns, one.cells, strict=True):
            local = column.starts_at.astimezone(ZoneInfo(column.zone))
            yield (
                names.get(one.member, "(erased)"),
                str(column.ordinal),
                local.date().isoformat(),
                local.strftime("%H:%M"),
                column.zone,
                column.phase.value if column.phase else "",
                cell.status.value,
                cell.nhs,
                "yes" if cell.decided else "no",
                "yes" if one.left else "no",
            )


def table(lines: Iterable[Iterable[str]]) -> str:
    """The rows as CSV (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in lines:
        writer.writerow([safe(cell) for cell in line])
    return out.getvalue()


def safe(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    clean = cell.replace("\x00", "")
    return f"'{clean}" if clean.lstrip(" ").startswith(FORMULA) else clean


def routes() -> list[web.RouteDef]:
    return [web.get("/s/{place}/export/attendance.csv", attendance)]
