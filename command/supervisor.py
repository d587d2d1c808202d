"""Keeps the processes of one machine alive: starts them, restarts one that died, ends them together.

A child's standard input is a pipe that only the supervisor holds open. When the supervisor dies without a
word (`kill -9`), the pipe closes and each child ends itself, so that no orphan keeps a role lock.
"""

import asyncio
import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from command import settings

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 30.0
STEADY_S = 60.0
"""A child that lived this long starts again at once: its death says nothing about the next start."""
END_S = 10.0
"""How long a child may take to end cleanly. The server tells its members first, then closes."""
UNUSABLE = 78
"""Exit status of a process whose settings or data are refused (EX_CONFIG): restarting cannot help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process of this machine, started as `ipt-rooms NAME ...` with the same interpreter."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class ChildRefused(Exception):
    """A process could not start with these settings."""


def next_delay(delay_s: float, lived_s: float) -> float:
    """Seconds to wait before the next start, given the last wait and how long the child lived."""
    return FIRST_DELAY_S if lived_s >= STEADY_S else min(LONGEST_DELAY_S, delay_s * 2)


async def supervise(children: Sequence[Child], stop: asyncio.Event) -> None:
    """Runs all children until `stop` is set, then ends them. Raises ChildRefused when one can never run."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for child in children:
                tasks.create_task(_keep(child, stop), name=f"keep {child.name}")
    except* ChildRefused as refused:
        raise refused.exceptions[0] from None


async def _keep(child: Child, stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    delay_s = FIRST_DELAY_S
    while not stop.is_set():
        started = loop.time()
        status = await _run_once(child, stop)
        if stop.is_set():
            return
        if status == UNUSABLE:
            raise ChildRefused(f"the {child.name} refused its settings or data; see its message above")
        delay_s = next_delay(delay_s, loop.time() - started)
        print(f"{child.name} ended with status {status}; starting it again in {delay_s:g} s", file=sys.stderr)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), delay_s)


async def _run_once(child: Child, stop: asyncio.Event) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "command.main",
        *child.arguments,
        "--with-parent",
        env=settings.for_child(child.environment),
        stdin=asyncio.subprocess.PIPE,
        # A child in its own session does not get the terminal's Ctrl-C: the supervisor decides the order.
        start_new_session=True,
    )
    ended = asyncio.create_task(process.wait())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        await _end(process, ended)
    return ended.result()


async def _end(process: asyncio.subprocess.Process, ended: "asyncio.Task[int]") -> None:
    if not ended.done():
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await asyncio.wait({ended}, timeout=END_S)
    if not ended.done():
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await ended
    if process.stdin is not None:
        process.stdin.close()
