"""A media worker process: `python -m server.media.worker FD`, started by the fleet and by nobody else.

It is the in-process engine behind a socket and nothing more: no HTTP, no database, no application work in
its loop. It ends in order when the server says no more, and so it never outlives the server.
"""

import asyncio
import errno
import faulthandler
import logging
import signal
import socket
import sys

import uvloop

from server.media.channel import Begin, Channel, Failed, Logged, Ready, begin_from_line, line_of
from server.media.engine import InProcessEngine
from server.media.messages import Event, command_from_line

logger = logging.getLogger(__name__)

STOP_S = 2.0
"How long the goodbyes to the peers may take."
PORT_S = 3.0
"How long a port may be in use: a server that was killed leaves a worker which frees it within this."


class Worker:
    """The engine of this process and its line to the server."""

    def __init__(self) -> None:
        self.channel = Channel(self._line, self._end)
        self._ended = asyncio.Event()
        self._lines: list[bytes] = []
        self._came = asyncio.Event()
        self._engine: InProcessEngine | None = None

    async def run(self) -> None:
        """Until the server says no more."""
        begin = await self._begin()
        if begin is None:
            return
        engine = InProcessEngine(begin.options, self._tell, refuses=False)
        try:
            if not await self._start(engine):
                return
        except OSError as error:
            self.channel.say(line_of(Failed(what="port", words=str(error.strerror or error))))
            return
        except RuntimeError as error:
            self.channel.say(line_of(Failed(what="libraries", words=str(error))))
            return
        self.channel.say(line_of(Ready(port=engine.port)))
        self._engine = engine
        for line in self._lines:
            self._command(engine, line)
        self._lines.clear()
        await self._ended.wait()
        try:
            async with asyncio.timeout(STOP_S):
                await engine.stop()
        except TimeoutError:
            logger.warning("The goodbyes to the peers took too long")

    async def _start(self, engine: InProcessEngine) -> bool:
        """Opens the ports; waits a moment for one that a former worker still holds while it says goodbye.

        False when the server ended meanwhile.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + PORT_S
        while not self._ended.is_set():
            try:
                await engine.start()
                return True
            except OSError as error:
                if error.errno != errno.EADDRINUSE or loop.time() > give_up_at:
                    raise
            await asyncio.sleep(0.1)
        return False

    def _line(self, line: bytes) -> None:
        if self._engine is not None:
            self._command(self._engine, line)
        else:
            self._lines.append(line)
            self._came.set()

    def _command(self, engine: InProcessEngine, line: bytes) -> None:
        try:
            command = command_from_line(line)
        except ValueError:
            logger.error("The server sent a line that is no command")
            return
        engine.send(command)

    def _tell(self, event: Event) -> None:
        self.channel.say(line_of(event))

    def _end(self) -> None:
        self._ended.set()
        self._came.set()

    async def _begin(self) -> Begin | None:
        await self._came.wait()
        return begin_from_line(self._lines.pop(0)) if self._lines else None


class LogLines(logging.Handler):
    """Sends this process's log lines to the server."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """One record, traceback included."""
        self._channel.say(line_of(Logged(level=record.levelno, text=self.format(record))))


async def serve(pair: socket.socket) -> None:
    """Works for the other end of the pair until that is closed."""
    worker = Worker()
    loop = asyncio.get_running_loop()
    await loop.create_unix_connection(lambda: worker.channel, sock=pair)
    logging.basicConfig(level=logging.INFO, handlers=[LogLines(worker.channel)], force=True)
    try:
        await worker.run()
    finally:
        # One turn of the loop, so that the last events are on their way before the channel closes.
        await asyncio.sleep(0)
        worker.channel.close()
        await asyncio.sleep(0)


def main() -> None:
    """The process."""
    # A terminal's Ctrl-C and a service manager's signal reach all processes; the server decides the order.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    faulthandler.enable()
    uvloop.run(serve(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
