"""A peer that publishes: microphone and camera encodings of one leg, driven by a pacer, and the leg's
feedback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from tests.peers import sdp
from tests.peers.clips import Clip
from tests.peers.leg import Leg
from tests.peers.outgoing import Names, Outgoing
from tests.peers.pacing import Pacer, Turn

TICK = 0.1


class Replay:
    """Microphone and camera of a leg. `origin` is the number that its packets bear; nothing is sent until
    told."""

    def __init__(self, leg: Leg, pacer: Pacer, *, origin: int, audio: Clip, video: Sequence[Clip]) -> None:
        self.leg, self.pacer, self.origin = leg, pacer, origin
        profile = leg.profile
        self.microphone = Outgoing(audio, self._names(0, 0), leg.dice)
        self.cameras = [Outgoing(clip, self._names(1, n), leg.dice) for n, clip in enumerate(video)]
        if len(self.cameras) != max(1, len(profile.rids)):
            raise ValueError("one clip per simulcast layer")
        for stream in (self.microphone, *self.cameras):
            leg.outgoing[stream.names.ssrc] = stream
        self.turns: dict[str, Turn] = {}
        self._tick = pacer.every(TICK, self._feedback, phase=leg.dice.random() * TICK)

    def _names(self, mid: int, layer: int) -> Names:
        leg, profile = self.leg, self.leg.profile
        if mid == 0:
            return Names(mid=0, ssrc=leg.ssrcs[0], rtx=None, origin=self.origin, twcc=profile.twcc)
        count = max(1, len(profile.rids))
        return Names(
            mid=1,
            ssrc=leg.ssrcs[1 + layer],
            rtx=leg.ssrcs[1 + count + layer] if profile.rtx else None,
            origin=self.origin,
            stream=1 + layer,
            rid=profile.rids[layer] if profile.rids else "",
            payload=sdp.VP8,
            repair=sdp.VP8_RTX if profile.rtx else None,
            twcc=profile.twcc,
        )

    def mic(self, on: bool) -> None:
        """Unmute or mute (nothing is sent when muted)."""
        self._switch("audio", on, self.microphone.clip, self._speak)

    def camera(self, on: bool) -> None:
        """Camera on (from a key frame) or off."""
        for stream in self.cameras:
            stream.request_key()
        self._switch("video", on, self.cameras[0].clip, self._show)

    def _switch(self, name: str, on: bool, clip: Clip, act: object) -> None:
        turn = self.turns.pop(name, None)
        if turn is not None:
            turn.stop()
        if on:
            period = clip.frames[0].ticks / (48000 if clip.kind == "audio" else 90000)
            phase = self.leg.dice.random() * period
            self.turns[name] = self.pacer.every(period, act, phase=phase)  # type: ignore[arg-type]

    def _speak(self) -> None:
        if not self.leg.closed:
            self.leg.send_frame(self.microphone)

    def _show(self) -> None:
        if not self.leg.closed:
            for stream in self.cameras:
                self.leg.send_frame(stream)

    def _feedback(self) -> None:
        if not self.leg.closed:
            self.leg.tick(time.monotonic())

    def freeze(self) -> None:
        """Send and read nothing any more, with the socket open: the network is gone."""
        for turn in (self._tick, *self.turns.values()):
            turn.stop()
        asyncio.get_running_loop().remove_reader(self.leg.sock)

    def close(self, *, goodbye: bool = True) -> None:
        """Stop sending and close the leg; without `goodbye` as a killed browser does."""
        for turn in (self._tick, *self.turns.values()):
            turn.stop()
        self.leg.close(goodbye=goodbye)
