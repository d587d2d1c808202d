"""An ICE-TCP port (RFC 6544, passive): for clients whose network lets no UDP through.

Each connection carries the datagrams of one path in frames of RFC 4571: two bytes of length, then the
datagram. A connection is an address like any other to the rest of the plane: checks are answered on it, a leg
may use it, and a leg may roam between it and UDP. What a connection cannot take at once waits in a small
buffer; behind a full buffer packets are dropped as a full network would drop them, and nothing ever waits
for a slow reader. A frame that cannot be is the end of its connection and of nothing else.
"""

import asyncio
import errno
import ipaddress
import logging
import resource
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any

from server.media.ice import Address
from server.media.receive import inbox
from server.media.rtc_backend import BUFFER_BYTES
from server.media.udp import Datagram

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 1000
SHORT = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
MAX_FROM_ONE_HOST = 100
"A clinic behind one address gets in; one host alone cannot take all."
PROVE_S = 10.0
"A connection on which no valid check came for so long is closed."
WAITING_BYTES = 64 * 1024
"About half a second of one person's view of a room; more would only come too late."
SEND_BYTES = 128 * 1024
"Kernel buffer of a connection; left to itself it grows until a slow path is seconds late."
READ_BYTES = 8192
UNPROVED_BYTES = 4096
"What a stranger may send before a check of it was answered; a check takes a hundred bytes."
STUN_BYTES = 20
DATAGRAM_BYTES = 12
"Anything shorter is neither a check (RFC 8489) nor media (RFC 3550)."
FRAMES = 64
"Datagrams of one connection before others get their turn."
REST_S = 1.0
"Pause of accepting when the system is out of descriptors."
MARK = "tcp"
"Third part of a connection's address: never equal to what a UDP socket reports."


class Connection:
    """One accepted connection."""

    __slots__ = (
        "_behind",
        "_lost",
        "_proof",
        "_received",
        "_socket",
        "_strange",
        "_take",
        "_waiting",
        "address",
        "closed",
    )

    def __init__(
        self, sock: socket.socket, address: Address, take: Datagram, lost: Callable[["Connection"], None]
    ) -> None:
        self._socket = sock
        self._take = take
        self._lost = lost
        self._received = bytearray()
        self._waiting = bytearray()
        self._strange = 0
        "Bytes that came before the proof."
        self._behind = False
        "Whole datagrams wait for the next turn."
        self.address = address
        self.closed = False
        loop = asyncio.get_running_loop()
        loop.add_reader(sock.fileno(), self._readable)
        self._proof: asyncio.TimerHandle | None = loop.call_later(PROVE_S, self.close)

    def send(self, datagram: Any, address: Address) -> None:
        """Sends one datagram, now or as soon as the peer reads. Raises OSError when it is dropped."""
        size = len(datagram)
        if self.closed:
            raise OSError(errno.EPIPE, "The connection is closed")
        self._prove()
        if self._waiting:
            self._keep(size, datagram)
            return
        frame = size.to_bytes(2, "big") + bytes(datagram)
        try:
            sent = self._socket.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            raise
        if sent < len(frame):
            self._waiting += frame[sent:]
            asyncio.get_running_loop().add_writer(self._socket.fileno(), self._writable)

    def close(self) -> None:
        """Ends the connection at once."""
        if self.closed:
            return
        self.closed = True
        self._prove()
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket.fileno())
        loop.remove_writer(self._socket.fileno())
        self._socket.close()
        self._waiting.clear()
        self._lost(self)

    def _prove(self) -> None:
        """Only who passed a check is ever sent something: the connection belongs to a leg."""
        if self._proof is not None:
            self._proof.cancel()
            self._proof = None

    def _keep(self, size: int, datagram: Any) -> None:
        if len(self._waiting) + size + 2 > WAITING_BYTES:
            raise BlockingIOError(errno.EAGAIN, "The connection takes no more")
        self._waiting += size.to_bytes(2, "big") + bytes(datagram)

    def _writable(self) -> None:
        try:
            sent = self._socket.send(self._waiting)
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        del self._waiting[:sent]
        if not self._waiting:
            asyncio.get_running_loop().remove_writer(self._socket.fileno())

    def _readable(self) -> None:
        if self._behind:
            return
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if self._proof is not None:
            self._strange += len(data)
        if not data or self._strange > UNPROVED_BYTES:
            self.close()
            return
        self._received += data
        self._frames()

    def _frames(self) -> None:
        """Passes whole datagrams on, as many as one turn may have."""
        received, at = self._received, 0
        self._behind = False
        for _ in range(FRAMES):
            size = self._next(at)
            if size is None:
                break
            end = at + 2 + size
            inbox.data[:size] = received[at + 2 : end]
            inbox.arrived_s = 0.0
            at = end
            self._take(size, self.address, self.send)
            if self.closed:
                return
        del received[:at]
        if not self.closed and self._next(0) is not None:
            self._behind = True
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if not self.closed:
            self._frames()

    def _next(self, at: int) -> int | None:
        """The size of the whole datagram that begins here; one that cannot be ends the connection."""
        received = self._received
        if self.closed or len(received) - at < 2:
            return None
        size = received[at] << 8 | received[at + 1]
        if not (STUN_BYTES if self._proof is not None else DATAGRAM_BYTES) <= size <= BUFFER_BYTES:
            self.close()
            return None
        return size if len(received) - at >= 2 + size else None


class TcpPort:
    """One listening socket. `take` is called for each datagram in the inbox, `gone` for a lost address."""

    def __init__(self, address: str, port: int, take: Datagram, gone: Callable[[Address], None]) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            if family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.setblocking(False)
            self._socket.bind((address, port))
            self._socket.listen(128)
        except OSError as error:
            self._socket.close()
            words = f"Media port {port} (TCP) on {address} cannot be opened: {error.strerror}"
            raise OSError(error.errno, words) from error
        self.host: str = self._socket.getsockname()[0]
        self.port: int = self._socket.getsockname()[1]
        self._take = take
        self._gone = gone
        self.connections: dict[Address, Connection] = {}
        self._hosts: Counter[str] = Counter()
        self._rest: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Starts to listen on the running loop."""
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._accept)

    def close(self) -> None:
        """Ends all connections and stops listening."""
        for connection in list(self.connections.values()):
            connection.close()
        if self._rest is not None:
            self._rest.cancel()
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()

    def _accept(self) -> None:
        try:
            sock, peer = self._socket.accept()
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno not in SHORT:
                return  # the peer has gone again
            # The socket stays readable while there is no descriptor for who waits: look away for a while.
            logger.warning("Media connections are not accepted for now: %s", error.strerror)
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._socket.fileno())
            self._rest = loop.call_later(REST_S, self.open)
            return
        host = net_of(peer[0])
        if len(self.connections) >= most_connections() or self._hosts[host] >= MAX_FROM_ONE_HOST:
            sock.close()
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        address = (peer[0], peer[1], MARK)
        self._hosts[host] += 1
        self.connections[address] = Connection(sock, address, self._take, self._lost)

    def _lost(self, connection: Connection) -> None:
        del self.connections[connection.address]
        host = net_of(connection.address[0])
        self._hosts[host] -= 1
        if not self._hosts[host]:
            del self._hosts[host]
        self._gone(connection.address)


def net_of(host: str) -> str:
    """Who counts as one host: an IPv4 address, or the IPv6 network that one customer has."""
    if ":" not in host:
        return host
    return str(ipaddress.IPv6Network((host.partition("%")[0], 64), strict=False))


def most_connections() -> int:
    """Connections at once: half of the descriptors of this process at most, the rest has other uses."""
    return min(MAX_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
