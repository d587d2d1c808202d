"""A microphone that was off and counted no time meanwhile: what subscribers get goes on with the clock."""

import asyncio

import pytest

from server.media.clocks import signed32
from tests.peers.company import Company, until

OFF_S = 0.8


async def _mute_for_a_while(company: Company, watched: int) -> tuple[float, float]:
    """Seconds that passed, and that the listener's timestamps counted, over a pause of the first peer."""
    speaker, listener = company.peers[0], company.peers[1]
    heard = company.stream(listener, watched, "audio")
    plane = company.stage.engine.plane  # type: ignore[attr-defined]
    out = plane.legs[company.name(listener)].outs[watched, "audio"]
    await until(lambda: heard.packets > 10)
    speaker.mic(False)
    await asyncio.sleep(0.05)  # what is under way arrives
    stream = out.stream
    before, since, packets = stream.timestamp + out.timestamps, stream.last_at, heard.packets
    await asyncio.sleep(OFF_S)
    speaker.mic(True)
    await until(lambda: heard.packets > packets + 5)
    counted = signed32(out.stream.timestamp + out.timestamps - before) / 48000
    return out.stream.last_at - since, counted


async def test_sound_after_a_muted_while_goes_on_at_the_time_that_it_is(company: Company) -> None:
    speaker, listener = await company.join(), await company.join()
    company.seat()
    company.send(speaker, listener)  # the camera shows that the network goes on

    passed, counted = await _mute_for_a_while(company, 0)

    assert abs(passed - counted) < 0.1
    assert passed > OFF_S
    assert company.faults() == {"mistimed": 1}  # the one step in the timestamps, as it was meant
    assert listener.leg.tally.lost == 0


async def test_a_network_that_stood_still_is_no_muted_microphone(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker, _listener = await company.join(), await company.join()
    company.seat()
    speaker.mic(True)
    monkeypatch.setattr(speaker.leg, "tick", lambda now: None)  # nothing shows that the network goes on

    passed, counted = await _mute_for_a_while(company, 0)

    assert passed - counted > OFF_S / 2
    assert company.faults() == {}
