"""What an engine says about its load, and what it refuses because of it."""

import gc
import time

import pytest

from server.media.load import HYSTERESIS, LAG_MS, LAGS, Gate, Meter
from server.media.messages import Load
from server.media.options import MediaOptions
from server.media.roster import REMEMBERED_S, Roster
from server.media.rubbish import LONGEST_S, QUIET_S, Rubbish
from tests.peers.company import Company, until
from tests.peers.direct import Refusal, Stage
from tests.peers.pacing import Pacer

CALM = LAG_MS / 2


def test_rooms_are_refused_above_the_mark_and_taken_again_well_below_it() -> None:
    gate = Gate(0.7)

    assert gate.judge(0.69, CALM)
    assert not gate.judge(0.7, CALM)
    assert not gate.judge(0.7 - HYSTERESIS, CALM)
    assert gate.judge(0.69 - HYSTERESIS, CALM)


def test_one_late_second_is_nothing_and_several_running_close_the_gate() -> None:
    gate = Gate(0.7)

    assert gate.judge(0.1, LAG_MS * 5)
    assert gate.judge(0.1, CALM)
    judged = [gate.judge(0.1, LAG_MS + 1) for _ in range(LAGS)]
    assert judged == [True] * (LAGS - 1) + [False]
    assert gate.judge(0.1, CALM)


def test_the_share_is_cpu_over_wall_time_of_the_last_seconds() -> None:
    times = iter([(0.0, 0.0), (1.0, 0.5), (2.0, 1.5), *((3.0 + n, 1.5) for n in range(6))])
    now = (0.0, 0.0)

    def clock() -> float:
        nonlocal now
        now = next(times)
        return now[0]

    meter = Meter(0.7, clock, lambda: now[1])
    meter.late(0.02)
    meter.late(0.01)

    assert meter.sample()[:2] == (0.5, 20.0)
    assert meter.sample()[:2] == (0.75, 0.0)
    assert [meter.sample().share for _ in range(6)][-1] == 0.0


def test_a_roster_forgets_legs_with_their_end_and_remembers_rooms_for_a_while() -> None:
    now = 0.0
    roster = Roster(lambda: now)
    roster.offered("room", "leg")
    assert (roster.room_of("leg"), roster.legs_of("room"), len(roster)) == ("room", ("leg",), 1)

    roster.forget("leg")
    assert (roster.room_of("leg"), roster.legs_of("room"), len(roster)) == (None, (), 0)
    assert roster.knows("room")
    now = REMEMBERED_S
    assert not roster.knows("room")


async def test_a_busy_engine_refuses_new_rooms_and_keeps_those_it_has(pacer: Pacer) -> None:
    async with Stage(MediaOptions(bind=("127.0.0.1",), busy_share=0.7)) as stage:
        company = Company(stage, pacer, "here")
        await company.join()
        stage.engine._meter._gate._busy_share = 0.0  # type: ignore[attr-defined]
        await stage.until(lambda e: isinstance(e, Load) and not e.accepting)

        stranger = Company(stage, pacer, "new")
        with pytest.raises(Refusal, match="busy"):
            await stranger.join()
        stranger.close()
        await company.join()
        company.seat()
        company.send()
        await until(lambda: company.peers[0].leg.tally.packets > 50)
        company.close()


async def test_a_busy_fleet_refuses_new_rooms_and_keeps_those_it_has(pacer: Pacer) -> None:
    async with Stage(MediaOptions(bind=("127.0.0.1",), workers=1, busy_share=0.001)) as stage:
        company = Company(stage, pacer, "here")
        await company.join()
        await stage.until(lambda e: isinstance(e, Load) and not e.accepting)

        stranger = Company(stage, pacer, "new")
        with pytest.raises(Refusal, match="busy"):
            await stranger.join()
        stranger.close()
        await company.join()
        company.close()


async def test_the_load_says_what_was_forwarded_and_how_late_the_loop_was(
    stage: Stage, company: Company
) -> None:
    await company.join()
    await company.join()
    company.seat()
    company.send()

    load = await stage.until(lambda e: isinstance(e, Load) and e.packets_out > 100)
    assert load.legs == 2
    assert 0 < load.share < 4
    assert load.lag_ms >= 0


async def test_no_full_collection_while_media_flows(stage: Stage, company: Company) -> None:
    full: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            full.append(1)

    for _ in range(3):
        await company.join()
    company.seat()
    company.send()
    gc.callbacks.append(note)
    try:
        await until(lambda: all(peer.leg.tally.packets > 600 for peer in company.peers), 20)
    finally:
        gc.callbacks.remove(note)
    assert full == []


def test_everything_is_collected_when_a_room_ended_and_in_quiet_moments() -> None:
    rubbish = Rubbish()
    now = time.monotonic()
    thresholds = gc.get_threshold()
    rubbish.begin()
    try:
        assert gc.get_freeze_count() > 0
        assert not rubbish.turn(now + QUIET_S + 1, packets=50)
        assert not rubbish.turn(now + QUIET_S + 2, packets=90)
        rubbish.room_ended()
        assert rubbish.turn(now + QUIET_S + 3, packets=130)
        assert not rubbish.turn(now + QUIET_S + 4, packets=130)
        assert rubbish.turn(now + 2 * QUIET_S + 4, packets=130)
        assert not rubbish.turn(now + 2 * QUIET_S + LONGEST_S, packets=170)
        assert rubbish.turn(now + 2 * QUIET_S + LONGEST_S + 5, packets=210)
    finally:
        rubbish.end()
    assert gc.get_threshold() == thresholds
