"""The server's handle on one media worker: starting it, talking to it, noticing that it is gone."""

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.media.channel import Begin, Channel, Failed, Logged, Ready, line_of, told_from_line
from server.media.messages import Command, Event, Load
from server.media.options import MediaOptions

logger = logging.getLogger(__name__)

START_S = 20.0
SILENT_S = 10.0
"A worker says its load each second; one that says nothing for so long hangs and is replaced."
STOP_S = 3.0
_ROOT = Path(__file__).parents[2]
"Where the package `server` lies; a worker imports the same one."


class WorkerProcess:
    """One process. `on_event` hears what it says; `on_end` once that it is gone, however that came about."""

    def __init__(
        self,
        on_event: Callable[["WorkerProcess", Event], None],
        on_end: Callable[["WorkerProcess"], None],
    ) -> None:
        self.index = -1
        "Its place among the workers, -1 while it is a spare."
        self.load = Load(share=0.0, lag_ms=0.0, accepting=True, legs=0, packets_out=0)
        "As it said last."
        self.up = False
        "True while its ports are open."
        self.ready = False
        "True once its ports were open."
        self.port = 0
        self._on_event = on_event
        self._on_end = on_end
        self._channel = Channel(self._line, self._ended)
        self._process: asyncio.subprocess.Process | None = None
        self._started: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        self._reaped: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None

    async def spawn(self) -> None:
        """Starts the process, which loads its code and then waits for `begin`. Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-m", "server.media.worker", str(theirs.fileno())),
                    pass_fds=(theirs.fileno(),),
                    cwd=_ROOT,
                    env={},  # a process that strangers speak to needs none of the server's secrets
                    stdin=asyncio.subprocess.DEVNULL,
                )
            except BaseException:
                ours.close()
                raise
        await asyncio.get_running_loop().create_unix_connection(lambda: self._channel, sock=ours)

    def begin(self, index: int, options: MediaOptions) -> Coroutine[Any, Any, None]:
        """Says what to be, and returns what waits until its ports are open; commands may be sent before.

        That raises OSError when a port is taken or the process ends, RuntimeError on bad libraries.
        """
        self.index = index
        self._channel.say(line_of(Begin(options=own_options(options, index))))
        self._watch = asyncio.get_running_loop().call_later(START_S, self.kill)
        return self._opened()

    async def _opened(self) -> None:
        self.port = (await self._started).port
        self._alive()

    @property
    def spawned(self) -> bool:
        """True once there is a process."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def send(self, command: Command) -> None:
        """Takes one command."""
        self._channel.say(line_of(command))

    def kill(self) -> None:
        """Ends the process at once, as one that hangs needs."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def stop(self) -> None:
        """Lets it say goodbye to its peers, kills it when that takes too long; it is gone afterwards."""
        self._channel.finish()
        if self._process is None:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), STOP_S)
        self.kill()
        await self._process.wait()
        if self._reaped is not None:
            await self._reaped

    def _line(self, line: bytes) -> None:
        try:
            told = told_from_line(line)
        except ValueError:
            logger.error("A media worker sent a line that says nothing")
            return
        if isinstance(told, Logged):
            logger.log(told.level, "%s", told.text, extra={"worker": self.index})
        elif isinstance(told, Ready):
            self.up = self.ready = True
            if not self._started.done():
                self._started.set_result(told)
        elif isinstance(told, Failed):
            self._fail(told)
        else:
            self._event(told)

    def _event(self, event: Event) -> None:
        if isinstance(event, Load):
            self.load = event
            self._alive()
        self._on_event(self, event)

    def _alive(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = asyncio.get_running_loop().call_later(SILENT_S, self.kill)

    def _fail(self, failed: Failed) -> None:
        bad_port = failed.what == "port"
        if not self._started.done():
            self._started.set_exception(
                OSError(errno.EADDRINUSE, failed.words) if bad_port else RuntimeError(failed.words)
            )

    def _ended(self) -> None:
        self.up = False
        self._channel.close()
        if self._watch is not None:
            self._watch.cancel()
        if self.index < 0:
            self._started.cancel()  # nobody waits for a spare
        elif not self._started.done():
            self._started.set_exception(OSError(errno.ECHILD, "The media worker ended before it was ready"))
        self.kill()
        self._reaped = asyncio.get_running_loop().create_task(self._reap())
        self._on_end(self)

    async def _reap(self) -> None:
        assert self._process is not None
        await self._process.wait()


def own_options(options: MediaOptions, index: int) -> MediaOptions:
    """The options of one worker: base port + index, or any free port when the base is 0."""
    tcp = options.tcp_port
    return replace(
        options,
        port=options.port + index if options.port else 0,
        tcp_port=tcp + index if tcp else tcp,
        workers=0,
    )
