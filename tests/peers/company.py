"""Peers that meet on an engine in the same process, and what can be asserted about what they get."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tests.peers import clips, sdp
from tests.peers.clips import Clip
from tests.peers.direct import Stage
from tests.peers.incoming import Incoming
from tests.peers.leg import Address, Leg
from tests.peers.pacing import Pacer
from tests.peers.replay import Replay

POLL = 0.02


class Company:
    """The peers of one room, in the order in which they came; their number is their origin."""

    def __init__(self, stage: Stage, pacer: Pacer, room: str = "room") -> None:
        self.stage, self.pacer, self.room = stage, pacer, room
        self.peers: list[Replay] = []
        self.names: list[str] = []

    async def join(
        self,
        *,
        profile: sdp.Profile | None = None,
        via: Address | None = None,
        injected: float = 0.0,
        audio: Clip | None = None,
        video: Sequence[Clip] = (),
    ) -> Replay:
        """One more peer, connected, neither sending nor receiving."""
        profile = profile or sdp.Profile()
        number = len(self.peers) + 1
        leg = Leg(profile, seed=number, via=via, injected=injected)
        layers = video or [clips.filler_video()] * max(1, len(profile.rids))
        peer = Replay(leg, self.pacer, origin=number, audio=audio or clips.filler_audio(), video=layers)
        self.peers.append(peer)
        self.names.append(f"{self.room}-{number}")
        await leg.connect(self.negotiate(peer))
        return peer

    def negotiate(self, peer: Replay) -> Callable[[str], asyncio.Future[str]]:
        """The way by which that peer offers."""
        return self.stage.negotiate(self.room, self.name(peer))

    def name(self, peer: Replay) -> str:
        """The leg of that peer."""
        return self.names[self.peers.index(peer)]

    def seat(self, *, without: Sequence[Replay] = ()) -> None:
        """Everybody sees everybody else, in the order of coming; those `without` are not in the room."""
        here = [name for name, peer in zip(self.names, self.peers, strict=True) if peer not in without]
        self.stage.arrange(self.stage.everyone(here))

    def send(self, *peers: Replay) -> None:
        """Microphone and camera on; of all when none is named."""
        for peer in peers or self.peers:
            peer.mic(True)
            peer.camera(True)

    def stream(self, peer: Replay, slot: int, kind: str) -> Incoming:
        """What arrives at `peer` in one slot."""
        return peer.leg.slots[slot, kind]

    def faults(self) -> dict[str, int]:
        """Everything that was wrong with any packet that any peer got."""
        found: dict[str, int] = {}
        for peer in self.peers:
            for name, count in peer.leg.tally.faults().items():
                found[name] = found.get(name, 0) + count
        return found

    def close(self) -> None:
        """All gone."""
        for peer in self.peers:
            peer.close()


async def until(right: Callable[[], object], timeout: float = 5.0) -> None:
    """Returns once `right` holds; TimeoutError with what it says otherwise."""
    async with asyncio.timeout(timeout):
        while not right():
            await asyncio.sleep(POLL)
