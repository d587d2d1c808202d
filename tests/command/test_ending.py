"""A long-running process ends when it is told to, and when whoever started it is gone without a word."""

import signal
import subprocess
import sys

import pytest

WAITING = """
import asyncio
from command import ending

async def main():
    stop = ending.stop_event(with_parent=True)
    print("waiting", flush=True)
    await stop.wait()
    print("ending in order", flush=True)

asyncio.run(main())
"""


@pytest.fixture
def process():
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout.readline() == "waiting\n"
        yield started
        started.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(process, number):
    process.send_signal(number)

    assert process.stdout.readline() == "ending in order\n"
    assert process.wait(10) == 0


def test_the_end_of_its_supervisor_ends_it_in_order(process):
    process.stdin.close()

    assert process.stdout.readline() == "ending in order\n"
    assert process.wait(10) == 0
