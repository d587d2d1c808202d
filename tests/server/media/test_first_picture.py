"""How soon a slot in which nothing is shown gets a picture, whatever layers the camera starts with."""

import pytest

from server.media import pressure
from tests.peers.company import Company, until
from tests.peers.replay import Replay
from tests.peers.sdp import Profile

SIMULCAST = Profile(slots=2, rids=("q", "h", "f"))


@pytest.fixture(autouse=True)
def _no_second_thoughts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's layers are chosen anew each second: what a test sees came of the packets themselves."""
    monkeypatch.setattr(pressure, "review", lambda *_: None)


async def _meet(company: Company) -> tuple[Replay, Replay]:
    """Somebody who watches and somebody all of whose layers were sent before, the camera off again."""
    viewer, sender = await company.join(), await company.join(profile=SIMULCAST)
    company.send(sender)
    plane = company.stage.engine.plane  # type: ignore[attr-defined]
    track = plane.legs[company.name(sender)].camera
    await until(lambda: len(track.streams) == 3)
    sender.camera(False)
    return viewer, sender


async def test_a_camera_that_starts_with_its_lowest_layer_is_seen_at_once(company: Company) -> None:
    viewer, sender = await _meet(company)
    lowest, *others = sender.cameras
    sender.cameras[:] = [lowest]
    company.seat()
    sender.camera(True)
    picture = company.stream(viewer, 0, "video")

    await until(lambda: picture.stream == 1 and picture.packets > 10)

    sender.cameras[:] = [lowest, *others]
    for layer in others:
        layer.request_key()
    await until(lambda: picture.stream == 2)
    assert company.faults() == {}


async def test_a_higher_layer_does_not_come_before_the_wanted_one_that_is_sent(company: Company) -> None:
    viewer, sender = await company.join(), await company.join(profile=SIMULCAST)
    sender.cameras.reverse()  # as browsers do: the largest picture first
    company.send(sender)
    plane = company.stage.engine.plane  # type: ignore[attr-defined]
    await until(lambda: len(plane.legs[company.name(sender)].camera.streams) == 3)
    shown: set[int] = set()
    company.seat()
    picture = company.stream(viewer, 0, "video")

    await until(lambda: shown.add(picture.stream) or picture.packets > 20)  # type: ignore[func-returns-value]

    assert 3 not in shown
    assert picture.stream == 2
    assert company.faults() == {}


async def test_a_camera_that_starts_again_is_asked_at_once_however_often_it_was_asked_in_vain(
    company: Company,
) -> None:
    _, sender = await _meet(company)
    layers = len(sender.cameras)
    company.seat()
    # Asked at 0, 0.4 and 1.2 s after the seat, each layer; the next time is 2.8 s.
    await until(lambda: sender.leg.tally.pli_got == 3 * layers)
    sender.camera(True)
    for layer in sender.cameras:
        layer.key_wanted = False  # it goes on where it was

    await until(lambda: sender.leg.tally.pli_got == 4 * layers, 0.8)
    await until(lambda: company.stream(company.peers[0], 0, "video").packets > 5)


async def test_who_watches_a_layer_that_is_switched_off_sees_another_one_at_once(company: Company) -> None:
    viewer, sender = await company.join(), await company.join(profile=SIMULCAST)
    company.send(sender)
    plane = company.stage.engine.plane  # type: ignore[attr-defined]
    await until(lambda: len(plane.legs[company.name(sender)].camera.streams) == 3)
    company.seat()
    picture = company.stream(viewer, 0, "video")
    await until(lambda: picture.stream == 2)

    sender.cameras[:] = sender.cameras[:1]

    await until(lambda: picture.stream == 1)
    assert company.faults() == {}
