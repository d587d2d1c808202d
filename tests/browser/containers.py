"""The processes of docker-compose.yml without containers: its commands and environments beside real services.

Only what a container would give is replaced: names of other containers, mounted files, published ports.
"""

import asyncio
import os
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.browser.house import free_port

HOUSE = Path(__file__).parent.parent.parent
END_S = 15.0
READY_S = 90.0


@dataclass(frozen=True)
class Compose:
    """The file, and what stands in this run for what containers would give."""

    services: Mapping[str, Any]
    replaced: Mapping[str, str]
    """Text of the file and what stands for it here."""

    def environment(self, service: str) -> dict[str, str]:
        """The variables of one service as its process gets them here."""
        given = self.services[service].get("environment", {})
        return {name: self.adapted(str(value)) for name, value in given.items()}

    def command(self, service: str) -> list[str]:
        """The command of one service as it is run here."""
        words = [self.adapted(word) for word in self.services[service]["command"]]
        return [sys.executable, "-m", "command.main", *words[1:]] if words[0] == "ipt-rooms" else words

    def adapted(self, text: str) -> str:
        """The text with every replacement made, longest first."""
        for old in sorted(self.replaced, key=len, reverse=True):
            text = text.replace(old, self.replaced[old])
        return text


def read() -> Mapping[str, Any]:
    """The services of docker-compose.yml."""
    services: Mapping[str, Any] = yaml.safe_load((HOUSE / "docker-compose.yml").read_text())["services"]
    return services


def make_secrets(folder: Path) -> Path:
    """Runs the script that operators run, in a copy of its folder; gives the folder of secrets."""
    shutil.copytree(HOUSE / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("secrets"))
    subprocess.run(["sh", folder / "deploy/make_secrets.sh"], check=True, capture_output=True)
    return folder / "deploy/secrets"


@asynccontextmanager
async def running(words: list[str], environment: Mapping[str, str], log: Path) -> AsyncIterator[int]:
    """A process with exactly this environment of ours, ended when the block ends; gives its id."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IPT_")}
    with log.open("ab") as stream:
        process = await asyncio.create_subprocess_exec(
            *words, env={**inherited, **environment}, stdout=stream, stderr=stream
        )
    try:
        yield process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), END_S)
            except TimeoutError:
                process.kill()
                await process.wait()


async def run_to_end(words: list[str], environment: Mapping[str, str]) -> None:
    """Runs a one-off service. Raises AssertionError with its words when it fails."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IPT_")}
    process = await asyncio.create_subprocess_exec(
        *words, env={**inherited, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


@asynccontextmanager
async def tls_proxy(certificate: tuple[Path, Path], port: int, behind: int) -> AsyncIterator[None]:
    """What the proxy container does: ends TLS on `port` and passes the bytes on to `behind`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    passing: set[asyncio.Task[None]] = set()

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        except OSError:
            pass  # the other side is gone, which ends this side too
        finally:
            target.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", behind)
        except OSError:
            writer.close()
            return
        for source, target in ((reader, inner_writer), (inner_reader, writer)):
            task = asyncio.create_task(pump(source, target))
            passing.add(task)
            task.add_done_callback(passing.discard)

    server = await asyncio.start_server(meet, "127.0.0.1", port, ssl=context)
    try:
        yield
    finally:
        server.close()
        for task in list(passing):
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)


def free_ports(count: int) -> list[int]:
    """So many different ports that nothing uses now."""
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return sorted(found)
