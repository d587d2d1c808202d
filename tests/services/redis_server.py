"""A Redis of our own on a free port, which a test may end and start again."""

import itertools
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

from tests.services.process import Service, free_port

DATABASES = 256


class RedisServer:
    """The running server; `url(n)` is its n-th database."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="ipt-redis-"))
        self.port = free_port()
        self._numbers = itertools.cycle(range(DATABASES))
        self._service: Service | None = None
        self.start()

    def start(self) -> None:
        """Starts it, empty, on the same port as before."""
        program = shutil.which("redis-server")
        assert program is not None
        self._service = Service(
            [
                program,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--databases",
                str(DATABASES),
                "--dir",
                str(self._home),
            ],
            "Ready to accept connections",
        )

    def stop(self) -> None:
        """Ends it as a crash would."""
        if self._service is not None:
            self._service.stop(signal.SIGKILL)
            self._service = None

    def freeze(self) -> None:
        """Stops it from answering; connections stay open."""
        assert self._service is not None
        os.kill(self._service.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it answer again."""
        assert self._service is not None
        os.kill(self._service.pid, signal.SIGCONT)

    def url(self, number: int) -> str:
        """The address of one database."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def empty_url(self) -> str:
        """The address of the next database, emptied."""
        number = next(self._numbers)
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(f"SELECT {number}\r\nFLUSHDB\r\n".encode())
            answer = b""
            while answer.count(b"+OK\r\n") < 2:
                answer += line.recv(64)
        return self.url(number)

    def close(self) -> None:
        """Ends it and deletes its files."""
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)
