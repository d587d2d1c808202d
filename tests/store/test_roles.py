"""One server and one scheduler on a SQLite directory; a second of either is refused with a sentence."""

import asyncio
import os
import signal
import stat
import sys

import pytest

from store import roles

HOLDER = """
import sys, time
from pathlib import Path
from store import roles
from store.settings import StoreSettings
with roles.hold(StoreSettings(data_dir=Path(sys.argv[1])), "server"):
    print("held", flush=True)
    sys.stdin.read()
"""


async def holder(settings):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLDER,
        str(settings.data_dir),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    return process, (await process.stdout.readline()).strip() == b"held"


async def test_a_second_server_is_refused_with_a_sentence_and_a_scheduler_is_not(sqlite_settings):
    process, held = await holder(sqlite_settings)
    assert held
    with pytest.raises(roles.RoleTaken) as refusal, roles.hold(sqlite_settings, "server"):
        pass
    assert str(refusal.value) == (
        f"A server is already running on {sqlite_settings.data_dir} (process {process.pid}). "
        "With SQLite there can be only one; stop it first, or use PostgreSQL to run several."
    )
    with roles.hold(sqlite_settings, "scheduler"):
        pass
    _, second = await holder(sqlite_settings)
    assert not second
    process.stdin.close()
    assert await process.wait() == 0
    with roles.hold(sqlite_settings, "server"):
        pass


async def test_a_killed_server_leaves_no_lock(sqlite_settings):
    process, held = await holder(sqlite_settings)
    assert held
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    with roles.hold(sqlite_settings, "server"):
        pass


def test_the_lock_is_given_back_after_an_error(sqlite_settings):
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broke"), roles.hold(sqlite_settings, "server"):
            raise RuntimeError("broke")


def test_the_lock_file_is_its_owners(sqlite_settings):
    with roles.hold(sqlite_settings, "server"):
        file = sqlite_settings.data_dir / "server.lock"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_on_postgres_there_may_be_several(postgres_settings):
    with roles.hold(postgres_settings, "server"), roles.hold(postgres_settings, "server"):
        pass
