"""Worker processes: real ones, with real peers on them."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator

import pytest

from server.media.fleet import Fleet
from server.media.messages import Answered, Load, Refused, WorkerLost
from server.media.options import MediaOptions
from tests.peers.company import Company, until
from tests.peers.direct import Refusal, Stage
from tests.peers.pacing import Pacer

TWO = MediaOptions(bind=("127.0.0.1",), workers=2)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(TWO) as made:
        yield made


def fleet(stage: Stage) -> Fleet:
    assert isinstance(stage.engine, Fleet)
    return stage.engine


async def room(stage: Stage, pacer: Pacer, name: str) -> Company:
    """Two peers who hear and see each other."""
    company = Company(stage, pacer, name)
    await company.join()
    await company.join()
    company.seat()
    company.send()
    await flows(company)
    return company


async def flows(company: Company, packets: int = 60) -> None:
    before = [peer.leg.tally.packets for peer in company.peers]
    await until(
        lambda: all(p.leg.tally.packets > n + packets for p, n in zip(company.peers, before, strict=True)), 5
    )


def ports(company: Company) -> set[int]:
    return {peer.leg.answer.udp[0][1] for peer in company.peers}


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_rooms_spread_over_the_workers_and_stay_whole(stage: Stage, pacer: Pacer) -> None:
    rooms = [await room(stage, pacer, name) for name in ("one", "two")]

    assert all(len(ports(company)) == 1 for company in rooms)
    assert ports(rooms[0]) | ports(rooms[1]) == {worker.port for worker in fleet(stage).workers}
    for company in rooms:
        assert company.faults() == {}
        company.close()


async def test_a_killed_worker_is_told_at_once_and_its_room_goes_on_at_another(
    stage: Stage, pacer: Pacer
) -> None:
    first, second = [await room(stage, pacer, name) for name in ("one", "two")]
    victim = next(w for w in fleet(stage).workers if {w.port} == ports(first))
    loop = asyncio.get_running_loop()
    began = loop.time()

    os.kill(victim.pid, signal.SIGKILL)
    lost = await stage.until(lambda e: isinstance(e, WorkerLost), 1)
    assert lost.rooms == ("one",)
    assert set(lost.legs) == set(first.names)
    for peer in first.peers:
        peer.close(goodbye=False)
    again = await room(stage, pacer, "one")
    assert loop.time() - began < 5

    assert ports(again) == ports(second)
    await flows(second)
    assert second.faults() == again.faults() == {}
    await until(lambda: len(fleet(stage).workers) == 2, 30)
    for company in (again, second):
        company.close()


async def test_an_only_worker_that_is_killed_comes_back_and_takes_the_offers_of_meanwhile(
    pacer: Pacer,
) -> None:
    async with Stage(MediaOptions(bind=("127.0.0.1",), workers=1)) as stage:
        company = await room(stage, pacer, "one")
        loop = asyncio.get_running_loop()
        began = loop.time()
        os.kill(fleet(stage).workers[0].pid, signal.SIGKILL)
        await stage.until(lambda e: isinstance(e, WorkerLost), 1)
        company.close()
        again = await room(stage, pacer, "one")
        assert loop.time() - began < 5
        again.close()


async def test_workers_that_hang_are_replaced(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.media.worker_process.SILENT_S", 2.0)
    await stage.until(lambda e: isinstance(e, Load) and e.accepting)
    before = {worker.pid for worker in fleet(stage).workers}
    await asyncio.sleep(1.2)  # each worker has said its load once since the limit was changed
    victim = fleet(stage).workers[0].pid
    os.kill(victim, signal.SIGSTOP)

    await until(lambda: gone(victim), 10)
    await until(lambda: len({w.pid for w in fleet(stage).workers} - before) == 1, 30)


async def test_workers_end_with_the_engine() -> None:
    async with Stage(TWO) as stage:
        pids = [worker.pid for worker in fleet(stage).workers]
        assert len(pids) == 2
    assert all(gone(pid) for pid in pids)
    assert not any(isinstance(e, WorkerLost) for e in stage.events)


async def test_workers_end_when_the_server_dies() -> None:
    script = (
        "import asyncio, sys\n"
        "from server.media.fleet import Fleet\n"
        "from server.media.options import MediaOptions\n"
        "async def main():\n"
        "    fleet = Fleet(MediaOptions(bind=('127.0.0.1',), workers=2), lambda e: None)\n"
        "    await fleet.start()\n"
        "    print(*(w.pid for w in fleet.workers), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    pids = [int(pid) for pid in (await server.stdout.readline()).split()]
    assert len(pids) == 2
    server.kill()
    await server.wait()
    await until(lambda: all(gone(pid) for pid in pids), 5)


async def test_a_port_in_use_is_named() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        fleet = Fleet(MediaOptions(bind=("127.0.0.1",), port=port, workers=1), lambda e: None)
        with pytest.raises(OSError, match=str(port)):
            await fleet.start()


async def test_a_port_that_a_former_worker_still_holds_is_waited_for() -> None:
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    fleet = Fleet(MediaOptions(bind=("127.0.0.1",), port=port, workers=1), lambda e: None)
    starting = asyncio.create_task(fleet.start())
    await until(lambda: fleet._workers, 20)  # it has been told to begin
    await asyncio.sleep(0.5)
    taken.close()
    await starting
    assert [worker.port for worker in fleet.workers] == [port]
    await fleet.stop()


async def test_the_loads_of_all_workers_become_one(stage: Stage, pacer: Pacer) -> None:
    rooms = [await room(stage, pacer, name) for name in ("one", "two")]
    load = await stage.until(lambda e: isinstance(e, Load) and e.packets_out > 100, 5)

    assert load.legs == 4
    assert 0 < load.share < 2
    for company in rooms:
        company.close()


async def test_an_offer_that_makes_no_sense_is_refused_and_leaves_no_room_behind(stage: Stage) -> None:
    with pytest.raises(Refusal, match="bad_offer"):
        await stage.negotiate("room", "eve")("v=0\r\n")
    assert not any(isinstance(e, Answered) for e in stage.events)
    assert sum(isinstance(e, Refused) for e in stage.events) == 1
