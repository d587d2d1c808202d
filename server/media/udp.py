"""A UDP port: own non-blocking socket, drained by the event loop, told apart by the first byte (RFC 7983).

asyncio's datagram transport allocates 256 KiB for each datagram; here every datagram lands in one buffer.
"""

import asyncio
import functools
import logging
import socket
from collections.abc import Callable
from struct import Struct
from typing import Protocol

from server.media.ice import Address, SendTo
from server.media.receive import inbox
from server.media.rtc_backend import BUFFER_BYTES

logger = logging.getLogger(__name__)

Datagram = Callable[[int, Address, SendTo], None]

_TIMESTAMP = 35
"SO_TIMESTAMPNS: the kernel notes when each datagram came, so a busy loop does not look like a slow network."
_NOTE_BYTES = 64
_stamp = Struct("@qq").unpack_from
_DRAIN = 128
"Datagrams taken before other work of the loop gets its turn."
_PACE_S = 0.002
"Under load the port is read so often, not at every datagram: a wake-up of the loop costs more than one."
_BUSY_RATE = 1000
_CALM_RATE = 600
"Datagrams a second at which that begins and ends."
_TURNS = 64
_RECEIVE_BYTES = 8 * 1024 * 1024
_SEND_BYTES = 4 * 1024 * 1024


class Drain(Protocol):
    """Another way to read a socket."""

    def drain(self) -> int:
        """Takes what waits, up to a bound; returns how many datagrams that were."""


class UdpPort:
    """One bound socket. `take(size, address, send_to)` is called for each datagram in the inbox.

    `reader` may make another way to read it out of the socket; it makes None where there is none.
    """

    def __init__(
        self,
        address: str,
        port: int,
        take: Datagram,
        reader: Callable[[socket.socket], Drain | None] = lambda sock: None,
    ) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            if family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            _grow(self._socket)
            self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
            self._socket.setblocking(False)
            self._socket.bind((address, port))
        except OSError as error:
            self._socket.close()
            words = f"Media port {port} (UDP) on {address} cannot be opened: {error.strerror}"
            raise OSError(error.errno, words) from error
        self.host: str = self._socket.getsockname()[0]
        self.port: int = self._socket.getsockname()[1]
        self._take = take
        self._receive = self._socket.recvmsg_into
        self._send: SendTo = self._socket.sendto
        other = reader(self._socket)
        self._drain = other.drain if other is not None else self._one_by_one
        self._timer: asyncio.TimerHandle | None = None
        self._turns = self._taken = 0
        self._turned_at = 0.0

    def open(self) -> None:
        """Starts to listen on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._wake)

    def close(self) -> None:
        """Stops listening; late sends fail with OSError."""
        if self._timer is not None:
            self._timer.cancel()
        else:
            self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def _wake(self) -> None:
        """Something came; under load the port looks by itself each millisecond from now on."""
        self._taken += self._drain()
        self._turns += 1
        if self._turns >= _TURNS:
            now = self._loop.time()
            if self._taken > _BUSY_RATE * (now - self._turned_at):
                self._loop.remove_reader(self._socket.fileno())
                self._timer = self._loop.call_later(_PACE_S, self._turn)
            self._turns, self._taken, self._turned_at = 0, 0, now

    def _turn(self) -> None:
        self._taken += self._drain()
        self._turns += 1
        if self._turns >= _TURNS:
            now = self._loop.time()
            calm = self._taken < _CALM_RATE * (now - self._turned_at)
            self._turns, self._taken, self._turned_at = 0, 0, now
            if calm:
                self._timer = None
                self._loop.add_reader(self._socket.fileno(), self._wake)
                return
        self._timer = self._loop.call_later(_PACE_S, self._turn)

    def _one_by_one(self) -> int:
        """Takes what waits, up to a bound; returns how many datagrams that were."""
        receive, take, send, views = self._receive, self._take, self._send, [inbox.view[:BUFFER_BYTES]]
        for taken in range(_DRAIN):
            try:
                size, notes, _, address = receive(views, _NOTE_BYTES)
            except BlockingIOError:
                return taken
            except OSError as error:  # an ICMP error that some peer's address provoked
                logger.debug("Media port read failed: %s", error.strerror)
                continue
            if notes:
                seconds, nanoseconds = _stamp(notes[0][2])
                inbox.arrived_s = seconds + nanoseconds * 1e-9
            else:
                inbox.arrived_s = 0.0
            take(size, address, send)
        return _DRAIN


def _grow(sock: socket.socket) -> None:
    """Asks for buffers that survive a burst of key frames; the system may grant less."""
    granted = []
    for option, force, size in (
        (socket.SO_RCVBUF, 33, _RECEIVE_BYTES),  # SO_RCVBUFFORCE, for a process that may
        (socket.SO_SNDBUF, 32, _SEND_BYTES),  # SO_SNDBUFFORCE
    ):
        try:
            sock.setsockopt(socket.SOL_SOCKET, force, size)
        except OSError:
            sock.setsockopt(socket.SOL_SOCKET, option, size)
        # The kernel doubles what it is asked for, for its own bookkeeping (socket(7)).
        granted.append(sock.getsockopt(socket.SOL_SOCKET, option) // 2)
    _say_buffers(*granted)


@functools.cache
def _say_buffers(receive: int, send: int) -> None:
    """Tells the operator once in a process what was granted."""
    if receive < _RECEIVE_BYTES:
        logger.warning(
            "Media socket buffers: %d KiB in, %d KiB out; net.core.rmem_max of %d would hold a burst of 100"
            " people",
            receive // 1024,
            send // 1024,
            _RECEIVE_BYTES,
        )
    else:
        logger.info("Media socket buffers: %d KiB in, %d KiB out", receive // 1024, send // 1024)
