"""How soon what is lost on the way up is asked for."""

from typing import Any

from server.media.rounds import Rounds
from tests.peers.company import Company, until


async def test_lost_sound_is_asked_for_when_the_next_packet_shows_the_gap(
    company: Company, monkeypatch: Any
) -> None:
    speaker, listener = await company.join(), await company.join()
    company.seat()
    speaker.mic(True)
    await until(lambda: company.stream(listener, 0, "audio").packets > 5)
    monkeypatch.setattr(Rounds, "turn", lambda *_: None)
    monkeypatch.setattr(Rounds, "mend", lambda *_: None)

    speaker.microphone.next_frame(0)  # made and never sent

    await until(lambda: speaker.leg.tally.nack_got == 1)
    await until(lambda: not company.stream(listener, 0, "audio").gaps)
    assert listener.leg.tally.lost == 0
