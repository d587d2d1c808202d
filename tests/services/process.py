"""A service started for the tests: it says when it is ready, and ends with us whatever happens."""

import ctypes
import signal
import socket
import subprocess
import threading
from collections.abc import Sequence

READY_S = 60
PR_SET_PDEATHSIG = 1


class Service:
    """One running program. `ready` is the text it prints when it takes connections."""

    def __init__(self, command: Sequence[str], ready: str, user: str | None = None) -> None:
        self._said: list[str] = []
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd="/",
            preexec_fn=end_with_parent,
        )
        self._reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        if not self._ready.wait(READY_S) or self._process.poll() is not None:
            self.stop()
            raise RuntimeError(f"{command[0]} did not start:\n" + "".join(self._said[-20:]))

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self, ready: str) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.append(line)
            if ready in line:
                self._ready.set()
        self._ready.set()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends the program and waits until it is gone."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()


def end_with_parent() -> None:
    """Linux: the child gets SIGINT when the test process dies, even by kill -9."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def free_port() -> int:
    """A loopback TCP port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
