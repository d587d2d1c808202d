"""`python -m tests.lanes [--reports FOLDER] [LANE...]`: what `make test` proves, in lanes side by side.

A lane is a row of commands, one after another. Lanes share nothing but the machine: each test that needs a
service has one of its own. Every line says its lane. A lane that fails stops no other; what failed is named
again at the end, and the exit code is 1. With `--reports` each lane of tests leaves a JUnit file there.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

HOUSE = Path(__file__).parent.parent
JOURNEYS = (
    "tests/browser",
    "tests/server/media/test_chromium.py",
    "tests/server/media/test_chromium_tcp.py",
    "tests/server/pages/test_scores_look.py",
)
"""All that opens browsers, in one lane, because at most four may be open at once."""
MEDIA = ("tests/fuzz", "tests/peers", "tests/server/media", "tests/server/rooms")
"""Mostly waiting for real time to pass."""
SLOWEST = 12
LINE = 1 << 20
FAILED = ("FAILED ", "ERROR ", "not ok ", "RETRIED: ")
"""How a line begins that is worth repeating at the end."""


@dataclass
class Lane:
    """One row of commands, what became of it, and the lines to repeat."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    seconds: float = 0.0
    code: int = -1
    telling: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Every command, also after one that failed; `code` becomes the first that is not 0."""
        began = time.monotonic()
        codes = [await self._command(command) for command in self.commands]
        self.code = next((code for code in codes if code), 0)
        self.seconds = time.monotonic() - began
        self._say(f"{self.verdict()}")

    async def _command(self, command: Sequence[str]) -> int:
        self._say("$ " + " ".join(command))
        process = await asyncio.create_subprocess_exec(
            *command, cwd=HOUSE, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=LINE,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                self._hear(line.decode(errors="replace").rstrip())
            return await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()

    def _hear(self, line: str) -> None:
        self._say(line)
        if line.lstrip().startswith(FAILED):
            self.telling.append(line.strip())

    def _say(self, line: str) -> None:
        print(f"{self.name:<8} | {line}", flush=True)

    def verdict(self) -> str:
        """One line for the end."""
        how = "passed" if self.code == 0 else f"FAILED with code {self.code}"
        return f"{self.name} {how} after {self.seconds:.0f} s"


def lanes(reports: Path | None) -> list[Lane]:
    """All of them. What no other lane names is in `rest`: a new test is in one lane without a word."""
    return [
        Lane("journeys", (_pytest("journeys", JOURNEYS, reports),)),
        Lane("media", (_pytest("media", (*MEDIA, *_without(JOURNEYS)), reports),)),
        Lane("rest", (_pytest("rest", ("tests", *_without((*JOURNEYS, *MEDIA))), reports),)),
        Lane("check", (("make", "--no-print-directory", "check"), ("sh", "tests/run_web.sh"))),
    ]


def _without(paths: Sequence[str]) -> list[str]:
    return [f"--ignore={path}" for path in paths]


def _pytest(name: str, what: Sequence[str], reports: Path | None) -> tuple[str, ...]:
    report = (f"--junitxml={reports / name}.xml",) if reports else ()
    # A cache of its own: lanes would overwrite each other's list of what failed.
    own = ("-o", f"cache_dir=.pytest_cache/{name}", f"--durations={SLOWEST}")
    return (sys.executable, "-m", "pytest", *what, *own, *report)


async def run(chosen: Sequence[Lane]) -> int:
    """All lanes at once; 0 when each passed."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for lane in chosen:
            group.create_task(lane.run())
    print()
    for lane in chosen:
        for line in lane.telling:
            print(f"{lane.name:<8} | {line}")
    print(
        "; ".join(lane.verdict() for lane in chosen) + f"; all in {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return int(any(lane.code for lane in chosen))


def main() -> int:
    """The lanes that were named, all when none was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lane", nargs="*", help="journeys, media, rest, check; all when none is named")
    parser.add_argument("--reports", type=Path)
    arguments = parser.parse_args()
    known = {lane.name: lane for lane in lanes(arguments.reports)}
    unknown = set(arguments.lane) - set(known)
    if unknown:
        parser.error(f"no such lane: {', '.join(sorted(unknown))}")
    return asyncio.run(run([known[name] for name in arguments.lane or known]))


if __name__ == "__main__":
    sys.exit(main())
