"""The relay does to datagrams what it is told, the same each time."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.peers.relay import Path, Relay


class Echo:
    """A server that sends everything back and notes where it came from."""

    def __init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.bind(("127.0.0.1", 0))
        self.seen: list[tuple[bytes, int]] = []

    def read(self) -> None:
        data, sender = self.sock.recvfrom(2048)
        self.seen.append((data, sender[1]))
        self.sock.sendto(data, sender)


@asynccontextmanager
async def between(
    up: Path | None = None, down: Path | None = None, seed: int = 1
) -> AsyncIterator[tuple[Echo, Relay]]:
    echo = Echo()
    loop = asyncio.get_running_loop()
    loop.add_reader(echo.sock, echo.read)
    async with Relay(echo.sock.getsockname(), up=up, down=down, seed=seed) as relay:
        yield echo, relay
    loop.remove_reader(echo.sock)
    echo.sock.close()


async def exchange(relay: Relay, count: int, *, client: socket.socket | None = None) -> list[bytes]:
    """Send `count` numbered datagrams, then one of 9 bytes until it comes back; what came before that."""
    loop = asyncio.get_running_loop()
    client = client or socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setblocking(False)
    for n in range(count):
        await loop.sock_sendto(client, b"%04d" % n, relay.address)
        await asyncio.sleep(0)
    relay.shape(up=Path(delay=relay.up.delay), down=Path(delay=relay.down.delay))
    await loop.sock_sendto(client, b"last one.", relay.address)
    got = []
    async with asyncio.timeout(5):
        while (data := await loop.sock_recv(client, 2048)) != b"last one.":
            got.append(data)
    client.close()
    return got


async def test_a_relay_without_faults_passes_everything_in_order() -> None:
    async with between() as (_, relay):
        assert await exchange(relay, 200) == [b"%04d" % n for n in range(200)]


async def test_the_same_seed_loses_the_same_datagrams() -> None:
    async def lost(seed: int) -> list[bytes]:
        async with between(up=Path(loss=0.2), seed=seed) as (_, relay):
            return await exchange(relay, 200)

    first = await lost(5)
    assert 120 < len(first) < 195
    assert await lost(5) == first
    assert await lost(6) != first


async def test_delayed_datagrams_keep_their_order_unless_reordering_is_asked_for() -> None:
    async with between(up=Path(delay=0.03, jitter=0.02)) as (_, relay):
        got = await exchange(relay, 100)
    assert got == sorted(got)
    async with between(up=Path(delay=0.02, reorder=0.2, reorder_delay=0.005)) as (echo, relay):
        await exchange(relay, 100)
        await exchange(relay, 0)
        got = [data for data, _ in echo.seen if len(data) == 4]
        assert relay.counts["up"].reordered > 5
    assert got != sorted(got)


async def test_a_rate_limit_drops_what_its_queue_cannot_hold() -> None:
    async with between(up=Path(rate=8000, queue=0.05)) as (_, relay):
        got = await exchange(relay, 100)
        assert relay.counts["up"].overflowed == 100 - len(got) > 50


async def test_a_moved_relay_shows_the_server_another_port_and_still_answers() -> None:
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    async with between() as (echo, relay):
        await exchange(relay, 1, client=client.dup())
        relay.move()
        await exchange(relay, 1, client=client)
        assert len({port for _, port in echo.seen}) == 2


async def test_a_killed_path_carries_nothing_while_a_new_address_lives() -> None:
    loop = asyncio.get_running_loop()
    old, new = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    async with between() as (echo, relay):
        await exchange(relay, 1, client=old.dup())
        relay.kill()
        old.setblocking(False)
        await loop.sock_sendto(old, b"dead", relay.address)
        await exchange(relay, 1, client=new)
        assert b"dead" not in {data for data, _ in echo.seen}
        assert relay.counts["up"].dead == 1
    old.close()


async def test_a_filter_drops_only_what_it_names() -> None:
    async with between(up=Path(drop=lambda data: data == b"0007")) as (_, relay):
        assert set(await exchange(relay, 10)) == {b"%04d" % n for n in range(10) if n != 7}
