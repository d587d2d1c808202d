"""`python -m tests.bench.nursery`: real server and scheduler processes that are there in a tenth of the time
of a start.

Everything they import is loaded once. Each line on standard input (JSON: the environment of one process,
and its `role` unless `server`) makes a child that runs `ipt-rooms server` or `ipt-rooms scheduler` with it;
its process id is written to standard output. The children are what they would be from a shell: own process,
own sockets, own database connections.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback

from care import zones
from command import configuration, scheduler_process, server_process, shell
from scheduler.settings import SchedulerSettings
from server.settings import ServerSettings
from store.settings import StoreSettings


def main() -> None:
    """A child for each line, until the input ends."""
    zones.pin()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they died
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line))
        print(child, flush=True)


def run(order: dict[str, str]) -> None:
    """This process is a server or a scheduler from now on, and ends when the nursery does."""
    role = order.pop("role", "server")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order.pop("log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, target in ((0, nothing), (1, log), (2, log)):
        os.dup2(target, number)
    os.environ.update(order)
    try:
        configuration.check()
        if role == "scheduler":
            shell.go(scheduler_process.run(SchedulerSettings(), StoreSettings(), with_parent=False))
        else:
            shell.go(server_process.run(ServerSettings(), StoreSettings(), with_parent=False))
    except BaseException:  # whatever it is, it belongs into this server's log
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
