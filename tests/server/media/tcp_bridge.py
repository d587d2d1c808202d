"""A way through TCP for a peer that speaks UDP: its datagrams go to the server in frames of RFC 4571."""

import asyncio
import socket
from typing import Self

Address = tuple[str, int]


class TcpBridge:
    """A UDP port on loopback (`address`) that leads through one TCP connection to the server's port."""

    def __init__(self, target: Address) -> None:
        self._target = target
        self._peer: Address | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.reading = asyncio.Event()
        "Cleared: nothing more is read from the server, whose buffers fill."
        self.reading.set()
        self.received = 0
        "Datagrams that came from the server."

    async def __aenter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", 0))
        self.address: Address = self._socket.getsockname()
        self._reader, self._writer = await asyncio.open_connection(*self._target)
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket.fileno(), self._up)
        self._tasks.append(loop.create_task(self._down()))
        return self

    async def __aexit__(self, *error: object) -> None:
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.cut()
        self._socket.close()

    async def cut(self) -> None:
        """Ends the TCP connection."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return

    def _up(self) -> None:
        while True:
            try:
                datagram, self._peer = self._socket.recvfrom(2048)
            except BlockingIOError:
                return
            if not self._writer.is_closing():
                self._writer.write(len(datagram).to_bytes(2, "big") + datagram)

    async def _down(self) -> None:
        try:
            while True:
                await self.reading.wait()
                size = int.from_bytes(await self._reader.readexactly(2), "big")
                datagram = await self._reader.readexactly(size)
                self.received += 1
                if self._peer is not None:
                    self._socket.sendto(datagram, self._peer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
