"""Every way into the product uses the pinned zone data, whatever the machine has installed.

Each entry runs in a process whose system zone data is a decoy: Berlin lies at UTC there.
"""

import json
import os
import subprocess
import sys
import zoneinfo
from importlib import resources
from pathlib import Path

import pytest

from care import zones

ENTRY = """
import json, sys, zoneinfo
from datetime import datetime
before = zoneinfo.ZoneInfo("Europe/Berlin").utcoffset(datetime(2027, 1, 1)).total_seconds()
from command import main
from care import zones
sys.argv = ["ipt-rooms", *sys.argv[1:]]
try:
    main.run()
except SystemExit:
    pass
after = zoneinfo.ZoneInfo("Europe/Berlin").utcoffset(datetime(2027, 1, 1)).total_seconds()
sys.__stdout__.write("\\n" + json.dumps([before, after, zones.pinned(), zones.version()]))
"""
PROCESS = """
import asyncio, json, sys, zoneinfo
from datetime import datetime
from care import zones
from command import {module}
from {package}.settings import {settings}
from store.settings import StoreSettings
before = zoneinfo.ZoneInfo("Europe/Berlin").utcoffset(datetime(2027, 1, 1)).total_seconds()
try:
    asyncio.run({module}.run({settings}(), StoreSettings(), with_parent=False))
except Exception as refused:
    print(type(refused).__name__)
after = zoneinfo.ZoneInfo("Europe/Berlin").utcoffset(datetime(2027, 1, 1)).total_seconds()
sys.__stdout__.write("\\n" + json.dumps([before, after, zones.pinned(), zones.version()]))
"""
SERVER = PROCESS.format(module="server_process", package="server", settings="ServerSettings")
SCHEDULER = PROCESS.format(module="scheduler_process", package="scheduler", settings="SchedulerSettings")


@pytest.fixture
def decoy(tmp_path: Path) -> Path:
    folder = tmp_path / "zoneinfo"
    (folder / "Europe").mkdir(parents=True)
    utc = resources.files("tzdata.zoneinfo").joinpath("UTC").read_bytes()
    (folder / "Europe" / "Berlin").write_bytes(utc)
    return folder


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        pytest.param(ENTRY, ["config", "show"], id="command"),
        pytest.param(SERVER, [], id="server"),
        pytest.param(SCHEDULER, [], id="scheduler"),
    ],
)
def test_each_entry_point_uses_the_packaged_zone_data(
    decoy: Path, tmp_path: Path, program: str, arguments: list[str]
) -> None:
    # An empty database ends the processes at once: its schema is unknown.
    environment = {**os.environ, "PYTHONTZPATH": str(decoy), "IPT_DATA_DIR": str(tmp_path / "data")}

    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    before, after, pinned, version = json.loads(done.stdout.splitlines()[-1])
    assert before == 0  # the decoy was in force
    assert after == 3600
    assert pinned
    assert version == zones.version()


def test_these_tests_use_the_packaged_zone_data_too() -> None:
    assert zones.pinned()
    assert zoneinfo.TZPATH == ()
