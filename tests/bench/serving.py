"""A running `ipt-rooms serve` to measure: on the data of a demo, pinned to one core, and what its processes
use."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.house import END_S, free_port, open_house

READY_S = 60.0
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


@dataclass
class Served:
    """One running service. `sheets` are the rooms with their links."""

    base_url: str
    folder: Path
    links: Path
    process: asyncio.subprocess.Process
    sheets: list[dict[str, Any]]
    metrics_url: str
    media_port: int

    def pids(self) -> list[int]:
        """The service's processes: the supervisor and everything below it."""
        return [self.process.pid, *descendants(self.process.pid)]

    def cpu(self) -> float:
        """Seconds of user and system time of all processes so far."""
        return sum(cpu_of(pid) for pid in self.pids())

    def memory(self) -> int:
        """Resident bytes of all processes that are not shared with others (Pss)."""
        return sum(pss_of(pid) for pid in self.pids())

    def descriptors(self) -> int:
        """Open descriptors of all processes."""
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.pids())

    async def metric(self, name: str) -> float | None:
        """The sum of a metric over its labels, None when the service does not export it."""
        text = await asyncio.to_thread(_get, self.metrics_url)
        found = [
            float(line.split()[-1])
            for line in text.splitlines()
            if line.startswith((f"{name} ", f"{name}{{"))
        ]
        return sum(found) if found else None


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as reply:
        text: str = reply.read().decode()
    return text


def descendants(pid: int) -> list[int]:
    """All processes below `pid`."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            below.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        here = below.get(todo.pop(), [])
        found += here
        todo += here
    return found


def cpu_of(pid: int) -> float:
    """User and system seconds of a process, 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def pss_of(pid: int) -> int:
    """Proportional resident bytes of a process."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


@asynccontextmanager
async def serving(
    rooms: int,
    members: int,
    *,
    environment: Mapping[str, str] | None = None,
    pinned: bool = True,
    minutes: float = 45.0,
) -> AsyncIterator[Served]:
    """`ipt-rooms serve` with so many open rooms, ready to be entered; ended with the block."""
    with tempfile.TemporaryDirectory(prefix="ipt-bench-") as name:
        folder = Path(name)
        async with open_house(folder, rooms=rooms, members=members, minutes=minutes) as house:
            base_url, sheets, media_port = house.base_url, house.rooms, house.media_port
        (folder / "links.json").write_text(json.dumps({"rooms": sheets}))
        metrics = free_port()
        settings = {
            "IPT_DATA_DIR": str(folder / "data"),
            "IPT_BASE_URL": base_url,
            "IPT_BIND": base_url.partition("//")[2],
            "IPT_MEDIA_PORT": str(media_port),
            "IPT_MEDIA_BIND": "127.0.0.1",
            "IPT_METRICS_BIND": f"127.0.0.1:{metrics}",
            **(environment or {}),
        }
        process = await _start(folder, settings, pinned=pinned)
        try:
            await _until_ready(base_url, process, folder)
            url = f"http://127.0.0.1:{metrics}/metrics"
            yield Served(base_url, folder, folder / "links.json", process, sheets, url, media_port)
        finally:
            await _end(process)


async def _start(folder: Path, settings: Mapping[str, str], *, pinned: bool) -> asyncio.subprocess.Process:
    pin = ("taskset", "-c", str(SERVER_CORE)) if pinned else ()
    with (folder / "serve.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *pin, sys.executable, "-m", "command.main", "serve",
            env={**os.environ, **settings}, stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip


async def _until_ready(base_url: str, process: asyncio.subprocess.Process, folder: Path) -> None:
    async with asyncio.timeout(READY_S):
        while True:
            if process.returncode is not None:
                raise RuntimeError((folder / "serve.log").read_text(errors="replace")[-4000:])
            try:
                await asyncio.to_thread(_get, f"{base_url}/readyz")
                return
            except OSError:
                await asyncio.sleep(0.1)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), END_S)
    except TimeoutError:
        for pid in [process.pid, *descendants(process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await process.wait()
