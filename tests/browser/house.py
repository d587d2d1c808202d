"""A whole house as anyone starts it: `ipt-rooms demo` with its server and scheduler as real processes."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.settings import StoreSettings

READY_S = 90.0
END_S = 20.0
SHOWN = 6000
"""Characters of the log that a failure shows."""


@dataclass
class House:
    """One running demo. `rooms` are handed out one to each journey, so that journeys do not meet."""

    base_url: str
    folder: Path
    process: asyncio.subprocess.Process
    rooms: list[dict[str, Any]]
    media_port: int
    store_settings: StoreSettings

    def room(self) -> dict[str, Any]:
        """A room that no other journey has used."""
        assert self.rooms, "the house has no room left: open it with more"
        return self.rooms.pop(0)

    def log(self) -> str:
        """What the processes have written so far."""
        return (self.folder / "log").read_text(errors="replace")

    async def another_server(self, before: int) -> None:
        """Waits until the supervisor has replaced the server process `before`."""
        async with asyncio.timeout(READY_S):
            while children(self.process.pid).get("server", before) == before:
                await asyncio.sleep(0.05)

    def server_pid(self) -> int:
        """The process that holds the server's role."""
        return children(self.process.pid)["server"]


def children(pid: int) -> dict[str, int]:
    """The processes started by `pid`, by the name of the command they run."""
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                found[words[words.index(b"command.main") + 1].decode()] = int(entry.name)
    return found


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nothing uses now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    rooms: int = 1,
    members: int = 4,
    minutes: float = 60.0,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[House]:
    """A house in `folder` on free ports, ready to be entered; ended when the block ends."""
    port, media_port = free_port(), free_port(socket.SOCK_DGRAM)
    links = folder / "links.json"
    extra = {
        "IPT_DATA_DIR": str(folder / "data"),
        "IPT_MEDIA_PORT": str(media_port),
        "IPT_MEDIA_TCP_PORT": str(free_port()),
        **(environment or {}),
    }
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "command.main", "demo", "--with-parent", "--port", str(port),
            "--rooms", str(rooms), "--members", str(members), "--minutes", str(minutes),
            "--links-json", str(links),
            env={**os.environ, **extra}, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        await _until_written(links, process, folder)
        content = json.loads(links.read_text())
        yield House(content["base_url"], folder, process, content["rooms"], media_port, _state(extra))
    except BaseException:
        print((folder / "log").read_text(errors="replace")[-SHOWN:])
        raise
    finally:
        await _end(process)


def _state(environment: Mapping[str, str]) -> StoreSettings:
    return StoreSettings(
        data_dir=Path(environment["IPT_DATA_DIR"]),
        database_url=environment.get("IPT_DATABASE_URL"),
        redis_url=environment.get("IPT_REDIS_URL"),
    )


async def _until_written(links: Path, process: asyncio.subprocess.Process, folder: Path) -> None:
    async with asyncio.timeout(READY_S):
        while not links.exists():
            assert process.returncode is None, (folder / "log").read_text(errors="replace")[-4000:]
            await asyncio.sleep(0.05)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), END_S)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
    if process.stdin is not None:
        process.stdin.close()
