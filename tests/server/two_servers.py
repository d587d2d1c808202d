"""Two real servers on one PostgreSQL and one Redis behind one address, as a rolling restart has them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from store.settings import StoreSettings
from tests.services.process import free_port

READY_S = 60.0
END_S = 15.0


class Front:
    """What a proxy in front of several servers does: every new connection goes to the server in charge."""

    def __init__(self) -> None:
        self.target = 0
        self._passing: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> None:
        """Takes connections on `port`."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", port)

    async def close(self) -> None:
        """Ends every connection."""
        assert self._server is not None
        self._server.close()
        for task in list(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        for source, sink in ((reader, inner_writer), (inner_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        # Either side may be gone at any moment, which ends the other side too.
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()


class Server:
    """One server process of the house."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.port = name, free_port()
        self.log = folder / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, site: str, state: StoreSettings) -> None:
        """Starts it and waits until it answers. Ready it never calls itself: no scheduler runs here."""
        assert state.database_url is not None
        assert state.redis_url is not None
        given = {
            "IPT_DATA_DIR": str(state.data_dir),
            "IPT_DATABASE_URL": state.database_url,
            "IPT_REDIS_URL": state.redis_url,
            "IPT_BASE_URL": site,
            "IPT_BIND": f"127.0.0.1:{self.port}",
            "IPT_NODE": self.name,
            "IPT_MEDIA_BIND": "127.0.0.1",
        }
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "command.main", "server",
                env={**os.environ, **given}, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        async with asyncio.timeout(READY_S), aiohttp.ClientSession() as http:
            while not await self._ready(http):
                assert self._process.returncode is None, self.log.read_text()[-4000:]
                await asyncio.sleep(0.05)

    async def _ready(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"http://127.0.0.1:{self.port}/healthz") as reply:
                return reply.status == 200
        except aiohttp.ClientError:
            return False

    async def stop(self) -> int:
        """Tells it to end, as an operator does, and gives its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self._process.wait(), END_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise


@asynccontextmanager
async def two_servers(folder: Path, state: StoreSettings) -> AsyncIterator[tuple[Front, Server, Server, str]]:
    """The front, both servers and the site's address; ended with the block. The first is in charge."""
    front, port = Front(), free_port()
    site = f"http://127.0.0.1:{port}"
    servers = Server("first", folder), Server("second", folder)
    try:
        await asyncio.gather(*(server.start(site, state) for server in servers))
        front.target = servers[0].port
        await front.open(port)
        yield front, *servers, site
    except BaseException:
        for server in servers:
            print(server.name, server.log.read_text()[-3000:])
        raise
    finally:
        await asyncio.gather(*(server.stop() for server in servers), return_exceptions=True)
        await front.close()
