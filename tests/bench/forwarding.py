"""The figures of the forwarding path: cost of a packet against the floor, added latency, loss at 90 000 a
second."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.bench.figure import Figure, histogram_share
from tests.bench.loading import BUCKET_MS, Count, Loads, loads, summed
from tests.bench.serving import SERVER_CORE, Served, serving

MEMBERS = 10
INJECTED = 0.005
WARM_S = 4.0
FLOOR = (
    "floor: AES-128-GCM srtp_protect in place + unconnected sendto to nine addresses, same core, median of 11"
)
NEEDED = {"TWCC": "twcc_got", "RR": "rr_got", "SR": "sr_got", "NACK answers": "repaired"}


async def floor() -> float:
    """CPU us a packet of protection and sending alone, on the server's core."""
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(SERVER_CORE), sys.executable, "-m", "tests.bench.floor",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    return float(out)


@asynccontextmanager
async def full_rooms(
    rooms: int, injected: float, *, python: bool = False
) -> AsyncIterator[tuple[Served, Loads]]:
    """So many rooms of ten replay peers on a running service, everybody sending.

    `python` keeps the service to forwarding in Python alone where it has the compiled helper.
    """
    environment = {"IPT_MEDIA_COMPILED": "false"} if python else {}
    async with (
        serving(rooms, MEMBERS, environment=environment) as served,
        loads(served, rooms, 1 if rooms <= 4 else 2) as load,
    ):
        await load.ask("enter", injected=injected)
        await load.ask("publish")
        await asyncio.sleep(WARM_S)
        yield served, load


def has_compiled() -> bool:
    """Whether this installation forwards with the compiled helper."""
    return importlib.util.find_spec("server.media._fanout") is not None


async def forward_cost(rooms: int, python: bool, seconds: float = 15.0) -> list[Figure]:
    """CPU us of all server processes for each packet that a receiver decrypted and found right."""
    least = await floor()
    async with full_rooms(rooms, INJECTED, python=python) as (served, load):
        before = served.cpu()
        count = summed(await load.ask("run", seconds=seconds))
        spent = served.cpu() - before
    counts = {name: count.tally[field] for name, field in NEEDED.items()}
    return [
        Figure(
            figure=f"forward_cost_{rooms}x{MEMBERS}" + ("_python" if python else ""),
            value=spent / count.tally["packets"] * 1e6,
            unit="us/packet",
            against=FLOOR,
            against_value=least,
            how=f"user+system CPU of all processes of `ipt-rooms serve`, one core, {count.seconds:.0f} s / "
            f"{count.tally['packets']} packets decrypted and checked by {rooms * MEMBERS} receivers on "
            f"the other core; 100 packets/s in per member, 0.5 % loss injected both ways; fan-out "
            + ("compiled" if has_compiled() and not python else "in Python"),
            valid=all(counts.values()) and not count.faults(),
            details={
                **counts,
                "packets/s": round(count.rate),
                "share of the core": round(spent / count.seconds, 2),
                "lost for good": count.tally["lost"],
                "faults": count.faults(),
                "load's share of its core": round(count.cpu / count.seconds, 2),
            },
        )
    ]


async def added_latency(busy: bool, seconds: float = 15.0) -> list[Figure]:
    """The 99th percentile from the publisher's encryption to the subscriber's decryption, four rooms."""
    async with full_rooms(4, 0.0) as (served, load), _pages(served, busy) as fetched:
        count = summed(await load.ask("run", seconds=seconds))
        pages = len(fetched)
    name = "added_latency_p99_busy" if busy else "added_latency_p99_4x10"
    return [
        Figure(
            figure=name,
            value=_latency(count, 0.99),
            unit="ms",
            how=f"publisher's encrypt to subscriber's decrypt, all {sum(count.latency.values())} packets of "
            f"{count.seconds:.0f} s in 4 rooms of 10"
            + (f" while {pages} of the largest pages were requested back to back" if busy else ""),
            details={"p50": round(_latency(count, 0.5), 2), "p99.9": round(_latency(count, 0.999), 2)},
            valid=not count.faults(),
        )
    ]


def _latency(count: Count, share: float) -> float:
    return histogram_share(count.latency, share, BUCKET_MS)


@asynccontextmanager
async def _pages(served: Served, busy: bool) -> AsyncIterator[list[int]]:
    """When `busy`, somebody who requests the largest page again and again; yields the sizes so far."""
    sizes: list[int] = []
    if not busy:
        yield sizes
        return
    largest = await asyncio.to_thread(_largest, served.base_url)

    async def again() -> None:
        while True:
            sizes.append(await asyncio.to_thread(_size, largest))

    task = asyncio.create_task(again())
    yield sizes
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _size(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as reply:
        return len(reply.read())


def _largest(base_url: str) -> str:
    return max((f"{base_url}{path}" for path in ("/", "/help", "/j", "/help/DE", "/help/US")), key=_try_size)


def _try_size(url: str) -> int:
    with contextlib.suppress(OSError):
        return _size(url)
    return 0


async def lost_at_90k(seconds: float = 15.0) -> list[Figure]:
    """Packets that never arrived, retransmissions not counted, while ten rooms of ten run."""
    async with full_rooms(10, 0.0) as (served, load):
        await load.ask("pause")
        await load.ask("mark")
        await load.ask("go_on")
        before = served.cpu()
        await asyncio.sleep(seconds)
        await load.ask("pause")
        count = await load.count()
        spent = served.cpu() - before
    forwarded = count.sent * (MEMBERS - 1)
    return [
        Figure(
            figure="lost_at_90k",
            value=forwarded - count.tally["packets"],
            unit="packets",
            how=f"{count.sent} packets sent in {seconds:.0f} s x 9 receivers - {count.tally['packets']} "
            f"first arrivals decrypted and checked (retransmissions not counted), 10 rooms of 10",
            valid=not count.faults(),
            details={
                "forwarded/s": round(forwarded / seconds),
                "share of the core": round(spent / seconds, 2),
                "gaps in numbering": count.gone,
                "repaired": count.tally["repaired"],
                "faults": count.faults(),
            },
        )
    ]
