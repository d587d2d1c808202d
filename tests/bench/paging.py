"""What the size of the database adds to the coordinator's two pages: the same rows shown, over a connection
to the database that knows nothing yet, with a thousand groups and with one."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from server.app import build_app
from server.settings import ServerSettings
from store import schema
from store.database import Database
from store.live import InProcessLive
from store.sealing import Keys
from store.settings import StoreSettings
from tests.bench.clinic import HELD, MEMBERS, ROWS, SESSIONS, Office, multiply, one_group
from tests.bench.figure import Figure, median, share_below
from tests.server.house import WritingEngine
from tests.services import postgres
from tests.services.process import free_port

GROUPS = 1000
RUNS, ASKED = 5, 50
GRID, WORK = '<td class="grid-cell', 'class="work-row'
"""What stands once in the page for each thing shown."""
NAMES = (("grid_page_1000_groups", GRID), ("worklist_page_1000_groups", WORK))
SHOWN = {GRID: MEMBERS * SESSIONS, WORK: ROWS}


@dataclass(frozen=True)
class House:
    """A server on one database, asked as the coordinator's browser asks."""

    db: Database
    office: Office
    origin: str

    async def cold(self, path: str, sign: str) -> float:
        """Milliseconds until the page is there, on connections made for it: browser to server and server to
        database. RuntimeError when it does not show what it should."""
        await self.db.close()
        cookies = {f"desk-{self.office.desk}": self.office.token}
        began = time.perf_counter()
        async with aiohttp.ClientSession(cookies=cookies) as http, http.get(self.origin + path) as reply:
            page = await reply.text()
        spent = (time.perf_counter() - began) * 1000
        if reply.status != 200 or page.count(sign) != SHOWN[sign]:
            raise RuntimeError(f"{path}: {reply.status}, {page.count(sign)} of {SHOWN[sign]} shown")
        return spent

    def path(self, sign: str) -> str:
        """The page that shows these."""
        return f"/s/{self.office.place}/" if sign is GRID else f"/w/{self.office.desk}/"


@asynccontextmanager
async def open_house(state: StoreSettings, groups: int) -> AsyncIterator[House]:
    """A server on this database, filled with so many groups; closed with the block."""
    await schema.migrate(state)
    db, keys, port = await Database.open(state), Keys.load(state), free_port()
    office = await one_group(db, keys)
    if groups > 1:
        await multiply(db, groups)
    origin = f"http://127.0.0.1:{port}"
    settings = ServerSettings(mode="demo", bind=f"127.0.0.1:{port}", base_url=origin)
    runner = web.AppRunner(build_app(settings, state, db, keys, InProcessLive(), WritingEngine))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield House(db, office, origin)
    finally:
        await runner.cleanup()
        await db.close()


@dataclass(frozen=True)
class Compared:
    """Milliseconds (median over the runs of the p95 of each) with many groups and with one."""

    many: float
    one: float


async def compare(few: StoreSettings, many: StoreSettings) -> dict[str, Compared]:
    """Interleaved runs of both pages on both databases, by the page's sign."""
    async with open_house(few, 1) as small, open_house(many, GROUPS) as large:
        for sign in SHOWN:
            for house in (small, large):
                await house.cold(house.path(sign), sign)  # templates are read once
        return {sign: await _compare(small, large, sign) for sign in SHOWN}


async def _compare(small: House, large: House, sign: str) -> Compared:
    runs = [(await _p95(large, sign), await _p95(small, sign)) for _ in range(RUNS)]
    return Compared(*(median(values) for values in zip(*runs, strict=True)))


async def _p95(house: House, sign: str) -> float:
    return share_below([await house.cold(house.path(sign), sign) for _ in range(ASKED)], 0.95)


async def pages() -> list[Figure]:
    """Both pages, on SQLite and, where it is installed, on PostgreSQL."""
    found: dict[str, dict[str, Compared]] = {}
    with tempfile.TemporaryDirectory(prefix="ipt-bench-") as folder:
        few, many = (StoreSettings(data_dir=Path(folder) / each) for each in ("few", "many"))
        found["SQLite"] = await compare(few, many)
        if (programs := postgres.binaries()) is not None:
            cluster = await asyncio.to_thread(postgres.Postgres, programs)
            try:
                on = [each.model_copy(update={"database_url": _empty(cluster)}) for each in (few, many)]
                found["PostgreSQL"] = await compare(*on)
            finally:
                await asyncio.to_thread(cluster.stop)
    shown = {
        GRID: f"the grid of {MEMBERS} people and {SESSIONS} sessions",
        WORK: f"a work list of {ROWS} rows",
    }
    return [
        _figure(name, shown[sign], {db: each[sign] for db, each in found.items()}) for name, sign in NAMES
    ]


def _empty(cluster: postgres.Postgres) -> str:
    return StoreSettings(database_url=cluster.url(cluster.make(empty=True))).url


def _figure(name: str, what: str, found: dict[str, Compared]) -> Figure:
    worst = max(found, key=lambda each: found[each].many / found[each].one)
    return Figure(
        figure=name,
        value=found[worst].many,
        unit="ms",
        against="the same page with one group in the database",
        against_value=found[worst].one,
        how=f"{what}, p95 of {ASKED} requests, each on new connections to server and database; medians of "
        f"{RUNS} interleaved runs; {GROUPS} groups of {MEMBERS} people and {SESSIONS} sessions, {HELD} "
        f"held and confirmed; {worst}, where the ratio is the larger",
        details={each: f"{one.many:.1f} against {one.one:.1f}" for each, one in found.items()},
    )
