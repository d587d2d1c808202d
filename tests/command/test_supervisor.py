"""Processes of one machine live and end together. The children here are real processes."""

import asyncio
import signal
import sys

import pytest

from command import supervisor
from command.supervisor import FIRST_DELAY_S, LONGEST_DELAY_S, STEADY_S, UNUSABLE, Child, ChildRefused

DEADLINE_S = 20.0


@pytest.fixture
def program(tmp_path, monkeypatch):
    """A function from source text to a Child that `supervise` runs instead of `ipt-rooms`."""

    def child(name, source):
        path = tmp_path / f"{name}.py"
        path.write_text(source)
        runner = tmp_path / "run_child.sh"
        runner.write_text(f'#!/bin/sh\nexec {sys.executable} "$3"\n')
        runner.chmod(0o755)
        monkeypatch.setattr(supervisor.sys, "executable", str(runner))
        return Child(name=name, arguments=(str(path),))

    return child


async def until(path, words):
    async with asyncio.timeout(DEADLINE_S):
        while not (path.exists() and words in path.read_text()):
            await asyncio.sleep(0.02)


async def test_a_child_that_dies_is_started_again_and_all_end_on_stop(program, tmp_path, capfd):
    log = tmp_path / "log"
    source = (
        "import os, pathlib, signal, sys\n"
        f"p = pathlib.Path({str(log)!r})\n"
        "again = p.exists()\n"
        "p.open('a').write('started ')\n"
        "if not again: os.kill(os.getpid(), signal.SIGKILL)\n"
        "p.open('a').write('twice ')\n"
        "signal.signal(signal.SIGTERM, lambda *_: (p.open('a').write('ended '), sys.exit(0)))\n"
        "signal.pause()\n"
    )
    stop = asyncio.Event()
    running = asyncio.create_task(supervisor.supervise([program("worker", source)], stop))

    await until(log, "twice")
    stop.set()
    await asyncio.wait_for(running, DEADLINE_S)

    assert log.read_text().split() == ["started", "started", "twice", "ended"]
    assert f"worker ended with status {-signal.SIGKILL.value}" in capfd.readouterr().err


async def test_a_child_that_refuses_its_settings_is_not_started_again(program):
    child = program("server", f"import sys; sys.exit({UNUSABLE})")

    with pytest.raises(ChildRefused, match="server"):
        await asyncio.wait_for(supervisor.supervise([child], asyncio.Event()), DEADLINE_S)


def test_waiting_doubles_up_to_a_bound_and_begins_anew_after_a_steady_life():
    delay = FIRST_DELAY_S
    for _ in range(20):
        delay = supervisor.next_delay(delay, lived_s=0.1)

    assert delay == LONGEST_DELAY_S
    assert supervisor.next_delay(delay, lived_s=STEADY_S) == FIRST_DELAY_S
