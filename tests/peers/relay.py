"""A UDP relay in user space that treats datagrams as a bad network would: loss, delay, jitter, reordering,
a rate limit, a moved port, a dead path. The same seed and the same datagrams give the same treatment.

Time is `loop.time()` in seconds; rates are bits a second. One flow per client address, each with its own
socket towards the server, so that the server sees one address a client (as behind a NAT).
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

Address = tuple[str, int]
BUFFER = 4 << 20
BURST = 64


@dataclass(kw_only=True)
class Path:
    """How one direction treats a datagram. `loss` and `reorder` are shares of 1; times in seconds."""

    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    reorder: float = 0.0
    reorder_delay: float = 0.02
    rate: float = 0.0
    queue: float = 0.3
    drop: Callable[[bytes], bool] | None = None


@dataclass
class Count:
    """Datagrams of one direction since the start."""

    passed: int = 0
    lost: int = 0
    reordered: int = 0
    overflowed: int = 0
    dead: int = 0


@dataclass
class Lane:
    """One direction of one flow: its own dice, its last delivery time, the time its link is busy until."""

    path: Path
    count: Count
    dice: random.Random
    last: float = 0.0
    busy: float = 0.0

    def due(self, data: bytes, now: float) -> float | None:
        """The time at which `data` leaves the relay, or None when it is lost."""
        path = self.path
        if (path.drop is not None and path.drop(data)) or self.dice.random() < path.loss:
            self.count.lost += 1
            return None
        at = self._serialised(len(data), now)
        if at is None:
            self.count.overflowed += 1
            return None
        at += path.delay + path.jitter * (2 * self.dice.random() - 1)
        if path.reorder and self.dice.random() < path.reorder:
            self.count.reordered += 1
            return at + path.reorder_delay
        self.last = at = max(at, self.last + 1e-7)
        return at

    def _serialised(self, size: int, now: float) -> float | None:
        if not self.path.rate:
            return now
        start = max(now, self.busy)
        if start - now > self.path.queue:
            return None
        self.busy = start + size * 8 / self.path.rate
        return self.busy


@dataclass(eq=False)
class Flow:
    """One client address and the socket that stands for it towards the server."""

    client: Address
    front: socket.socket
    back: socket.socket
    up: Lane
    down: Lane
    dead: bool = False
    old: list[socket.socket] = field(default_factory=list)


def _socket(bind: Address) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    sock.bind(bind)
    return sock


class Relay:
    """Clients send to `address`; the relay sends to `target` from one port per client and back."""

    def __init__(
        self,
        target: Address,
        *,
        up: Path | None = None,
        down: Path | None = None,
        seed: int = 1,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.target, self.seed = target, seed
        self.up, self.down = up or Path(), down or Path()
        self.counts = {"up": Count(), "down": Count()}
        self.flows: dict[Address, Flow] = {}
        self.front = _socket((host, port))
        self.address: Address = self.front.getsockname()
        self._host = host
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Relay:
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self.front, self._from_clients)
        return self

    async def __aexit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop relaying; datagrams still delayed are dropped."""
        if self._loop is None:
            return
        for sock in (self.front, *(s for f in self.flows.values() for s in (f.back, *f.old))):
            self._loop.remove_reader(sock)
            sock.close()
        self.flows.clear()
        self._loop = None

    def shape(self, *, up: Path | None = None, down: Path | None = None) -> None:
        """From now on treat the named directions of every flow in this way."""
        self.up, self.down = up or self.up, down or self.down
        for flow in self.flows.values():
            flow.up.path, flow.down.path = self.up, self.down

    def move(self, client: Address | None = None) -> None:
        """A NAT rebinding: the server sees new ports; what comes to the old ones is lost."""
        for flow in self._chosen(client):
            self._reader(flow.back, None)
            flow.old.append(flow.back)
            flow.back = _socket((self._back_host(), 0))
            self._reader(flow.back, flow)

    def kill(self, client: Address | None = None) -> None:
        """The path of these client addresses is dead both ways for ever; a new client address lives."""
        for flow in self._chosen(client):
            flow.dead = True

    def revive(self, client: Address | None = None) -> None:
        """Undo `kill`: the path carries again."""
        for flow in self._chosen(client):
            flow.dead = False

    def _chosen(self, client: Address | None) -> list[Flow]:
        return [f for f in self.flows.values() if client is None or f.client == client]

    def _back_host(self) -> str:
        return "127.0.0.1" if self.target[0].startswith("127.") else ""

    def _reader(self, sock: socket.socket, flow: Flow | None) -> None:
        if self._loop is None:
            return
        if flow is None:
            self._loop.remove_reader(sock)
        else:
            self._loop.add_reader(sock, self._from_server, flow, sock)

    def _flow(self, client: Address) -> Flow:
        flow = self.flows.get(client)
        if flow is None:
            number = len(self.flows)
            up = Lane(self.up, self.counts["up"], random.Random(f"{self.seed}/{number}/up"))
            down = Lane(self.down, self.counts["down"], random.Random(f"{self.seed}/{number}/down"))
            flow = Flow(client, self.front, _socket((self._back_host(), 0)), up, down)
            self.flows[client] = flow
            self._reader(flow.back, flow)
        return flow

    def _from_clients(self) -> None:
        for _ in range(BURST):
            try:
                data, client = self.front.recvfrom(2048)
            except (BlockingIOError, ConnectionError):
                return
            flow = self._flow(client)
            self._carry(flow, flow.up, data)

    def _from_server(self, flow: Flow, sock: socket.socket) -> None:
        for _ in range(BURST):
            try:
                data, _sender = sock.recvfrom(2048)
            except (BlockingIOError, ConnectionError):
                return
            self._carry(flow, flow.down, data)

    def _carry(self, flow: Flow, lane: Lane, data: bytes) -> None:
        assert self._loop is not None
        now = self._loop.time()
        due = lane.due(data, now)
        if due is None:
            return
        if due <= now:
            self._deliver(flow, lane, data)
        else:
            self._loop.call_at(due, self._deliver, flow, lane, data)

    def _deliver(self, flow: Flow, lane: Lane, data: bytes) -> None:
        if self._loop is None:
            return
        if flow.dead:
            lane.count.dead += 1
            return
        lane.count.passed += 1
        with suppress(BlockingIOError, ConnectionError):
            if lane is flow.up:
                flow.back.sendto(data, self.target)
            else:
                flow.front.sendto(data, flow.client)
