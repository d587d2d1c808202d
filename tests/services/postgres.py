"""A PostgreSQL of our own: a new cluster on a free port, one template database, a clone of it for each
test."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg

from store import schema
from store.settings import StoreSettings
from tests.services import memory
from tests.services.process import Service, free_port

TEMPLATE = "ipt_template"


class Postgres:
    """The running cluster."""

    def __init__(self, binaries: Path) -> None:
        self._user = "postgres" if os.geteuid() == 0 else None
        self._home = Path(tempfile.mkdtemp(prefix="ipt-postgres-", dir=memory.folder()))
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self._home, owner.pw_uid, owner.pw_gid)
        cluster = self._home / "cluster"
        subprocess.run(
            [
                binaries / "initdb",
                "-D",
                cluster,
                "-U",
                "tests",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            cwd="/",
        )
        self.port = free_port()
        calm = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        small = ["-c", "shared_buffers=32MB", "-c", "max_connections=100", "-c", "autovacuum=off"]
        self._service = Service(
            [
                str(binaries / "postgres"),
                "-D",
                str(cluster),
                "-p",
                str(self.port),
                "-k",
                str(self._home),
                "-h",
                "127.0.0.1",
                *calm,
                *small,
            ],
            "database system is ready to accept connections",
            self._user,
        )
        self._made = 0
        # Without fsync copying files is far cheaper than logging pages; older servers do nothing else.
        self._copy = " STRATEGY FILE_COPY" if in_thread(self._version()) >= 150_000 else ""
        self._run(f"CREATE DATABASE {TEMPLATE}")
        in_thread(schema.migrate(StoreSettings(database_url=self.url(TEMPLATE))))

    def url(self, name: str) -> str:
        """The address of one database."""
        return f"postgresql://tests@127.0.0.1:{self.port}/{name}"

    def make(self, *, empty: bool = False) -> str:
        """A new database, migrated unless it shall be empty; returns its name."""
        self._made += 1
        name = f"test_{self._made}"
        source = "" if empty else f" TEMPLATE {TEMPLATE}{self._copy}"
        self._run(f"CREATE DATABASE {name}{source}")
        return name

    def drop(self, name: str) -> None:
        """Deletes a database even while somebody is connected."""
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Ends the cluster and deletes it."""
        self._service.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, statement: str) -> None:
        in_thread(self._execute(statement))

    async def _version(self) -> int:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            return int(await connection.fetchval("SHOW server_version_num"))
        finally:
            await connection.close()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def binaries() -> Path | None:
    """Where the PostgreSQL programs are, the newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    program = str(found[-1]) if found else shutil.which("postgres")
    return None if program is None else Path(program).resolve().parent


def in_thread(work: Any) -> Any:
    """The result of a coroutine run in a loop of its own, beside whatever loop the test has."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
