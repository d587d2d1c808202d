"""Whole rooms of replay peers, entered by their links through the public signalling."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from tests.peers import sdp
from tests.peers.guest import Guest
from tests.peers.incoming import Tally
from tests.peers.pacing import Pacer

AT_ONCE = 6


class RoomOfPeers:
    """One room: facilitators first, then participants; `number` marks its packets."""

    def __init__(self, sheet: Mapping[str, Any], number: int, pacer: Pacer, profile: sdp.Profile) -> None:
        self.session, self.number = str(sheet["session"]), number
        links = [(p["link"], True) for p in sheet["facilitators"]]
        links += [(p["link"], False) for p in sheet["participants"]]
        self.guests = [
            Guest(link, pacer, room=number, profile=profile, seed=number * 100 + n)
            for n, (link, _) in enumerate(links)
        ]
        self.facilitators = sum(leads for _, leads in links)

    async def enter(self, *, injected: float = 0.0) -> None:
        """Everybody in: connected, knocked, greeted where required, admitted. Nobody publishes yet."""
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._arrive(guest, gate, injected) for guest in self.guests))
        leader, *others = self.guests
        for guest in others[self.facilitators - 1 :]:
            await leader.until_waiting(guest.member)
            await leader.admit(guest.member)
        for guest in self.guests:
            await guest.until_full(len(self.guests) - 1)

    async def _arrive(self, guest: Guest, gate: asyncio.Semaphore, injected: float) -> None:
        async with gate:
            await guest.join(self.session)
            await guest.connect(injected=injected)
            await guest.knock()

    async def publish(self) -> None:
        """Microphones and cameras on."""
        for guest in self.guests:
            await guest.publish()

    def pause(self) -> None:
        """Send no media for a while; nobody is told."""
        for guest in self.guests:
            guest.send(mic=False, camera=False)

    def go_on(self) -> None:
        """Send media again after `pause`."""
        for guest in self.guests:
            guest.send(mic=True, camera=True)

    async def close(self) -> None:
        """All gone."""
        for guest in self.guests:
            await guest.close()


async def enter_all(
    sheets: Sequence[Mapping[str, Any]],
    pacer: Pacer,
    *,
    first: int = 0,
    injected: float = 0.0,
    profile: sdp.Profile | None = None,
) -> list[RoomOfPeers]:
    """All rooms of the link sheet, entered side by side."""
    rooms = [RoomOfPeers(s, first + n, pacer, profile or sdp.Profile()) for n, s in enumerate(sheets)]
    await asyncio.gather(*(room.enter(injected=injected) for room in rooms))
    return rooms


def total(rooms: Sequence[RoomOfPeers]) -> Tally:
    """The counts of all peers together."""
    sum_ = Tally()
    for room in rooms:
        for guest in room.guests:
            sum_ += guest.leg.tally if guest.leg is not None else Tally()
    return sum_
