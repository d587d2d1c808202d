import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from care.delivery import Reading
from scheduler import clockwork
from scheduler.clockwork import Clock, Tick
from scheduler.observe import Metrics

DAY = timedelta(days=1)


class Counted:
    """A tick's body that can be waited for."""

    def __init__(self, wanted: int = 1, fails: bool = False) -> None:
        self.runs: list[datetime] = []
        self.reached = asyncio.Event()
        self._wanted = wanted
        self._fails = fails

    async def __call__(self, now: datetime) -> None:
        self.runs.append(now)
        if len(self.runs) >= self._wanted:
            self.reached.set()
        if self._fails:
            raise RuntimeError("ada@example.org could not be reached")


def tick(body: Counted, name: str = "one", always: bool = False, every_s: float = 0.05) -> Tick:
    return Tick(name=name, every=timedelta(seconds=every_s), body=body, always=always)


async def test_every_tick_runs_at_once_and_again() -> None:
    body = Counted(wanted=3)
    clock = Clock([tick(body)], Metrics())
    clock.start()
    async with asyncio.timeout(10):
        await body.reached.wait()
    await clock.stop()
    assert all(now.tzinfo is UTC for now in body.runs)


async def test_a_tick_that_fails_runs_again_and_is_counted() -> None:
    metrics, body = Metrics(), Counted(wanted=2, fails=True)
    clock = Clock([tick(body)], metrics)
    clock.start()
    async with asyncio.timeout(10):
        await body.reached.wait()
    await clock.stop()
    failed = {"tick": "one", "outcome": "failed"}
    assert (metrics.registry.get_sample_value("ipt_tick_runs_total", failed) or 0) >= 1


async def test_what_a_failure_says_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    await Clock([], Metrics()).run(tick(Counted(fails=True)))
    (line,) = caplog.records
    assert "ada@example.org" not in repr(vars(line))
    assert vars(line)["kind"] == "RuntimeError"
    assert vars(line)["where"][-1].startswith("test_clockwork.py:")


async def test_a_slow_tick_never_overlaps_itself_and_missed_runs_are_merged() -> None:
    going, most = 0, 0
    finished = asyncio.Event()
    runs = 0

    async def slow(now: datetime) -> None:
        nonlocal going, most, runs
        going += 1
        most = max(most, going)
        for _ in range(20):
            await asyncio.sleep(0.01)  # the work itself, four intervals long
        going -= 1
        runs += 1
        if runs == 3:
            finished.set()

    clock = Clock([Tick(name="slow", every=timedelta(seconds=0.05), body=slow)], Metrics())
    clock.start()
    async with asyncio.timeout(10):
        await finished.wait()
    await clock.stop()
    assert most == 1


async def test_a_run_that_is_late_by_a_stall_of_the_loop_still_happens() -> None:
    body = Counted(wanted=2)
    clock = Clock([tick(body, every_s=0.2)], Metrics())
    clock.start()
    stalled = asyncio.get_running_loop()
    stalled.call_later(
        0.1, lambda: _stall(1.5)
    )  # past one second, where APScheduler's default gives a run up
    async with asyncio.timeout(10):
        await body.reached.wait()
    await clock.stop()


def _stall(seconds: float) -> None:
    until = clockwork.read().monotonic_s + seconds
    while clockwork.read().monotonic_s < until:
        pass


async def test_stopping_lets_a_running_tick_finish() -> None:
    started, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def body(now: datetime) -> None:
        started.set()
        await may_end.wait()
        ended.set()

    clock = Clock([Tick(name="one", every=timedelta(hours=1), body=body)], Metrics())
    clock.start()
    async with asyncio.timeout(10):
        await started.wait()
        stopping = asyncio.create_task(clock.stop())
        may_end.set()
        await stopping
    assert ended.is_set()


def leap(clock: Clock, by: timedelta) -> None:
    """The wall clock runs ahead by this much between two looks."""
    now = clockwork.read()
    clock.look(Reading(wall=now.wall - by, monotonic_s=now.monotonic_s))
    clock.leap = None
    clock.look(now)


async def test_after_a_leap_only_ticks_that_always_run_do_until_a_person_accepts() -> None:
    metrics = Metrics()
    clock = Clock([], metrics)
    sends, beats = Counted(), Counted()
    leap(clock, DAY)
    await clock.run(tick(sends, "sends"))
    await clock.run(tick(beats, "beats", always=True))
    assert (len(sends.runs), len(beats.runs)) == (0, 1)
    assert metrics.registry.get_sample_value("ipt_clock_in_doubt") == 1
    clock.accept()
    await clock.run(tick(sends, "sends"))
    assert len(sends.runs) == 1
    assert metrics.registry.get_sample_value("ipt_clock_in_doubt") == 0


async def test_a_leap_backwards_is_a_leap_too() -> None:
    clock = Clock([], Metrics())
    leap(clock, -DAY)
    assert clock.leap is not None


async def test_a_process_that_starts_after_downtime_has_not_leapt() -> None:
    clock = Clock([], Metrics())
    body = Counted()
    await clock.run(tick(body))
    assert clock.leap is None
    assert len(body.runs) == 1
