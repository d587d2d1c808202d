"""When a long-running process should end: on SIGTERM, on SIGINT, or when its supervisor is gone."""

import asyncio
import os
import signal
import sys


def stop_event(*, with_parent: bool) -> asyncio.Event:
    """An event, set once this process should end; `with_parent`: also when standard input closes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if with_parent:
        descriptor = sys.stdin.fileno()

        def parent_gone() -> None:
            # The supervisor never writes: readable means end of file.
            if not os.read(descriptor, 1024):
                loop.remove_reader(descriptor)
                stop.set()

        loop.add_reader(descriptor, parent_gone)
    return stop
